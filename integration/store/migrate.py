"""Brings the database to the shape that this version of Makegood works with."""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator, MutableMapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from integration.store.engine import DatabaseUnavailable, named_trouble
from integration.store.going_back import end_chain, refuse_loss
from integration.store.tables import metadata
from integration.store.trouble import is_about_its_file, reason_of

SCRIPTS = Path(__file__).parent / "migrations"
# Any number will do as long as nobody else on this PostgreSQL database takes the same.
ADVISORY_LOCK = 7_205_120_931
WAIT_SECONDS = 600
KEPT_BACKUPS = 3


class SchemaTooNew(Exception):
    """A newer Makegood has already changed this database; older code must keep its hands off."""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """`current` is the database's revision (None: empty), `head` the newest that this code knows."""

    current: str | None
    head: str
    is_newer: bool

    @property
    def is_ready(self) -> bool:
        """Whether this code may work on the database as it is."""
        return self.current == self.head


def schema_state(engine: Engine) -> SchemaState:
    """Compare the database with this code; changes nothing. Raises `DatabaseUnavailable`."""
    with named_trouble(), engine.connect() as connection:
        return _state(connection)


def migrate(engine: Engine) -> SchemaState:
    """Bring the database up to date; a second caller waits, then finds nothing to do.

    A filled SQLite file is copied to `FILE.before-REVISION` first; the last `KEPT_BACKUPS` copies stay.
    Raises `SchemaTooNew`.
    """
    with _alone(engine):
        state = schema_state(engine)
        if state.is_newer:
            raise SchemaTooNew(
                f"The database is at schema {state.current}, this Makegood knows up to {state.head}. "
                "Install the newer Makegood again, or restore the backup made before its upgrade."
            )
        if not state.is_ready:
            _back_up(engine, state, before=state.head)
            with _transaction(engine) as connection:
                command.upgrade(_config(connection), "head")
            if state.current is None and engine.dialect.name == "sqlite":
                # SQLite's other files take the same mode. Some shared folders know no modes.
                with suppress(OSError):
                    _file(engine).chmod(0o600)
        return schema_state(engine)


def downgrade_one(engine: Engine) -> SchemaState:
    """Go back one revision, as far as the first; data that only the newer schema holds is lost.

    Raises `SchemaTooNew` for a revision that this code does not know, `ValueError` at the first one, and
    `NotForgettable`.
    """
    with _alone(engine):
        state = schema_state(engine)
        if state.is_newer:
            raise SchemaTooNew(f"Only the Makegood that made schema {state.current} can undo it.")
        target = _previous(state.current)
        if target is None:
            raise ValueError("The database is at its first schema; there is nothing to go back to.")
        with engine.connect() as connection:
            refuse_loss(connection, state.current or "")
        _back_up(engine, state, before=target)
        with _transaction(engine) as connection:
            end_chain(connection, state.current or "")
            command.downgrade(_config(connection), target)
        return schema_state(engine)


def copies(engine: Engine) -> list[Path]:
    """Return the copies of an SQLite file that upgrades made, the oldest first."""
    if engine.dialect.name != "sqlite":
        return []
    file = _file(engine)
    return sorted(file.parent.glob(f"{file.name}.before-*"), key=lambda path: path.stat().st_mtime)


def drop_copies(engine: Engine, before: datetime) -> int:
    """Delete the copies that were made before that moment of this machine's; return how many."""
    old = [path for path in copies(engine) if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def is_ours(
    name: str | None,
    kind: str,
    _parents: MutableMapping[Any, str | None],
) -> bool:
    """Leave the engine's own tables, which share the database, out of every comparison."""
    return kind != "table" or name in metadata.tables


def _state(connection: Connection) -> SchemaState:
    current = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory(str(SCRIPTS))
    known = {script.revision for script in scripts.walk_revisions()}
    return SchemaState(
        current, scripts.get_current_head() or "", current is not None and current not in known
    )


def _previous(revision: str | None) -> str | None:
    if revision is None:
        return None
    down = ScriptDirectory(str(SCRIPTS)).get_revision(revision).down_revision
    return down if isinstance(down, str) else None


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # Python's driver begins no transaction before DDL by itself.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            yield connection
    except sa.exc.DatabaseError as error:
        if not is_about_its_file(error):
            raise
        raise DatabaseUnavailable(reason_of(error)) from error


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            yield
        return
    with open(f"{_file(engine)}.migrating", "w") as lock:
        _take(lock)
        yield


def _take(lock: IO[str]) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                raise TimeoutError("Another process is still migrating this database; stop it.") from None
            time.sleep(0.05)


def _back_up(engine: Engine, state: SchemaState, *, before: str) -> None:
    if engine.dialect.name != "sqlite" or state.current is None:
        return
    target = Path(f"{_file(engine)}.before-{before}")
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.touch(mode=0o600)
    try:
        with closing(sqlite3.connect(_file(engine))) as source, closing(sqlite3.connect(unfinished)) as copy:
            source.backup(copy)
    except sqlite3.Error as error:
        unfinished.unlink()
        raise DatabaseUnavailable(reason_of(error)) from error
    os.replace(unfinished, target)
    # They hold what has been erased since, so only the last few are kept.
    for old in copies(engine)[:-KEPT_BACKUPS]:
        old.unlink(missing_ok=True)


def _file(engine: Engine) -> Path:
    return Path(str(engine.url.database))
