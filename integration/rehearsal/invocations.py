"""Invocations of webhooks and their attempts: the sender's queue, and what the API shows for a week."""

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from integration.rehearsal.base import Doc, dump, load
from integration.rehearsal.clock import Clock, iso
from integration.rehearsal.database import Database
from integration.rehearsal.faults import DeliveryFault
from integration.rehearsal.signing import new_ulid

SCHEMA = """
CREATE TABLE IF NOT EXISTS webhook_invocation (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, webhook_id TEXT NOT NULL, event_id TEXT, event_type TEXT,
    ticket_id INTEGER, body BLOB NOT NULL, fault TEXT, status TEXT NOT NULL, status_code INTEGER,
    attempts INTEGER NOT NULL, due REAL NOT NULL, created_at TEXT NOT NULL, completed_at TEXT);
CREATE INDEX IF NOT EXISTS webhook_invocation_status ON webhook_invocation (status, n);
CREATE INDEX IF NOT EXISTS webhook_invocation_webhook ON webhook_invocation (webhook_id, n);
CREATE TABLE IF NOT EXISTS webhook_attempt (
    n INTEGER PRIMARY KEY, invocation_n INTEGER NOT NULL, doc TEXT NOT NULL, status TEXT NOT NULL,
    status_code INTEGER, signed_at TEXT, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS webhook_attempt_invocation ON webhook_attempt (invocation_n);
"""
WAITING = "accepted"  # not yet done: to be sent, or to be sent again
LOST = "unknown"

_KEPT = timedelta(days=7)


@dataclass
class Job:
    """One invocation on its way; `due` is real time in seconds since 1970."""

    n: int
    id: str
    webhook_id: str
    body: bytes
    fault: str | None
    attempts: int
    due: float


@dataclass(frozen=True)
class NewInvocation:
    """What the queue needs to know of something to be sent."""

    webhook_id: str
    body: bytes
    event_id: str | None = None
    event_type: str | None = None
    ticket_id: int | None = None
    delay: float = 0.0
    fault: str | None = None
    status: str = WAITING

    def under(self, fault: DeliveryFault) -> list["NewInvocation"]:
        """Return what becomes of it under a fault: usually itself, twice itself, or a loss."""
        changed = replace(self, fault=fault.name, delay=fault.delay)
        if fault.name == "drop":
            return [replace(changed, status=LOST)]
        return [changed, changed] if fault.name == "duplicate" else [changed]


class Invocations:
    """Keeps invocations in order of arrival."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self.db = db
        self._clock = clock
        db.add_tables(SCHEMA)

    def add(self, connection: sqlite3.Connection, new: Sequence[NewInvocation]) -> None:
        """Queue invocations inside the caller's transaction."""
        now, at = time.time(), self._clock.now()
        rows = [
            {**vars(one), "id": new_ulid(at), "due": now + one.delay, "created_at": iso(at)} for one in new
        ]
        connection.executemany(
            "INSERT INTO webhook_invocation"
            " (id, webhook_id, event_id, event_type, ticket_id, body, fault, status, due, created_at,"
            " attempts)"
            " VALUES (:id, :webhook_id, :event_id, :event_type, :ticket_id, :body, :fault, :status, :due,"
            " :created_at, 0)",
            rows,
        )

    def waiting(self, *, after: int, limit: int = 1000) -> list[Job]:
        """Return invocations still to be sent whose number is above `after`, in order."""
        with self.db.read() as connection:
            rows = connection.execute(
                "SELECT n, id, webhook_id, body, fault, attempts, due FROM webhook_invocation"
                " WHERE status = ? AND n > ? ORDER BY n LIMIT ?",
                (WAITING, after, limit),
            ).fetchall()
        return [Job(*row) for row in rows]

    def count_waiting(self) -> int:
        """Return how many invocations are not done yet."""
        with self.db.read() as connection:
            query = "SELECT count(*) FROM webhook_invocation WHERE status = ?"
            return int(connection.execute(query, (WAITING,)).fetchone()[0])

    def record(self, job: Job, attempt: Doc, *, status: str, signed_at: str | None) -> None:
        """Keep an attempt; `status` is the invocation's, `WAITING` when another follows at `job.due`."""
        code, at = attempt.get("status_code"), attempt["completed_at"]
        values = (job.n, dump(attempt), attempt["status"], code, signed_at, at)
        with self.db.write() as connection:
            connection.execute(
                "INSERT INTO webhook_attempt (invocation_n, doc, status, status_code, signed_at, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                values,
            )
            connection.execute(
                "UPDATE webhook_invocation SET status = ?, status_code = ?, attempts = ?, due = ?,"
                " completed_at = ? WHERE n = ?",
                (status, code, job.attempts, job.due, at, job.n),
            )

    def close(self, job: Job, status: str) -> None:
        """End an invocation without an attempt: nothing was sent."""
        with self.db.write() as connection:
            connection.execute(
                "UPDATE webhook_invocation SET status = ?, completed_at = ? WHERE n = ?",
                (status, iso(self._clock.now()), job.n),
            )

    def throttled(self, job: Job) -> None:
        """Keep that the account's own limit held a job back until `job.due`; nothing was sent."""
        at = iso(self._clock.now())
        doc = {"id": new_ulid(self._clock.now()), "invocation_id": job.id, "status": "throttled"}
        with self.db.write() as connection:
            connection.execute(
                "INSERT INTO webhook_attempt (invocation_n, doc, status, at) VALUES (?, ?, 'throttled', ?)",
                (job.n, dump({**doc, "completed_at": at}), at),
            )
            connection.execute("UPDATE webhook_invocation SET due = ? WHERE n = ?", (job.due, job.n))

    def page(self, webhook_id: str, *, before: str | None, size: int) -> list[Doc]:
        """Return up to `size` invocations of the last seven days as the API shows them, newest first."""
        since = iso(self._clock.now() - _KEPT)
        query = "SELECT * FROM webhook_invocation WHERE webhook_id = ? AND created_at >= ?"
        values: list[Any] = [webhook_id, since]
        if before is not None:
            query += " AND n < (SELECT n FROM webhook_invocation WHERE id = ?)"
            values.append(before)
        with self.db.read() as connection:
            rows = connection.execute(f"{query} ORDER BY n DESC LIMIT ?", [*values, size]).fetchall()
        return [_shown(row) for row in rows]

    def attempts(self, webhook_id: str, invocation_id: str) -> list[Doc] | None:
        """Return the attempts of an invocation, oldest first; None when there is no such invocation."""
        with self.db.read() as connection:
            found = connection.execute(
                "SELECT n FROM webhook_invocation WHERE id = ? AND webhook_id = ?",
                (invocation_id, webhook_id),
            ).fetchone()
            if found is None:
                return None
            query = "SELECT doc FROM webhook_attempt WHERE invocation_n = ? ORDER BY n"
            return [load(row["doc"]) for row in connection.execute(query, (found["n"],))]

    def deliveries(self, *, since: int, limit: int = 1000) -> list[Doc]:
        """Return attempts with a number above `since`, with what they were about, oldest first."""
        with self.db.read() as connection:
            rows = connection.execute(
                "SELECT a.n, i.webhook_id, i.id AS invocation_id, i.event_id, i.event_type, i.ticket_id,"
                " i.fault, a.status, a.status_code, a.signed_at, a.at FROM webhook_attempt a"
                " JOIN webhook_invocation i ON i.n = a.invocation_n WHERE a.n > ? ORDER BY a.n LIMIT ?",
                (since, limit),
            ).fetchall()
        return [dict(row) for row in rows]

    def summary(self) -> dict[str, int]:
        """Return how many invocations there are of each status."""
        with self.db.read() as connection:
            rows = connection.execute(
                "SELECT status, count(*) FROM webhook_invocation GROUP BY status"
            ).fetchall()
        return {row[0]: row[1] for row in rows}

    def forget_old(self) -> None:
        """Delete what is older than the seven days that Zendesk shows."""
        limit = iso(self._clock.now() - _KEPT)
        with self.db.write() as connection:
            connection.execute(
                "DELETE FROM webhook_attempt WHERE invocation_n IN"
                " (SELECT n FROM webhook_invocation WHERE created_at < ? AND status != ?)",
                (limit, WAITING),
            )
            query = "DELETE FROM webhook_invocation WHERE created_at < ? AND status != ?"
            connection.execute(query, (limit, WAITING))


def _shown(row: sqlite3.Row) -> Doc:
    shown: Doc = {"id": row["id"]}
    if row["status_code"] is not None:
        shown["status_code"] = row["status_code"]
    return {**shown, "status": row["status"], "latest_completed_at": row["completed_at"]}
