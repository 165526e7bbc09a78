"""The date fields of a ticket follow what agents do, in one write however often they change their minds."""

from datetime import timedelta

import pytest

from integration.domain.complaint import Band, State
from integration.handling import follow_up_acts, promises, undoing
from integration.handling.agent_acts import Judgement, correct, set_severity
from integration.store import kept
from tests.handling.installation import ANGRY, Installation


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    written = makegood.write_in(ANGRY)
    makegood.live()
    return written


def shown(makegood: Installation, ticket_id: int, name: str = "next_follow_up") -> str | None:
    with makegood.parts.database.read() as conn:
        field_id = int(kept.get(conn, "zendesk_fields")[name])
    fields = makegood.server.account.ticket(ticket_id)["custom_fields"]
    return next((one["value"] for one in fields if one["id"] == field_id), None)


def test_moving_twice_is_one_write_with_the_last_day(makegood: Installation, ticket_id: int) -> None:
    id = makegood.follow_ups(ticket_id)[0].id
    before = makegood.calls(ticket_id)[1]

    for days in (5, 9):
        due_at = makegood.now + timedelta(days=days)
        follow_up_acts.reschedule(makegood.parts, id, due_at, agent_id=makegood.agent_id)
    makegood.work()

    assert shown(makegood, ticket_id) == due_at.date().isoformat()
    assert makegood.calls(ticket_id)[1] == before + 1


def test_an_earlier_promise_is_what_comes_next(makegood: Installation, ticket_id: int) -> None:
    agent = makegood.agent_id
    id = makegood.follow_ups(ticket_id)[0].id
    follow_up_acts.reschedule(makegood.parts, id, makegood.now + timedelta(days=9), agent_id=agent)
    due_at = makegood.now + timedelta(days=3)

    promises.promise(makegood.parts, ticket_id, "a call", due_at, agent, agent)
    makegood.work()

    assert shown(makegood, ticket_id) == due_at.date().isoformat()


def test_a_reminder_takes_the_next_day_along(makegood: Installation, ticket_id: int) -> None:
    makegood.request(ticket_id=ticket_id, action="start", name="courier", due_in_hours=24 * 8)
    makegood.live()
    writes = makegood.calls(ticket_id)[1]

    makegood.pass_time(days=2)
    makegood.live()

    assert shown(makegood, ticket_id) == (makegood.follow_ups(ticket_id)[-1].due_at.date().isoformat())
    assert makegood.calls(ticket_id)[1] == writes + 1


def test_nothing_to_come_empties_the_field(makegood: Installation, ticket_id: int) -> None:
    for follow_up in makegood.follow_ups(ticket_id):
        follow_up_acts.cancel(makegood.parts, follow_up.id, "not needed", agent_id=makegood.agent_id)
    makegood.work()

    assert shown(makegood, ticket_id) is None


def test_what_is_no_complaint_has_nothing_to_come_until_that_is_taken_back(
    makegood: Installation, ticket_id: int
) -> None:
    planned, writes = shown(makegood, ticket_id), makegood.calls(ticket_id)[1]
    agent_id = makegood.agent_id

    entry_id = correct(makegood.parts, ticket_id, Judgement.NOT_A_COMPLAINT, agent_id=agent_id)
    makegood.work()
    assert shown(makegood, ticket_id, "complaint") == f"makegood_{State.NOT_A_COMPLAINT}"
    assert (planned is not None, shown(makegood, ticket_id)) == (True, None)
    assert makegood.calls(ticket_id)[1] == writes + 1

    undoing.undo(makegood.parts, entry_id or 0, agent_id=agent_id)
    makegood.work()
    assert shown(makegood, ticket_id) == planned


def test_another_severity_brings_its_own_day_along(makegood: Installation, ticket_id: int) -> None:
    set_severity(makegood.parts, ticket_id, Band.LOW, agent_id=makegood.agent_id)
    makegood.work()
    due = min(
        follow_up.due_at for follow_up in makegood.follow_ups(ticket_id) if follow_up.status == "pending"
    )

    assert shown(makegood, ticket_id, "severity") == "makegood_low"
    assert shown(makegood, ticket_id) == due.date().isoformat()
