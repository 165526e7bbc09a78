"""A database that cannot be used says why, in words that lead to the next step."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.statements import Statement
from integration.store.engine import Database, DatabaseUnavailable, make_engine
from integration.store.trouble import step_after


def write_much(database: Database) -> None:
    with database.write() as conn:
        conn.execute(sa.text("CREATE TABLE wide (words TEXT)"))
        conn.execute(sa.text("INSERT INTO wide VALUES (:words)"), {"words": "x" * 100_000})


def trouble_of(database: Database) -> Statement:
    """Return why a write that needs room, and a whole file, cannot be made."""
    with closing(database), pytest.raises(DatabaseUnavailable) as told:
        write_much(database)
    reason = told.value.args[0]
    assert isinstance(reason, Statement)
    return reason


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/full.db")
    sa.event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count=8").close())

    reason = trouble_of(Database(engine))

    assert reason.code == "database_full"
    assert step_after(reason).startswith("Free some space")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "torn.db").write_bytes(b"Not a database, but quite long. " * 200)

    reason = trouble_of(Database(make_engine(f"sqlite:///{tmp_path}/torn.db")))

    assert reason.code == "database_damaged"


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    reason = trouble_of(Database(make_engine(f"sqlite:///{tmp_path}")))

    assert reason.code == "database_not_opened"


def test_a_file_that_another_process_keeps_locked_is_named(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "busy.db", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=wal").close()
        other.execute("BEGIN IMMEDIATE").close()

        reason = trouble_of(Database(make_engine(f"sqlite:///{tmp_path}/busy.db", wait_seconds=0)))

    assert reason.code == "database_locked"
