"""Causes, who sees what was given, and digests of teams, as an admin sets them on the admin page."""

import re

import pytest

from integration.domain.remedy import HOUSE_CAUSES
from integration.handling import digest_teams
from integration.handling.digest_teams import Team, Way
from integration.store import audit_log, outcomes, staff
from tests.web import scenario
from tests.web.asking import Asking, speaks
from tests.web.installation import ADMIN, AGENT, NOW, Site

ROOT = "/app/api/admin"
TEAM = {
    "instead_of": "",
    "name": "Depot",
    "causes": ["late_delivery"],
    "categories": [],
    "way": "page",
    "to": "",
}


@pytest.fixture
def admin(here: Site) -> Asking:
    scenario.tell(here.parts.database, NOW)
    return Asking(here, ADMIN, "admin")


def page(admin: Asking, path: str) -> str:
    answer = admin.get(f"{ROOT}/{path}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def teams(here: Site) -> tuple[Team, ...]:
    with here.parts.database.read() as conn:
        return digest_teams.teams(conn)


@pytest.mark.parametrize("path", ["causes", "redress-roles", "digests/save", "digests/end"])
def test_only_admins_choose_for_the_account(here: Site, path: str) -> None:
    assert Asking(here, AGENT).post(f"{ROOT}/{path}", {}).status_code == 403


def test_causes_of_the_house_and_of_the_account_are_offered_together(here: Site, admin: Asking) -> None:
    given = {"house": ["other", "late_delivery"], "own": "Warehouse 3\r\n\r\n  Night\u202e shift "}

    assert admin.post(f"{ROOT}/causes", given).status_code == 204

    with here.parts.database.read() as conn:
        assert outcomes.causes(conn) == ("late_delivery", "other", "Warehouse 3", "Night shift")
        changed = audit_log.entries(conn, limit=1)[0]
    assert (changed.actor, changed.before) == (f"agent:{ADMIN}", list(HOUSE_CAUSES))
    shown = page(admin, "policies")
    assert 'value="late_delivery" checked' in shown
    assert 'value="conduct">' in shown
    assert "Warehouse 3 Night shift</textarea>" in shown


def test_without_any_cause_the_house_list_is_back(here: Site, admin: Asking) -> None:
    admin.post(f"{ROOT}/causes", {"house": [], "own": "Warehouse 3"})
    admin.post(f"{ROOT}/causes", {"house": [], "own": " "})

    with here.parts.database.read() as conn:
        assert outcomes.causes(conn) == HOUSE_CAUSES


@pytest.mark.parametrize("own", ["x" * 61, "Depot\ndepot", "\n".join(map(str, range(61)))])
def test_causes_that_cannot_be_kept_are_refused_with_the_limits(admin: Asking, own: str) -> None:
    answer = admin.post(f"{ROOT}/causes", {"house": [], "own": own})

    assert answer.status_code == 422
    assert "At most 60 causes of 60 characters" in answer.text


def test_who_sees_what_was_given_is_chosen_by_role(here: Site, admin: Asking) -> None:
    assert 'value="agent" checked' in page(admin, "privacy")

    assert admin.post(f"{ROOT}/redress-roles", {"roles": ["admin"]}).status_code == 204
    assert admin.post(f"{ROOT}/redress-roles", {"roles": ["boss"]}).status_code == 400

    with here.parts.database.read() as conn:
        assert staff.redress_roles(conn) == {"admin"}
        changed = audit_log.entries(conn, limit=1)[0]
    assert (changed.before, changed.after) == (["admin", "agent"], ["admin"])
    assert 'value="agent">' in page(admin, "privacy")


def test_a_team_is_added_renamed_and_ended_on_the_page(here: Site, admin: Asking) -> None:
    assert admin.post(f"{ROOT}/digests/save", TEAM).status_code == 204
    assert 'value="late_delivery" checked' in page(admin, "switches")

    renamed = TEAM | {"name": "Depot & Co", "instead_of": "Depot", "with_tickets": "yes"}
    assert admin.post(f"{ROOT}/digests/save", renamed).status_code == 204
    assert teams(here) == (Team("Depot & Co", ("late_delivery",), way=Way.PAGE, with_tickets=True),)

    assert admin.post(f"{ROOT}/digests/end", {"name": "Depot & Co"}).status_code == 204
    assert admin.post(f"{ROOT}/digests/end", {"name": "Depot & Co"}).status_code == 404
    assert teams(here) == ()


def test_a_refused_team_is_told_why_in_the_admins_language(here: Site, admin: Asking) -> None:
    speaks(here, ADMIN, "de")

    answer = admin.post(f"{ROOT}/digests/save", TEAM | {"way": "note", "to": "999999"})

    assert answer.status_code == 422
    assert "Nummer eines offenen Tickets" in answer.json["message"]


def test_a_cause_that_a_team_owns_stays_with_it_when_the_list_changes(here: Site, admin: Asking) -> None:
    admin.post(f"{ROOT}/digests/save", TEAM)
    admin.post(f"{ROOT}/causes", {"house": ["other"], "own": ""})

    admin.post(f"{ROOT}/digests/save", TEAM | {"instead_of": "Depot"})

    assert teams(here)[0].causes == ("late_delivery",)


def test_what_a_digest_says_now_is_shown_without_sending_it(admin: Asking) -> None:
    admin.post(f"{ROOT}/digests/save", TEAM | {"categories": ["delivery"]})

    shown = page(admin, "switches/digest?team=Depot")

    assert "Complaint digest: Depot" in shown
    assert "Open now: " in shown
    assert "Mary" not in shown
    assert admin.get(f"{ROOT}/switches/digest?team=Nobody").status_code == 404
