"""The dispatcher decides no more follow-ups than can be written soon; what is urgent has room of its own."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from integration.store import follow_ups
from integration.store.engine import Database
from integration.store.tables import outbox
from integration.worker.dispatcher import MINUTES_AHEAD, URGENT_MINUTES_AHEAD, claim_follow_ups
from tests.store.samples import MINUTE, NOON, intend, plan

A_MINUTE = 10.0
FULL, FULL_OF_URGENT = int(MINUTES_AHEAD * A_MINUTE), int(URGENT_MINUTES_AHEAD * A_MINUTE)


@pytest.fixture
def due(database: Database) -> Database:
    """Eighty follow-ups that are due, sixty of them of courtesy and, due later, twenty promises."""
    with database.write() as conn:
        for number in range(1, 81):
            is_promise = number > 60
            name = "promise" if is_promise else "check_in"
            plan(conn, number, name=name, due_at=NOON - 2 * MINUTE + number * timedelta(seconds=1))
    return database


def claimed(database: Database, *, waiting: int) -> list[str]:
    """Return the names of what is claimed while so many reminders wait to be written."""
    with database.write() as conn:
        for number in range(waiting):
            intend(conn, f"follow-up:{number}", ticket_id=1_000 + number)
        conn.execute(sa.update(outbox).values(follow_up_id=1))
        ids = [claim.id for claim in claim_follow_ups(conn, A_MINUTE, NOON)]
        found = [follow_ups.get(conn, id) for id in ids]
    return [each.name for each in found if each]


def test_a_morning_of_thousands_is_decided_as_fast_as_it_can_be_written(due: Database) -> None:
    assert claimed(due, waiting=FULL - 5) == ["check_in"] * 5


def test_a_promise_does_not_wait_behind_courtesy(due: Database) -> None:
    assert claimed(due, waiting=FULL) == ["promise"] * 20


def test_nothing_more_is_decided_once_even_what_is_urgent_must_wait(due: Database) -> None:
    assert claimed(due, waiting=FULL_OF_URGENT) == []


def test_with_room_to_write_what_was_due_first_comes_first(due: Database) -> None:
    assert claimed(due, waiting=0) == ["check_in"] * FULL
