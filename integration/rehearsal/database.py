"""The account's SQLite file: documents as JSON beside the few columns that are searched."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS user (
    id INTEGER PRIMARY KEY, email TEXT, role TEXT NOT NULL, active INTEGER NOT NULL,
    generated INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS user_email ON user (email) WHERE active;
CREATE INDEX IF NOT EXISTS user_generated ON user (generated, id);
CREATE INDEX IF NOT EXISTS user_role ON user (role, id);
CREATE TABLE IF NOT EXISTS ticket (
    id INTEGER PRIMARY KEY, requester_id INTEGER NOT NULL, status TEXT NOT NULL, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, generated INTEGER NOT NULL, archived INTEGER, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ticket_requester ON ticket (requester_id, id);
CREATE INDEX IF NOT EXISTS ticket_generated ON ticket (generated, id);
CREATE INDEX IF NOT EXISTS ticket_status ON ticket (status, id);
CREATE TABLE IF NOT EXISTS comment (
    id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS comment_ticket ON comment (ticket_id, id);
CREATE TABLE IF NOT EXISTS audit (
    id INTEGER PRIMARY KEY, ticket_id INTEGER NOT NULL, created INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS audit_ticket ON audit (ticket_id, id);
CREATE INDEX IF NOT EXISTS audit_created ON audit (created, id);
CREATE TABLE IF NOT EXISTS resource (
    kind TEXT NOT NULL, id INTEGER NOT NULL, doc TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS job (id TEXT PRIMARY KEY, status TEXT NOT NULL, created INTEGER NOT NULL,
    doc TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL, ticket TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS oauth_token (
    digest TEXT PRIMARY KEY, user_id INTEGER NOT NULL, scopes TEXT NOT NULL, expires INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS outgoing_event (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, ticket_id INTEGER, body TEXT NOT NULL,
    created_at TEXT NOT NULL);
"""


class Database:
    """One writer at a time in the process, readers beside it (WAL)."""

    def __init__(self, path: str | Path) -> None:
        self.path = str(path)
        self._lock = threading.RLock()
        self._depth = 0
        self._owner: int | None = None
        self._idle: list[sqlite3.Connection] = []
        self._idle_lock = threading.Lock()
        self._writer = self._connect()
        self._writer.execute("PRAGMA journal_mode=WAL")
        self.add_tables(SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    def add_tables(self, script: str) -> None:
        """Create tables that a module keeps for itself; the statements must bear being run again."""
        with self._lock:
            self._writer.executescript(script)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock and one transaction; nested use joins it under a savepoint of its own."""
        with self._lock:
            outermost = self._depth == 0
            mark = f"level_{self._depth}"
            self._writer.execute("BEGIN IMMEDIATE" if outermost else f"SAVEPOINT {mark}")
            self._depth += 1
            self._owner = threading.get_ident()
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK" if outermost else f"ROLLBACK TO {mark}")
                raise
            else:
                self._writer.execute("COMMIT" if outermost else f"RELEASE {mark}")
            finally:
                self._depth -= 1
                if outermost:
                    self._owner = None

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Give a connection to read with; inside a write it is the writer's, so own changes are seen."""
        if self._owner == threading.get_ident():
            yield self._writer
            return
        with self._idle_lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._connect()
        try:
            yield connection
        finally:
            with self._idle_lock:
                self._idle.append(connection)

    def setting(self, key: str) -> Any:
        """Return a kept value, None when there is none."""
        with self.read() as connection:
            row = connection.execute("SELECT value FROM setting WHERE key = ?", (key,)).fetchone()
        return None if row is None else orjson.loads(row["value"])

    def set_setting(self, key: str, value: Any) -> None:
        """Keep a JSON value under a key."""
        with self.write() as connection:
            text = orjson.dumps(value).decode()
            connection.execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", (key, text))

    def close(self) -> None:
        """Close every connection; nobody may be reading or writing."""
        with self._idle_lock:
            while self._idle:
                self._idle.pop().close()
        with self._lock:
            self._writer.close()
