"""What every part of the account stands on: the database, the clock, ids, and telling others of a change."""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from integration.rehearsal.clock import Clock, iso
from integration.rehearsal.config import Config
from integration.rehearsal.database import Database

Doc = dict[str, Any]

SYSTEM_USER_ID = -1

# Zendesk counts ids up per kind of record; audits, their events and comments share one series.
FIRST_IDS = {
    "user": 360_000_000_001,
    "ticket": 1,
    "audit": 1_900_000_000_001,
    "group": 360_000_100_001,
    "brand": 360_000_200_001,
    "ticket_form": 360_000_300_001,
    "schedule": 360_000_400_001,
    "holiday": 360_000_500_001,
    "organization": 360_000_600_001,
    "satisfaction_rating": 360_000_700_001,
    "custom_status": 360_000_800_001,
    "identity": 360_000_900_001,
    "ticket_field": 360_001_000_001,
    "option": 360_002_000_001,
    "trigger": 360_003_000_001,
    "automation": 360_004_000_001,
}


@dataclass(frozen=True)
class Change:
    """One change of a ticket or a user, as told inside its transaction; the documents are read-only."""

    kind: str
    before: Doc | None
    after: Doc
    actor_id: int
    audit: Doc | None
    events: list[Doc]
    is_create: bool
    via: str


class Base:
    """The shared ground of the account's rules."""

    def __init__(self, db: Database, clock: Clock, config: Config) -> None:
        self.db = db
        self.clock = clock
        self.config = config
        self.on_change: list[Callable[[sqlite3.Connection, Change], None]] = []
        # What `GET /rehearsal/api/state` reports beyond the account itself; modules add their own part.
        self.state: dict[str, Callable[[], Any]] = {}
        self._ids: dict[str, int] = {}
        self._ids_lock = threading.Lock()

    def next_id(self, kind: str) -> int:
        """Return an id that was never given out for this kind of record."""
        with self._ids_lock:
            last = self._ids.get(kind)
            if last is None:
                last = self._last_id(kind)
            self._ids[kind] = last + 1
            return last + 1

    def reserve_id(self, kind: str, used: int) -> None:
        """Make sure that an id chosen by a loaded record is not given out again."""
        with self._ids_lock:
            last = self._ids.get(kind)
            self._ids[kind] = max(used, self._last_id(kind) if last is None else last)

    def _last_id(self, kind: str) -> int:
        queries = {
            "user": "SELECT max(id) FROM user",
            "ticket": "SELECT max(id) FROM ticket",
            # Events inside an audit have ids above it; a gap after the newest audit keeps clear of them.
            "audit": "SELECT max(id) + 1000 FROM (SELECT id FROM audit UNION ALL SELECT id FROM comment)",
        }
        query = queries.get(kind, "SELECT max(id) FROM resource WHERE kind = ?")
        arguments = () if kind in queries else (kind,)
        with self.db.read() as connection:
            found = connection.execute(query, arguments).fetchone()[0]
        return int(found or FIRST_IDS[kind] - 1)

    def _announce(self, connection: sqlite3.Connection, change: Change) -> None:
        created_at = iso(self.clock.now())
        is_ticket = change.kind == "ticket"
        connection.executemany(
            "INSERT INTO outgoing_event (id, type, ticket_id, body, created_at) VALUES (?, ?, ?, ?, ?)",
            [
                (
                    event["id"],
                    event["type"],
                    change.after["id"] if is_ticket else None,
                    dump(event),
                    created_at,
                )
                for event in change.events
            ],
        )
        for listener in self.on_change:
            listener(connection, change)


def dump(doc: Any) -> str:
    """Write a document as JSON text."""
    return orjson.dumps(doc).decode()


def load(text: str) -> Any:
    """Read a document from JSON text."""
    return orjson.loads(text)


def seconds(moment: datetime) -> int:
    """Return whole seconds since 1970."""
    return int(moment.timestamp())
