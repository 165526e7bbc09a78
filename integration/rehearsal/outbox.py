"""From what happened to what is to be sent: an event becomes an invocation of each webhook that wants it."""

import sqlite3

import orjson

from integration.rehearsal.database import Database
from integration.rehearsal.faults import FaultDesk
from integration.rehearsal.invocations import Invocations, NewInvocation
from integration.rehearsal.webhooks import Webhooks

_BATCH = 500
_CURSOR = "webhook_event_cursor"


class Outbox:
    """Reads the account's events in order, from where it stopped before."""

    def __init__(self, db: Database, webhooks: Webhooks, invocations: Invocations, desk: FaultDesk) -> None:
        self._db = db
        self._webhooks = webhooks
        self._invocations = invocations
        self._desk = desk

    def queue(self) -> bool:
        """Queue invocations for the next events; say whether there were any events."""
        if self._newest() <= self._cursor():
            return False
        with self._db.write() as connection:
            new, last = self._next()
            self._invocations.add(connection, [each for one in new for each in self._under_faults(one)])
            self._db.set_setting(_CURSOR, last)
        return True

    def queue_from_rule(
        self, connection: sqlite3.Connection, webhook_id: str, body: bytes, *, ticket_id: int
    ) -> None:
        """Queue what a trigger or automation sends, in the transaction in which it fired."""
        new = NewInvocation(webhook_id, body, ticket_id=ticket_id)
        self._invocations.add(connection, self._under_faults(new))

    def count(self) -> int:
        """Return how many invocations the next events will make; events further on count as one."""
        new, last = self._next()
        return len(new) + (last < self._newest())

    def _next(self) -> tuple[list[NewInvocation], int]:
        cursor, subscribers = self._cursor(), self._webhooks.subscribers()
        query = "SELECT * FROM outgoing_event WHERE n > ? ORDER BY n LIMIT ?"
        with self._db.read() as connection:
            rows = connection.execute(query, (cursor, _BATCH)).fetchall()
        new = [
            NewInvocation(webhook_id, _pretty(row["body"]), row["id"], row["type"], row["ticket_id"])
            for row in rows
            for since, types, webhook_id in subscribers
            if row["n"] > since and row["type"] in types
        ]
        return new, rows[-1]["n"] if rows else cursor

    def _cursor(self) -> int:
        return int(self._db.setting(_CURSOR) or 0)

    def _newest(self) -> int:
        with self._db.read() as connection:
            return int(connection.execute("SELECT coalesce(max(n), 0) FROM outgoing_event").fetchone()[0])

    def _under_faults(self, new: NewInvocation) -> list[NewInvocation]:
        return new.under(self._desk.for_delivery())


def _pretty(body: str) -> bytes:
    # As recorded: indented, with a line end; a receiver that parses before it verifies is found out.
    return orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
