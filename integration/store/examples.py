"""Past complaints to try a text on: by ticket number, by the requester's name, or simply the latest."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.tables import complaints, requesters, tickets

# A name is looked for among so many: names have no index, and a text is tried on recent complaints.
LOOKED_THROUGH = 5_000
LONGEST_NUMBER = 18


@dataclass(frozen=True, slots=True)
class Example:
    """A past complaint as one recognises it."""

    ticket_id: int
    subject: str
    requester: str | None
    received_at: datetime


def find(conn: Connection, wanted: str, *, limit: int = 8) -> list[Example]:
    """Return the latest complaints that fit: `wanted` is a ticket's number or a part of a name."""
    number = wanted.strip().lstrip("#")
    recent = (
        sa.select(complaints.c.ticket_id, requesters.c.name, complaints.c.received_at)
        .outerjoin(requesters, requesters.c.id == complaints.c.requester_id)
        .order_by(complaints.c.id.desc())
        .limit(LOOKED_THROUGH)
    )
    if number.isdecimal():
        if len(number) > LONGEST_NUMBER:
            return []
        recent = recent.where(complaints.c.ticket_id == int(number))
    rows = list(conn.execute(recent if number else recent.limit(limit)))
    if number and not number.isdecimal():
        # SQLite compares case in ASCII only, and names are written in every script.
        rows = [row for row in rows if number.casefold() in (row.name or "").casefold()]
    rows = sorted(rows, key=lambda row: row.received_at, reverse=True)[:limit]
    subjects = _subjects(conn, [row.ticket_id for row in rows])
    return [
        Example(row.ticket_id, subjects[row.ticket_id], row.name, row.received_at)
        for row in rows
        if row.ticket_id in subjects
    ]


def _subjects(conn: Connection, ticket_ids: list[int]) -> dict[int, str]:
    rows = sa.select(tickets.c.id, tickets.c.subject).where(tickets.c.id.in_(ticket_ids))
    return {row.id: row.subject for row in conn.execute(rows)}
