"""Who opens the app: an agent whom no export has brought yet is asked for once, and known from then on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from integration.domain.staff import Access
from integration.domain.ticket import Requester
from integration.handling.access import NotAllowed, admit
from integration.responses.library import Library
from integration.store import requesters
from tests.web.installation import ROOT, Site, installed

NEWCOMER = 360000000077


class Asked:
    """A Zendesk that has one new agent or admin, and counts who asks for her."""

    def __init__(self, role: str = "agent") -> None:
        self.role = role
        self.times = 0

    def user(self, user_id: int) -> Requester:
        self.times += 1
        return Requester(id=user_id, name="Ines Costa", role=self.role)

    def access(self, user_id: int, *, now: datetime) -> Access:
        return Access(user_id, self.role, False, None, frozenset(), None, now)


@pytest.fixture
def here(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with (
        Library.load(ROOT / "templates") as library,
        installed(sqlite_url, tmp_path, library, key) as site,
    ):
        yield site


def test_an_agent_who_is_new_is_asked_for_once_and_known_by_name(here: Site) -> None:
    zendesk: Any = Asked()
    parts = replace(here.parts, zendesk=zendesk)

    visitors = [admit(parts, here.launch(NEWCOMER)) for _ in range(2)]

    assert [visitor.agent.name for visitor in visitors] == ["Ines Costa"] * 2
    assert zendesk.times == 1
    with here.parts.database.read() as conn:
        known = requesters.get(conn, NEWCOMER)
    assert known is not None
    assert known.name == "Ines Costa"


@pytest.mark.parametrize("role", ["admin", "agent"])
def test_an_admin_of_whom_only_a_comment_is_known_opens_the_admin_page(here: Site, role: str) -> None:
    zendesk: Any = Asked(role)
    parts = replace(here.parts, zendesk=zendesk)
    with parts.database.write() as conn:
        requesters.save(conn, Requester(id=NEWCOMER, name="Ines Costa", role="agent"), order="")

    try:
        opened = admit(parts, here.launch(NEWCOMER), roles=frozenset({"admin"})).agent.role
    except NotAllowed:
        opened = "refused"

    assert opened == {"admin": "admin", "agent": "refused"}[role]
