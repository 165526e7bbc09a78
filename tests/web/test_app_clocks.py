"""The clocks in the sidebar: which act a preset allows, in whose words it is refused, and the way back."""

from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from integration.domain.preset import DeadlineState
from integration.store import clocks, complaints
from tests.web import scenario
from tests.web.asking import Asking, speaks
from tests.web.installation import AGENT, NOW, Site

FACTS = f"/app/api/tickets/{scenario.TICKET}/facts"
PATH = f"/app/api/tickets/{scenario.TICKET}/clocks"
EXTENSION = {"preset": "uk-psd-emd", "limit": "final-response", "cause": "A report is missing."}
STOP = {"preset": "iso-10002", "category": "waiting_for_requester", "reason": "We asked for the receipt."}


@pytest.fixture
def clocked(here: Site, agent: Asking) -> Asking:
    """An agent of an account that has switched clocks on."""
    scenario.put_on_the_clock(here.parts, scenario.TICKET)
    return agent


def states(here: Site) -> dict[str, DeadlineState]:
    with here.parts.database.read() as conn:
        complaint = complaints.by_ticket(conn, scenario.TICKET)
        assert complaint is not None
        found = clocks.deadlines_of(conn, complaint.id)
    return {f"{each.preset_id}/{each.limit_id}": each.state for each in found}


def undone(agent: Asking, answer: TestResponse) -> int:
    undo = answer.get_json()["undo"]
    return agent.post(f"/app/{undo['path']}", undo["body"]).status_code


def test_a_limit_is_extended_once_with_cause_and_notice_and_taken_back(clocked: Asking) -> None:
    assert clocked.get(FACTS).text.count("/clocks/extend") == 2
    told = {"notice_at": NOW.isoformat()}

    extended = clocked.post(f"{PATH}/extend", EXTENSION | told)
    again = clocked.post(f"{PATH}/extend", EXTENSION | told)

    assert (extended.status_code, again.status_code) == (200, 409)
    text = clocked.get(FACTS).text
    assert "Extended because: A report is missing. The requester was told today" in text
    assert "Deadline extended to" in text
    assert text.count("/clocks/extend") == 1
    assert undone(clocked, extended) == 200
    assert clocked.get(FACTS).text.count("/clocks/extend") == 2


def test_a_notice_that_was_not_given_is_refused_in_the_agents_language(here: Site, clocked: Asking) -> None:
    speaks(here, AGENT, "de")
    ahead = {"notice_at": (NOW + timedelta(hours=1)).isoformat()}

    refused = clocked.post(f"{PATH}/extend", EXTENSION | ahead)

    assert (refused.status_code, refused.get_json()["error"]) == (409, "bad_moment")
    assert "kann nicht stimmen" in refused.get_json()["message"]


def test_only_a_clock_that_may_stand_still_does_until_it_runs_again(here: Site, clocked: Asking) -> None:
    assert clocked.get(FACTS).text.count("/clocks/stop") == 1
    assert clocked.post(f"{PATH}/stop", STOP | {"preset": "uk-psd-emd"}).status_code == 409

    stopped = clocked.post(f"{PATH}/stop", STOP)

    assert states(here)["iso-10002/answer"] is DeadlineState.STOPPED
    text = clocked.get(FACTS).text
    assert "because: We asked for the receipt." in text
    assert "/clocks/stop" not in text
    restarted = clocked.post(f"{PATH}/restart", {"preset": "iso-10002"})
    assert undone(clocked, stopped) == 404
    assert undone(clocked, restarted) == 200
    assert states(here)["iso-10002/answer"] is DeadlineState.STOPPED
    assert undone(clocked, stopped) == 200
    assert states(here)["iso-10002/answer"] is DeadlineState.RUNNING


def test_a_moment_is_noted_only_where_it_can_have_been(here: Site, clocked: Asking) -> None:
    past = {"moment": "appealed", "at": (NOW - timedelta(days=9)).isoformat()}
    read = {"moment": "answered", "at": NOW.isoformat()}
    assert [clocked.post(f"{PATH}/moments", body).status_code for body in (past, read)] == [409, 409]

    noted = clocked.post(f"{PATH}/moments", {"moment": "appealed", "at": NOW.isoformat()})

    assert states(here)["uk-housing/stage-2"] is DeadlineState.RUNNING
    assert "Next stage asked for: today" in clocked.get(FACTS).text
    assert undone(clocked, noted) == 200
    assert states(here)["uk-housing/stage-2"] is DeadlineState.CANCELLED


def test_a_limit_has_a_name_in_the_agents_language(here: Site, clocked: Asking) -> None:
    speaks(here, AGENT, "ru")

    text = clocked.get(FACTS).text

    assert "Этап 1: подтвердить получение" in text
    assert "Acknowledge stage 1" not in text


def test_the_stricter_limit_stands_first_each_with_its_source_and_none_is_advice(clocked: Asking) -> None:
    text = clocked.get(FACTS).text
    part = text[text.index('data-key="clocks"') :]

    assert part.index("Answer stage 1") < part.index("Final response")
    assert "FCA Handbook" in part
    assert "Housing Ombudsman" in part
    assert part.count("not legal advice") == 1
