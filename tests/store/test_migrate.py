"""The schema moves forward and back without losing what people entered."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.engine import Engine

from integration.store import inbox
from integration.store.engine import Database, make_engine
from integration.store.migrate import (
    SchemaTooNew,
    copies,
    downgrade_one,
    drop_copies,
    is_ours,
    migrate,
    schema_state,
)
from integration.store.tables import metadata
from tests.postgres import Cluster
from tests.store.old_schemas import go_to
from tests.store.samples import LEASE, NOON, at_once

OLD_ROWS = (
    "INSERT INTO inbox (event_id, kind, type, ticket_id, user_id, event_order, body, received_at, state,"
    " attempts, not_before, claimed_until) VALUES"
    " ('a', 'event', 't', 5, NULL, '1', '{}', '2026-03-02 11:00:00', 'new', 0, '2026-03-02 11:00:00', NULL),"
    " ('b', 'event', 't', NULL, 7, '1', '{}', '2026-03-02 11:00:00', 'claimed', 1, '2026-03-02 11:00:00',"
    " '2026-03-02 13:00:00')"
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without tables; the test runs once on each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.url(cluster.create())
    engine = make_engine(url)
    yield engine
    engine.dispose()


def layout(engine: Engine) -> list[tuple[str, ...]]:
    """Every index as the database itself describes it."""
    if engine.dialect.name == "sqlite":
        question = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1"
    else:
        question = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(question)
        return [tuple(row) for row in rows if "alembic" not in row[0]]


def test_an_empty_database_becomes_ready(empty: Engine) -> None:
    assert schema_state(empty).current is None

    assert migrate(empty).is_ready


def test_migrations_and_tables_do_not_drift_apart(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": is_ours, "compare_type": True, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []


def test_migrated_indexes_are_those_that_the_tables_ask_for(empty: Engine) -> None:
    metadata.create_all(empty)
    asked_for = layout(empty)
    metadata.drop_all(empty)

    migrate(empty)

    assert layout(empty) == asked_for


def test_a_filled_database_moves_forward_with_its_rows(empty: Engine) -> None:
    go_to(empty, "0001")
    with empty.begin() as connection:
        connection.exec_driver_sql(OLD_ROWS)

    migrate(empty)

    with Database(empty).write() as conn:
        assert [row.event_id for row in inbox.waiting(conn, user_id=7)] == ["b"]
        assert [claim.ticket_id for claim in inbox.claim_due(conn, NOON, limit=9, lease=LEASE)] == [5]


def test_a_downgrade_goes_back_one_step_and_keeps_the_rows(empty: Engine) -> None:
    go_to(empty, "0001")
    with empty.begin() as connection:
        connection.exec_driver_sql(OLD_ROWS)
    go_to(empty, "0002")

    state = downgrade_one(empty)

    assert (state.current, state.is_ready) == ("0001", False)
    with empty.connect() as connection:
        claimed = connection.exec_driver_sql("SELECT claimed_until FROM inbox ORDER BY id").scalars().all()
    assert [str(moment)[:16] for moment in claimed] == ["None", "2026-03-02 13:00"]


def test_the_first_schema_is_not_undone(empty: Engine) -> None:
    go_to(empty, "0001")

    with pytest.raises(ValueError, match="first schema"):
        downgrade_one(empty)


def test_a_newer_schema_is_refused_by_older_code(database: Database) -> None:
    with database.write() as conn:
        conn.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    assert schema_state(database.engine).is_newer
    with pytest.raises(SchemaTooNew, match="Install the newer Makegood"):
        migrate(database.engine)
    with pytest.raises(SchemaTooNew):
        downgrade_one(database.engine)


def test_a_migration_that_fails_changes_nothing(empty: Engine) -> None:
    go_to(empty, "0001")
    with empty.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE ix_promises_ticket_id_state (id INTEGER)")

    with pytest.raises(sa.exc.DBAPIError):
        migrate(empty)

    assert schema_state(empty).current == "0001"
    assert "subject" not in {column["name"] for column in sa.inspect(empty).get_columns("inbox")}


def test_two_that_migrate_at_once_do_it_once(empty: Engine) -> None:
    other = make_engine(empty.url.render_as_string(hide_password=False))

    states = at_once([partial(migrate, engine) for engine in (empty, other)])

    other.dispose()
    assert all(state.is_ready for state in states)


def test_a_filled_sqlite_file_is_copied_before_it_changes(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'makegood.db'}")
    go_to(engine, "0001")
    with engine.begin() as connection:
        connection.exec_driver_sql(OLD_ROWS)

    head = migrate(engine).head

    engine.dispose()
    with closing(sqlite3.connect(tmp_path / f"makegood.db.before-{head}")) as copy:
        assert copy.execute("SELECT event_id FROM inbox ORDER BY id").fetchall() == [("a",), ("b",)]
        assert copy.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_a_new_sqlite_file_is_not_copied(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'makegood.db'}")

    migrate(engine)

    engine.dispose()
    assert list(tmp_path.glob("*.before-*")) == []


def test_copies_go_when_they_are_old(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'makegood.db'}")
    migrate(engine)
    downgrade_one(engine)
    migrate(engine)
    old, new = copies(engine)
    month_ago = datetime.now(UTC) - timedelta(days=31)
    os.utime(old, (month_ago.timestamp(), month_ago.timestamp()))

    assert drop_copies(engine, datetime.now(UTC) - timedelta(days=30)) == 1

    assert copies(engine) == [new]
    engine.dispose()
