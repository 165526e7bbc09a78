"""The parts of an installation, put together."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.app import assemble
from integration.rehearsal.server import RehearsalServer
from integration.settings import parse_settings
from integration.zendesk.errors import NotAuthorised
from tests.test_settings import COMPLETE


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[RehearsalServer]:
    with RehearsalServer(tmp_path / "zendesk.db") as server:
        yield server


@pytest.mark.parametrize(("mode", "can_write"), [("observe", False), ("act", True)])
def test_observing_asks_zendesk_for_read_access_alone(
    rehearsal: RehearsalServer, tmp_path: Path, mode: str, can_write: bool
) -> None:
    config = rehearsal.account.config
    given = {
        "MAKEGOOD_ZENDESK_URL": rehearsal.url,
        "MAKEGOOD_OAUTH_CLIENT_ID": config.oauth_client_id,
        "MAKEGOOD_OAUTH_CLIENT_SECRET": config.oauth_client_secret,
        "MAKEGOOD_DATA_DIR": str(tmp_path / "data"),
        "MAKEGOOD_REHEARSAL": "true",
        "MAKEGOOD_MODE": mode,
    }
    parts = assemble(parse_settings({**COMPLETE, **given}))

    try:
        assert parts.zendesk.me().role == "admin"
        if can_write:
            assert parts.zendesk.session.post("/api/v2/ticket_fields", json=FIELD).status_code == 201
        else:
            with pytest.raises(NotAuthorised, match="write"):
                parts.zendesk.session.post("/api/v2/ticket_fields", json=FIELD)
    finally:
        parts.close()


FIELD = {"ticket_field": {"type": "text", "title": "Anything"}}
