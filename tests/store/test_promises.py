"""Promises are open until they end; a broken one can still be kept, withdrawn or given another day."""

import pytest

from integration.domain.history import PromiseState
from integration.store import promises
from integration.store.engine import Database
from tests.store.samples import MINUTE, NOON


@pytest.fixture
def id(database: Database) -> int:
    with database.write() as conn:
        return promises.add(
            conn, complaint_id=1, ticket_id=5, what="A call", due_at=NOON, owner_id=9, now=NOON
        )


def test_an_open_promise_can_move_and_ends_once(database: Database, id: int) -> None:
    with database.write() as conn:
        assert promises.move(conn, id, NOON + MINUTE, told_at=NOON)
        (kept,) = promises.open_for_ticket(conn, 5)
        assert (kept.promise.due_at, kept.moves, kept.told_at) == (NOON + MINUTE, 1, NOON)

        assert promises.set_state(conn, id, PromiseState.KEPT, at=NOON)

        assert promises.open_for_ticket(conn, 5) == []
        assert not promises.set_state(conn, id, PromiseState.BROKEN)
        assert not promises.move(conn, id, NOON)


def test_a_broken_promise_can_be_kept_after_all(database: Database, id: int) -> None:
    with database.write() as conn:
        assert promises.set_state(conn, id, PromiseState.BROKEN, at=NOON)
        assert promises.set_state(conn, id, PromiseState.KEPT, at=NOON + MINUTE)

        (kept,) = promises.of_ticket(conn, 5)
        assert (kept.promise.state, kept.ended_at) == (PromiseState.KEPT, NOON + MINUTE)


def test_a_broken_promise_with_another_day_is_open_again(database: Database, id: int) -> None:
    with database.write() as conn:
        promises.set_state(conn, id, PromiseState.BROKEN, at=NOON)
        assert promises.move(conn, id, NOON + MINUTE)

        (kept,) = promises.open_for_ticket(conn, 5)
        assert (kept.ended_at, kept.told_at) == (None, None)


def test_an_open_promise_goes_with_a_merged_ticket(database: Database, id: int) -> None:
    with database.write() as conn:
        assert promises.follow_ticket(conn, 5, 6) == 1

        assert [kept.id for kept in promises.open_for_ticket(conn, 6)] == [id]
