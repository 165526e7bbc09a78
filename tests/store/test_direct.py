"""An INSERT that goes straight to the driver keeps what the longer way keeps."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from integration.store import inbox
from integration.store.direct import Direct
from integration.store.engine import Database, DatabaseUnavailable, make_engine
from integration.store.tables import inbox as table
from tests.store.samples import at_once, end_connections, receive


def kept(database: Database) -> list[str]:
    with database.read() as conn:
        return [row.event_id for row in inbox.waiting(conn, ticket_id=5)]


def keep(database: Database, event_id: str) -> bool:
    with database.single() as direct:
        return receive(direct, event_id)


def test_a_row_is_kept_at_once_and_only_once(database: Database) -> None:
    assert keep(database, "a")
    assert not keep(database, "a")

    assert kept(database) == ["a"]


def test_the_row_reads_as_one_that_was_inserted_the_longer_way(database: Database) -> None:
    keep(database, "a")
    with database.write() as conn:
        receive(conn, "b")

    with database.read() as conn:
        direct, longer = (row._mapping for row in conn.execute(sa.select(table).order_by(table.c.id)))
    assert {**direct, "id": 0, "event_id": ""} == {**longer, "id": 0, "event_id": ""}


def test_a_write_that_fails_afterwards_leaves_the_row(database: Database) -> None:
    keep(database, "a")
    with suppress(LookupError), database.write() as conn:
        receive(conn, "b")
        raise LookupError

    assert kept(database) == ["a"]


def test_many_threads_keep_each_row_once(database: Database) -> None:
    at_once([lambda n=n: keep(database, f"{n % 4}") for n in range(8)])  # type: ignore[misc]

    assert sorted(kept(database)) == ["0", "1", "2", "3"]


def test_a_restart_of_postgresql_refuses_one_row_at_most(postgresql_url: str) -> None:
    database = Database(make_engine(postgresql_url))
    at_once([lambda n=n: keep(database, f"{n}") for n in range(4)])  # type: ignore[misc]
    end_connections(postgresql_url)

    with suppress(DatabaseUnavailable):
        keep(database, "after")
    seen_before = [not keep(database, f"{n}") for n in range(4)]
    keep(database, "after")

    assert all(seen_before)
    assert "after" in kept(database)
    database.close()


def test_a_database_that_is_away_refuses_the_row_as_such() -> None:
    away = Database(make_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing"))

    with pytest.raises(DatabaseUnavailable):
        keep(away, "a")


def test_a_file_that_another_process_locks_refuses_the_row_as_such(sqlite_database: Database) -> None:
    other = Database(make_engine(sqlite_database.engine.url, 0), 0)

    with sqlite_database.write(), pytest.raises(DatabaseUnavailable):
        keep(other, "a")
    other.close()


def test_a_refused_row_is_not_quoted(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught, database.single() as direct:
        receive(direct, "a", kind=None, body=b"I am very disappointed.")

    assert "disappointed" not in str(caught.value).split("DETAIL")[0]


def test_a_default_is_not_left_out_unnoticed(database: Database) -> None:
    with pytest.raises(ValueError, match="no defaults"):
        Direct(database.engine).scalar(sa.insert(table), {"event_id": "a"})
