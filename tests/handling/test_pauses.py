"""A step that pauses with the ticket stands still while the requester is to answer, and then goes on."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from integration.handling.schedules import recalculate
from integration.policies.shelf import SHIPPED
from integration.store import audit_log
from tests.handling.installation import Installation

HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")
STEP = "    note: update\n"


@pytest.fixture
def makegood(makegood_anywhere: Installation) -> Installation:
    """An installation whose update stands still while the ticket waits for the requester."""
    text = HOUSE.replace(STEP, STEP + "    paused_by: [pending, hold]\n")
    assert text != HOUSE
    parts = makegood_anywhere.parts
    makegood_anywhere.parts = replace(parts, shelf=parts.shelf.overlaid({"house.yaml": text}))
    return makegood_anywhere


@pytest.fixture
def answered(makegood: Installation) -> int:
    """A complaint that was answered, so that an update is due three business days later: on Friday."""
    ticket_id = makegood.write_in()
    makegood.live()
    # In the complaint's own second, an answer may have been before it.
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.live()
    return ticket_id


def reminders(makegood: Installation, ticket_id: int) -> int:
    """Count the notes after the first one, which every complaint gets."""
    return len(makegood.notes(ticket_id)) - 1


def due_at(makegood: Installation, ticket_id: int) -> datetime:
    (update,) = (f for f in makegood.follow_ups(ticket_id) if f.name == "update")
    return update.due_at


def test_a_paused_step_says_so_and_goes_on_with_what_was_left(makegood: Installation, answered: int) -> None:
    before = due_at(makegood, answered)
    makegood.pass_time(days=1)
    makegood.change(answered, status="pending")
    makegood.live()

    # Due on Friday, and the ticket still waits for the requester.
    makegood.pass_time(days=6)
    makegood.live()
    assert reminders(makegood, answered) == 0
    with makegood.parts.database.read() as conn:
        logged = audit_log.entries(conn, subject=f"ticket:{answered}")
    assert logged[0].action == "follow-up waits"
    assert logged[0].after["status"] == "pending"

    makegood.change(answered, status="open")
    makegood.live()
    # From Wednesday to Tuesday four business days passed; two were left.
    assert due_at(makegood, answered) == before + timedelta(days=6)
    assert reminders(makegood, answered) == 0

    makegood.pass_time(days=2)
    makegood.live()
    assert reminders(makegood, answered) == 1


def test_a_pause_that_no_event_told_of_is_found_when_the_step_is_due(
    makegood: Installation, answered: int
) -> None:
    makegood.pass_time(days=1)
    makegood.change(answered, status="hold")
    makegood.news()  # lost
    makegood.pass_time(days=6)
    makegood.live()
    makegood.change(answered, status="open")
    makegood.news()  # lost as well

    makegood.pass_time(hours=25)
    makegood.live()
    assert reminders(makegood, answered) == 0

    makegood.pass_time(days=1)
    makegood.live()
    assert reminders(makegood, answered) == 1


def test_a_holiday_that_is_added_later_moves_a_step_on_top_of_its_pauses(
    makegood: Installation, answered: int
) -> None:
    makegood.pass_time(days=1)
    makegood.change(answered, status="pending")
    makegood.live()
    makegood.pass_time(days=1)
    makegood.change(answered, status="open")
    makegood.live()
    before = due_at(makegood, answered)

    clocks = f"days_off: [{before.date().isoformat()}]\n"
    parts = makegood.parts
    makegood.parts = replace(parts, shelf=parts.shelf.overlaid({"clocks.yaml": clocks}))
    assert recalculate(makegood.parts).follow_ups == 1

    assert due_at(makegood, answered) == before + timedelta(days=1)
