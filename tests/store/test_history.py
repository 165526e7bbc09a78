"""The history of a requester is whole over merged identities, and no longer than it should be."""

from datetime import UTC, datetime, timedelta

import pytest

from integration.domain.complaint import Band, Category, State
from integration.domain.history import History, Outcome, PastComplaint, Promise, PromiseState
from integration.domain.ticket import Requester, Status
from integration.store import complaints, kept, promises, requesters, tickets
from integration.store.engine import Database
from integration.store.history import IMPORT, history_of, months_before
from tests.store.samples import NOON, complaint, ticket


def test_a_stranger_has_an_empty_history(database: Database) -> None:
    with database.read() as conn:
        assert history_of(conn, 7, now=NOON) == History(Requester(7))


def test_a_history_spans_everyone_merged_with_the_requester(database: Database) -> None:
    with database.write() as conn:
        requesters.save(conn, Requester(7, "Ana"), order="1")
        requesters.merge(conn, 8, 7, "2")
        tickets.save(conn, ticket(5, requester_id=8, satisfaction="good"), order="1", with_custom_fields=True)
        id = complaints.add(conn, complaint(5, requester_id=8, references=frozenset({"AF-1"})))
        complaints.record_outcome(conn, id, Outcome.REFUND, NOON, NOON)

        history = history_of(conn, 8, now=NOON)

    past = PastComplaint(
        id,
        ticket_id=5,
        requester_id=8,
        received_at=NOON,
        category=Category.DELIVERY,
        band=Band.HIGH,
        state=State.RESOLVED,
        subject="Where is my parcel?",
        outcome=Outcome.REFUND,
        resolved_at=NOON,
        told_at=NOON,
        references=frozenset({"AF-1"}),
        satisfaction="good",
    )
    assert history == History(
        Requester(7, "Ana"), (past,), tickets_total=1, first_ticket_at=NOON, good_ratings=1
    )


def test_complaints_come_newest_first_and_not_from_before_the_window(database: Database) -> None:
    ages = {1: timedelta(days=3 * 365), 2: timedelta(days=300), 3: timedelta(days=1)}
    with database.write() as conn:
        complaints.add_many(conn, [complaint(id, received_at=NOON - age) for id, age in ages.items()])

        history = history_of(conn, 7, now=NOON)

    assert [past.ticket_id for past in history.complaints] == [3, 2]


def test_promises_come_with_their_state(database: Database) -> None:
    with database.write() as conn:
        id = complaints.add(conn, complaint())
        promise = promises.add(
            conn, complaint_id=id, ticket_id=5, what="A call", due_at=NOON, owner_id=9, now=NOON
        )
        promises.set_state(conn, promise, PromiseState.BROKEN)

        history = history_of(conn, 7, now=NOON)

    assert history.promises == (Promise(id, 5, "A call", NOON, PromiseState.BROKEN, 9),)


def test_deleted_tickets_do_not_count(database: Database) -> None:
    with database.write() as conn:
        for id, status in ((5, Status.OPEN), (6, Status.DELETED)):
            tickets.save(conn, ticket(id, status=status), order="1", with_custom_fields=True)

        assert history_of(conn, 7, now=NOON).tickets_total == 1


def test_a_running_import_is_told(database: Database) -> None:
    with database.write() as conn:
        kept.put(conn, IMPORT, {"is_running": True}, now=NOON)
        assert history_of(conn, 7, now=NOON).is_importing

        kept.put(conn, IMPORT, {"is_running": False}, now=NOON)
        assert not history_of(conn, 7, now=NOON).is_importing


@pytest.mark.parametrize(
    ("months", "day"), [(1, (2026, 2, 28)), (3, (2025, 12, 31)), (25, (2024, 2, 29)), (24, (2024, 3, 31))]
)
def test_months_are_counted_by_the_calendar(months: int, day: tuple[int, int, int]) -> None:
    assert months_before(datetime(2026, 3, 31, tzinfo=UTC), months) == datetime(*day, tzinfo=UTC)
