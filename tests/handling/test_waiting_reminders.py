"""A reminder that waits in the outbox is still the agent's to move or cancel, and observe mode keeps none."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.handling.agent_acts import Judgement, correct
from integration.handling.follow_up_acts import cancel, reschedule
from integration.settings import Mode
from integration.store import outbox
from tests.handling.conftest import Install
from tests.handling.installation import ANGRY, Installation


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    return reminder_waits(makegood)


def reminder_waits(makegood: Installation) -> int:
    """Return a ticket whose reminder has been decided and not been posted yet."""
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    (follow_up,) = makegood.follow_ups(ticket_id)
    makegood.pass_time(seconds=(follow_up.due_at - makegood.now).total_seconds() + 1)
    makegood.work_follow_ups()
    return ticket_id


def test_a_follow_up_moved_while_its_reminder_waits_reminds_on_the_new_day_alone(
    makegood: Installation, ticket_id: int
) -> None:
    (follow_up,) = makegood.follow_ups(ticket_id)

    reschedule(makegood.parts, follow_up.id, makegood.now + timedelta(days=2), agent_id=makegood.agent_id)
    makegood.work()
    assert len(makegood.notes(ticket_id)) == 1
    assert makegood.fates(ticket_id) == [("first_reply", "pending", None)]

    makegood.pass_time(days=2, minutes=1)
    makegood.work()
    assert len(makegood.notes(ticket_id)) == 2
    assert makegood.fates(ticket_id) == [("first_reply", "posted", None)]


def test_a_follow_up_cancelled_while_its_reminder_waits_stays_silent(
    makegood: Installation, ticket_id: int
) -> None:
    (follow_up,) = makegood.follow_ups(ticket_id)

    cancel(makegood.parts, follow_up.id, "settled by phone", agent_id=makegood.agent_id)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 1
    assert makegood.states(ticket_id)[-1] == ("remind", "dropped")


def test_a_dismissed_complaint_is_not_reminded_of_by_what_waited(
    makegood: Installation, ticket_id: int
) -> None:
    correct(makegood.parts, ticket_id, Judgement.NOT_A_COMPLAINT, agent_id=makegood.agent_id)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 1


def test_a_reminder_parked_for_days_is_decided_anew_when_somebody_tries_it_again(
    makegood: Installation, ticket_id: int
) -> None:
    row = makegood.outbox(ticket_id)[-1]
    with makegood.parts.database.write() as conn:
        assert outbox.park(conn, row.id, attempt=row.attempts, reason="Zendesk answered 422.")
    makegood.pass_time(days=2)
    makegood.reply(ticket_id)

    makegood.try_again()
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 1
    assert makegood.fates(ticket_id)[0] == ("first_reply", "satisfied", "public_reply")


def test_what_observe_mode_held_back_is_not_posted_once_makegood_acts(
    install: Install, sqlite_url: str
) -> None:
    makegood = install(sqlite_url, MODE="observe")
    ticket_id = reminder_waits(makegood)
    makegood.work()
    assert makegood.fates(ticket_id) == [("first_reply", "silent", "observed")]

    makegood.parts = replace(makegood.parts, settings=replace(makegood.parts.settings, mode=Mode.ACT))
    makegood.pass_time(days=30)
    makegood.live()

    assert makegood.notes(ticket_id) == []
    assert makegood.states(ticket_id) == [("enrich", "held"), ("remind", "held")]


def test_a_duty_does_not_stay_silent_for_a_later_one_that_is_done(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    makegood.request(ticket_id=ticket_id, action="start", name="warranty", due_in_hours=2, note="Check it.")
    makegood.work_inbox()
    makegood.pass_time(hours=1)
    makegood.reply(ticket_id)
    makegood.news()  # lost, so `first_reply` still runs

    makegood.pass_time(days=2)
    makegood.work()

    assert sorted(makegood.fates(ticket_id)) == [
        ("first_reply", "satisfied", "public_reply"),
        ("warranty", "posted", None),
    ]
