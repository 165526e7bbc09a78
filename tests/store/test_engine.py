"""Reads see one moment and wait for nobody; writes are whole or nothing and take turns."""

import threading
import time
from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa

from integration.store import counters
from integration.store.engine import PING_AFTER_SECONDS, Database, DatabaseUnavailable, make_engine
from tests.store.samples import at_once, end_connections


def count(database: Database, times: int) -> None:
    for _ in range(times):
        with database.write() as conn:
            counters.all(conn)  # a transaction that reads first must still get the write lock
            counters.add(conn, "seen")


def count_and_fail(database: Database) -> None:
    with database.write() as conn:
        counters.add(conn, "seen")
        raise LookupError


def test_a_read_does_not_wait_for_a_write_and_does_not_see_it(database: Database) -> None:
    with database.write() as writing:
        counters.add(writing, "seen")

        with database.read() as reading:
            assert counters.all(reading) == {}


def test_a_read_keeps_seeing_the_moment_it_began(database: Database) -> None:
    with database.read() as reading:
        assert counters.all(reading) == {}
        with database.write() as writing:
            counters.add(writing, "seen")

        assert counters.all(reading) == {}


def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises((sa.exc.DBAPIError, DatabaseUnavailable)), database.read() as conn:
        counters.add(conn, "seen")

    with database.write() as conn:
        counters.add(conn, "seen")


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(LookupError):
        count_and_fail(database)

    with database.read() as conn:
        assert counters.all(conn) == {}


def test_a_connection_that_died_in_the_pool_is_replaced_unnoticed(postgresql_url: str) -> None:
    used = Database(make_engine(postgresql_url))
    count(used, 1)
    end_connections(postgresql_url)
    time.sleep(PING_AFTER_SECONDS)

    count(used, 1)

    with used.read() as conn:
        assert counters.all(conn) == {"seen": 2}
    used.close()


def test_writers_of_two_processes_lose_nothing(database: Database, database_url: str) -> None:
    other = Database(make_engine(database_url))
    jobs: list[Callable[[], None]] = [partial(count, one, 20) for one in (database, other) * 3]

    at_once(jobs)

    other.close()
    with database.read() as conn:
        assert counters.all(conn) == {"seen": 120}


def test_threads_of_one_process_queue_for_the_write_lock_of_sqlite(sqlite_database: Database) -> None:
    entered = threading.Event()

    def enter() -> None:
        with sqlite_database.write():
            entered.set()

    second = threading.Thread(target=enter)
    with sqlite_database.write():
        second.start()
        assert not entered.wait(0.2)
    second.join(timeout=10)

    assert entered.is_set()


def test_a_write_inside_a_write_is_refused_at_once(sqlite_database: Database) -> None:
    with (
        sqlite_database.write(),
        pytest.raises(RuntimeError, match="pass the connection on"),
        sqlite_database.write(),
    ):
        pass


def test_sqlite_files_survive_a_power_cut(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as conn:
        settings = [
            conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
        ]

    assert settings == ["wal", 2]


def test_a_database_that_is_away_is_named_as_such() -> None:
    away = Database(make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing"))

    with pytest.raises(DatabaseUnavailable), away.read() as conn:
        counters.all(conn)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/makegood"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="sqlite:///FILE or postgresql"):
        make_engine(url)


def test_an_error_does_not_quote_what_was_to_be_stored(database: Database) -> None:
    words = "I am very disappointed."

    with pytest.raises(sa.exc.DBAPIError) as caught, database.write() as conn:
        conn.execute(sa.text("INSERT INTO comments (body) VALUES (:body)"), {"body": words})

    assert words not in str(caught.value).split("DETAIL")[0]
