"""Promises are open until they end, once."""

from integration.domain.history import Promise, PromiseState
from integration.store import promises
from integration.store.engine import Database
from integration.store.promises import KeptPromise
from tests.store.samples import MINUTE, NOON


def test_an_open_promise_can_move_and_ends_once(database: Database) -> None:
    with database.write() as conn:
        id = promises.add(conn, complaint_id=1, ticket_id=5, what="A call", due_at=NOON, owner_id=9, now=NOON)
        assert promises.move(conn, id, NOON + MINUTE)
        moved = Promise(1, 5, "A call", NOON + MINUTE, PromiseState.OPEN, 9)
        assert promises.open_for_ticket(conn, 5) == [KeptPromise(id, moved)]

        assert promises.set_state(conn, id, PromiseState.KEPT)

        assert promises.open_for_ticket(conn, 5) == []
        assert not promises.set_state(conn, id, PromiseState.BROKEN)
        assert not promises.move(conn, id, NOON)
