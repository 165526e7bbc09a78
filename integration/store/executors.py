"""Which workers live: one slot for each, kept fresh by its heartbeat."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.dialect import has_stored, insert_into
from integration.store.tables import executors


def register(conn: Connection, slot: str, token: str, now: datetime, stale_after: timedelta) -> bool:
    """Take a slot; False when another worker keeps it fresh, since two on one slot run jobs twice."""
    insert = insert_into(conn, executors).values(slot=slot, token=token, heartbeat_at=now)
    new, old = insert.excluded, executors.c
    statement = insert.on_conflict_do_update(
        index_elements=["slot"],
        set_={"token": new.token, "heartbeat_at": new.heartbeat_at},
        where=sa.or_(old.token == new.token, old.heartbeat_at <= now - stale_after),
    )
    return has_stored(conn, statement, executors.c.slot)


def beat(conn: Connection, slot: str, token: str, now: datetime) -> bool:
    """Say that the worker lives; False when its slot was taken from it, so it must exit."""
    mine = sa.and_(executors.c.slot == slot, executors.c.token == token)
    return conn.execute(sa.update(executors).where(mine).values(heartbeat_at=now)).rowcount == 1


def take_stale(conn: Connection, now: datetime, stale_after: timedelta) -> list[str]:
    """Remove slots without a heartbeat and return them; each goes to exactly one caller."""
    stale = executors.c.heartbeat_at <= now - stale_after
    return sorted(conn.scalars(sa.delete(executors).where(stale).returning(executors.c.slot)))


def release(conn: Connection, slot: str, token: str) -> None:
    """Give the slot back at the end of a worker's life."""
    conn.execute(sa.delete(executors).where(executors.c.slot == slot, executors.c.token == token))


def last_beat(conn: Connection, slot: str) -> datetime | None:
    """Return the last heartbeat of a slot, None where nobody holds it."""
    return conn.scalar(sa.select(executors.c.heartbeat_at).where(executors.c.slot == slot))


def freshest_beat(conn: Connection) -> datetime | None:
    """Return the newest heartbeat of any worker."""
    return conn.scalar(sa.select(executors.c.heartbeat_at).order_by(executors.c.heartbeat_at.desc()).limit(1))
