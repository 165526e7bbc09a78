"""Tickets of the last weeks, newest first, as a dry run goes through them."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.ticket import Status
from integration.store.tables import complaints, tickets


def created_since(conn: Connection, moment: datetime, *, limit: int) -> list[int]:
    """Return the numbers of tickets that were created since a moment, newest first, without deleted ones."""
    rows = sa.select(tickets.c.id).where(_since(moment)).order_by(tickets.c.id.desc()).limit(limit)
    return list(conn.scalars(rows))


def complaints_since(conn: Connection, moment: datetime, *, limit: int) -> list[int]:
    """Return those of them that are complaints on record, newest first."""
    joined = sa.select(tickets.c.id).join(complaints, complaints.c.ticket_id == tickets.c.id)
    return list(conn.scalars(joined.where(_since(moment)).order_by(tickets.c.id.desc()).limit(limit)))


def count_since(conn: Connection, moment: datetime) -> int:
    """Return how many tickets were created since a moment."""
    return conn.scalar(sa.select(sa.func.count()).select_from(tickets).where(_since(moment))) or 0


def _since(moment: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(tickets.c.created_at >= moment, tickets.c.status != Status.DELETED.value)
