"""The admin page on people's data: looking, handing over, holding, erasing; for admins alone."""

import re

import pytest

from integration.domain.ticket import Requester
from integration.handling.standing import note_failure
from integration.store import requesters
from integration.zendesk.errors import NotAuthorised
from tests.web.asking import Asking
from tests.web.installation import ADMIN, AGENT, NOW, Site

PRIVACY = "/app/api/admin/privacy"
SOMEBODY = 4_711


@pytest.fixture
def admin(here: Site) -> Asking:
    with here.parts.database.write() as conn:
        requesters.save(conn, Requester(SOMEBODY, name="Xanthippe", locale="en-GB"), order="1")
    return Asking(here, ADMIN, "admin")


def page(admin: Asking, query: str = "") -> str:
    answer = admin.get(PRIVACY + query)
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def test_it_is_for_admins_alone(here: Site) -> None:
    agent = Asking(here, AGENT, "agent")

    assert agent.get(PRIVACY).status_code == 403
    assert agent.get(f"{PRIVACY}/{SOMEBODY}.json").status_code == 403
    assert agent.post(f"{PRIVACY}/{SOMEBODY}/erase", {"again": str(SOMEBODY)}).status_code == 403


def test_what_is_stored_of_somebody_is_counted_and_handed_over(admin: Asking) -> None:
    assert "<code>requesters</code></dt><dd>1</dd>" in page(admin, f"?requester={SOMEBODY}")
    assert "Nothing is stored" in page(admin, "?requester=12")
    assert "Nothing is stored" in page(admin, "?requester=<b>")
    assert "Xanthippe" in admin.get(f"{PRIVACY}/{SOMEBODY}.json").text


def test_erasing_asks_for_the_number_again_and_leaves_a_receipt(here: Site, admin: Asking) -> None:
    once = admin.post(f"{PRIVACY}/{SOMEBODY}/erase", {"again": ""})
    twice = admin.post(f"{PRIVACY}/{SOMEBODY}/erase", {"again": str(SOMEBODY)})

    assert (once.status_code, twice.status_code) == (400, 204)
    with here.parts.database.read() as conn:
        assert requesters.get_many(conn, [SOMEBODY])[SOMEBODY].name is None
    assert f"asked, agent:{ADMIN}" in page(admin)


def test_what_is_on_hold_cannot_be_erased(admin: Asking) -> None:
    assert admin.post(f"{PRIVACY}/{SOMEBODY}/hold", {"why": ""}).status_code == 400
    assert admin.post(f"{PRIVACY}/{SOMEBODY}/hold", {"why": "file 12"}).status_code == 204

    refused = admin.post(f"{PRIVACY}/{SOMEBODY}/erase", {"again": str(SOMEBODY)})

    assert (refused.status_code, refused.json["error"]) == (409, "on_hold")
    assert "file 12" in page(admin)
    assert admin.post(f"{PRIVACY}/{SOMEBODY}/lift", {}).status_code == 204
    assert "file 12" not in page(admin)


def test_a_trouble_that_lasts_is_a_banner_with_its_next_step(here: Site, admin: Asking) -> None:
    with here.parts.database.write() as conn:
        note_failure(conn, NotAuthorised("the access token does not count."), NOW)

    health = admin.get("/app/api/admin/health").text

    assert "Zendesk refuses access: the access token does not count." in health
    assert "Make sure that the service user exists" in health
