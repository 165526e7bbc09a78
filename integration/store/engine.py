"""Connections to the one database: an SQLite file or PostgreSQL, the same promises on both.

The engine is also handed to DBOS, so nothing here may change how a plain connection begins and ends.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry as PoolRecord

from integration.store.direct import Direct
from integration.store.trouble import is_damaged, reason_of

WAIT_SECONDS = 30
STATEMENT_SECONDS = 60
CONNECT_SECONDS = 5
PING_AFTER_SECONDS = 1.0


class DatabaseUnavailable(Exception):
    """The database cannot be reached, used or locked; the same call may succeed later."""


def make_engine(url: str | sa.URL, wait_seconds: int = WAIT_SECONDS, *, by_itself: bool = False) -> Engine:
    """Return an engine for `sqlite:///FILE` or `postgresql+psycopg://…`; nothing is opened yet.

    With `by_itself` each statement commits by itself, and a connection goes back to the pool as it is: to
    begin and to roll back nothing would be half of the time to keep an event.
    """
    parts = sa.make_url(url)
    options: dict[str, Any] = {
        "pool_size": 10,
        "max_overflow": 20,
        "pool_timeout": wait_seconds,
        "hide_parameters": True,  # errors go to logs, and what people wrote does not
    }
    if by_itself:
        options |= {"isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    backend = parts.get_backend_name()
    if backend == "postgresql":
        return _postgresql(parts, wait_seconds, options)
    if backend == "sqlite" and parts.database not in (None, "", ":memory:"):
        return _sqlite(parts, wait_seconds, options)
    raise ValueError("The database must be sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME.")


def _sqlite(url: sa.URL, wait_seconds: int, options: dict[str, Any]) -> Engine:
    engine = sa.create_engine(url, **options)
    sa.event.listen(engine, "connect", partial(_prepare_sqlite, wait_seconds))
    return engine


def _prepare_sqlite(wait_seconds: int, connection: Any, _record: Any) -> None:
    # DBOS reads before it writes; a deferred transaction that turns into a writing one fails at once
    # with "database is locked" instead of waiting, so writes take the lock when they begin.
    if connection.isolation_level is not None:
        connection.isolation_level = "IMMEDIATE"
    for pragma in (
        f"busy_timeout={wait_seconds * 1000}",
        "journal_mode=wal",
        "synchronous=full",
        "foreign_keys=on",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _postgresql(url: sa.URL, wait_seconds: int, options: dict[str, Any]) -> Engine:
    connect = {"connect_timeout": CONNECT_SECONDS, "application_name": "makegood"}
    engine = sa.create_engine(url, connect_args=connect, **options)
    sa.event.listen(engine, "connect", partial(_prepare_postgresql, wait_seconds))
    sa.event.listen(engine, "checkin", _remember_use)
    sa.event.listen(engine, "checkout", partial(_ping_if_idle, engine))
    return engine


def _prepare_postgresql(wait_seconds: int, connection: Any, _record: Any) -> None:
    # Said by SET, not by the `options` start-up parameter, which connection poolers refuse.
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{wait_seconds}s'")
        cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
    connection.commit()


def _remember_use(_connection: Any, record: PoolRecord) -> None:
    record.info["used_at"] = time.monotonic()


def _ping_if_idle(engine: Engine, connection: Any, record: PoolRecord, _proxy: Any) -> None:
    """Have a connection replaced that died in the pool.

    SQLAlchemy's own `pool_pre_ping` asks before each use, which is a tenth of the time to keep an event.
    """
    used_at = record.info.get("used_at")
    if used_at is None or time.monotonic() - used_at < PING_AFTER_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except psycopg.Error as error:
        raise sa.exc.DisconnectionError from error


class Database:
    """One transaction at a time for each caller: `read()` sees one moment, `write()` all or nothing."""

    def __init__(self, engine: Engine, wait_seconds: int = WAIT_SECONDS) -> None:
        self.engine = engine
        self._wait_seconds = wait_seconds
        self._by_itself = make_engine(engine.url, wait_seconds, by_itself=True)
        self._direct = Direct(self._by_itself)
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._writing = threading.Lock()
        self._writer: int | None = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection that sees one moment, waits for no writer and cannot write.

        Raises `DatabaseUnavailable`.
        """
        with named_trouble():
            if self._is_sqlite:
                yield from self._read_sqlite()
            else:
                yield from self._read_postgresql()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in one transaction, committed at the end; raises `DatabaseUnavailable`."""
        with named_trouble():
            if self._is_sqlite:
                with self._turn():
                    yield from self._write_sqlite()
            else:
                with self.engine.begin() as connection:
                    yield connection

    @contextmanager
    def single(self) -> Iterator[Direct]:
        """Yield what runs one INSERT, which commits by itself; raises `DatabaseUnavailable`."""
        with named_trouble():
            if self._is_sqlite:
                with self._turn():
                    yield self._direct
            else:
                yield self._direct

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()
        self._by_itself.dispose()

    def _read_sqlite(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA query_only=on")
            try:
                connection.exec_driver_sql("BEGIN DEFERRED")
                yield connection
            finally:
                connection.rollback()
                connection.exec_driver_sql("PRAGMA query_only=off")

    def _read_postgresql(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _write_sqlite(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        # SQLite's own waiting is a lottery of sleeps; threads of one process queue here instead.
        if self._writer == threading.get_ident():
            raise RuntimeError("write() inside write(): pass the connection on instead.")
        if not self._writing.acquire(timeout=self._wait_seconds):
            raise DatabaseUnavailable("Another write in this process has not ended.")
        self._writer = threading.get_ident()
        try:
            yield
        finally:
            self._writer = None
            self._writing.release()


@contextmanager
def named_trouble() -> Iterator[None]:
    """Turn what a database says when it cannot be used into `DatabaseUnavailable`."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.TimeoutError) as error:
        raise DatabaseUnavailable(reason_of(error)) from error
    except sa.exc.DatabaseError as error:
        if not is_damaged(error):
            raise
        raise DatabaseUnavailable(reason_of(error)) from error
