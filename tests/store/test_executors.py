"""A slot has one living worker, and a dead worker's slot one heir."""

from functools import partial

from integration.store import executors
from integration.store.engine import Database, make_engine
from tests.store.samples import MINUTE, NOON, at_once


def test_a_fresh_slot_is_refused_to_another_worker(database: Database) -> None:
    with database.write() as conn:
        assert executors.register(conn, "one", "a", NOON, MINUTE)
        assert executors.register(conn, "one", "a", NOON, MINUTE)
        assert not executors.register(conn, "one", "b", NOON + MINUTE / 2, MINUTE)

        assert executors.register(conn, "one", "b", NOON + MINUTE, MINUTE)
        assert not executors.beat(conn, "one", "a", NOON + MINUTE)


def test_a_beating_worker_keeps_its_slot(database: Database) -> None:
    with database.write() as conn:
        executors.register(conn, "one", "a", NOON, MINUTE)
        assert executors.beat(conn, "one", "a", NOON + MINUTE)

        assert executors.take_stale(conn, NOON + MINUTE, MINUTE) == []
        assert executors.freshest_beat(conn) == NOON + MINUTE


def test_a_stale_slot_goes_to_exactly_one_heir(database: Database, database_url: str) -> None:
    other = Database(make_engine(database_url))
    with database.write() as conn:
        executors.register(conn, "dead", "a", NOON, MINUTE)

    def inherit(on: Database) -> list[str]:
        with on.write() as conn:
            return executors.take_stale(conn, NOON + MINUTE, MINUTE)

    heirs = at_once([partial(inherit, one) for one in (database, other) * 3])

    other.close()
    assert sorted(heirs) == [[]] * 5 + [["dead"]]


def test_a_released_slot_is_free(database: Database) -> None:
    with database.write() as conn:
        executors.register(conn, "one", "a", NOON, MINUTE)
        executors.release(conn, "one", "b")
        assert not executors.register(conn, "one", "b", NOON, MINUTE)

        executors.release(conn, "one", "a")

        assert executors.register(conn, "one", "b", NOON, MINUTE)
