"""Drops rows that have served their purpose."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.tables import inbox, outbox


def drop_events(conn: Connection, before: datetime, limit: int) -> int:
    """Delete worked events of before that moment, oldest first, up to `limit`; return how many."""
    # Ids grow with time, so the oldest rows are met first and no index of their own is needed.
    old = (
        sa.select(inbox.c.id)
        .where(inbox.c.state == "done", inbox.c.received_at < before)
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return conn.execute(sa.delete(inbox).where(inbox.c.id.in_(old.scalar_subquery()))).rowcount


def drop_notes(conn: Connection, before: datetime, limit: int) -> int:
    """Empty the notes of writes that ended before that moment, up to `limit`; return how many."""
    over = outbox.c.state.in_(("done", "dropped", "held"))
    old = (
        sa.select(outbox.c.id)
        .where(over, outbox.c.created_at < before, outbox.c.note.is_not(None))
        .order_by(outbox.c.id)
        .limit(limit)
    )
    emptied = sa.update(outbox).where(outbox.c.id.in_(old.scalar_subquery())).values(note=None)
    return conn.execute(emptied).rowcount
