"""Parked work is shown with its reason and can be tried again."""

import pytest

from integration.domain.followup import FollowUpStatus
from integration.domain.reason import Reason
from integration.store import follow_ups, inbox, outbox, parked
from integration.store.engine import Database
from integration.store.health import Backlog, backlog
from integration.store.parked import Parked
from tests.store.samples import LEASE, MINUTE, NOON, intend, plan, receive


def park_one_of_each(database: Database) -> None:
    refused = Reason("refused", {"why": "no such form"})
    with database.write() as conn:
        receive(conn, "a", now=NOON - MINUTE)
        inbox.park(conn, [1], reason="unreadable")
        plan(conn, due_at=NOON)
        follow_ups.end(conn, 1, status=FollowUpStatus.PARKED, reason=refused, now=NOON)
        intend(conn, now=NOON + MINUTE)
        outbox.park(conn, 1, attempt=0, reason="403")


def test_everything_parked_is_listed_longest_first(database: Database) -> None:
    park_one_of_each(database)

    with database.read() as conn:
        assert parked.everything(conn) == [
            Parked("inbox", 1, 5, "unreadable", NOON - MINUTE),
            Parked("follow_up", 1, 5, "refused: no such form", NOON),
            Parked("outbox", 1, 5, "403", NOON + MINUTE),
        ]


def test_parked_work_that_is_tried_again_is_due_at_once(database: Database) -> None:
    park_one_of_each(database)
    later = NOON + 2 * MINUTE

    with database.write() as conn:
        assert all(parked.try_again(conn, one.kind, one.id, later) for one in parked.everything(conn))

        assert parked.everything(conn) == []
        assert [one.ticket_id for one in inbox.claim_due(conn, later, limit=1, lease=LEASE)] == [5]
        assert [one.revision for one in follow_ups.claim_due(conn, later, limit=1, lease=LEASE)] == [1]
        assert outbox.claim_due(conn, later, limit=1, lease=LEASE) == [(1, 1)]


def test_a_write_that_is_tried_again_is_looked_for_first(database: Database) -> None:
    park_one_of_each(database)

    with database.write() as conn:
        parked.try_again(conn, "outbox", 1, NOON)
        row = outbox.get(conn, 1)

    assert row is not None
    assert row.state == "sending"


def test_only_parked_work_is_tried_again(database: Database) -> None:
    with database.write() as conn:
        intend(conn)

        assert not parked.try_again(conn, "outbox", 1, NOON)
        with pytest.raises(ValueError, match="inbox, follow_up or outbox"):
            parked.try_again(conn, "letters", 1, NOON)


def test_a_parked_follow_up_stays_while_another_of_its_name_runs(database: Database) -> None:
    park_one_of_each(database)

    with database.write() as conn:
        plan(conn)
        assert not parked.try_again(conn, "follow_up", 1, NOON)


def test_the_backlog_counts_what_waits_and_what_stopped(database: Database) -> None:
    park_one_of_each(database)
    with database.write() as conn:
        receive(conn, "b")
        receive(conn, "c", now=NOON + MINUTE)
        plan(conn, 6, due_at=NOON - MINUTE)
        plan(conn, 7, due_at=NOON + MINUTE)
        intend(conn, "second")
        intend(conn, "third")
        outbox.hold(conn, 3, attempt=0)

        assert backlog(conn, NOON) == Backlog(
            inbox_waiting=2,
            inbox_oldest_at=NOON,
            inbox_parked=1,
            last_received_at=NOON + MINUTE,
            follow_ups_pending=2,
            follow_ups_overdue=1,
            follow_ups_oldest_due_at=NOON - MINUTE,
            follow_ups_parked=1,
            outbox_waiting=1,
            outbox_oldest_at=NOON,
            outbox_held=1,
            outbox_parked=1,
        )
