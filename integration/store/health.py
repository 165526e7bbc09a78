"""How much work waits, and for how long."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.dialect import one_of
from integration.store.tables import follow_ups, inbox, outbox


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts of waiting and stopped work; the moments are None where nothing waits."""

    inbox_waiting: int
    inbox_oldest_at: datetime | None
    inbox_parked: int
    last_received_at: datetime | None
    follow_ups_pending: int
    follow_ups_overdue: int
    follow_ups_oldest_due_at: datetime | None
    follow_ups_parked: int
    outbox_waiting: int
    outbox_oldest_at: datetime | None
    outbox_held: int
    outbox_parked: int


def backlog(conn: Connection, now: datetime) -> Backlog:
    """Count the work of the three tables; overdue follow-ups are those due before `now`, not yet ended."""
    in_waits = one_of(inbox.c.state, "new", "claimed")
    out_waits = one_of(outbox.c.state, "new", "claimed", "sending")
    newest = sa.select(sa.func.max(inbox.c.id)).scalar_subquery()
    is_overdue = follow_ups.c.due_at < now
    # One condition for each partial index; together they would read the whole table.
    late = [sa.and_(is_overdue, one_of(follow_ups.c.status, word)) for word in ("pending", "dispatched")]
    late_since = [_oldest(conn, follow_ups.c.due_at, part) for part in late]
    return Backlog(
        inbox_waiting=_count(conn, in_waits),
        inbox_oldest_at=_oldest(conn, inbox.c.received_at, in_waits),
        inbox_parked=_count(conn, one_of(inbox.c.state, "parked")),
        last_received_at=conn.scalar(sa.select(inbox.c.received_at).where(inbox.c.id == newest)),
        follow_ups_pending=_count(conn, one_of(follow_ups.c.status, "pending")),
        follow_ups_overdue=sum(_count(conn, part) for part in late),
        follow_ups_oldest_due_at=min((at for at in late_since if at), default=None),
        follow_ups_parked=_count(conn, one_of(follow_ups.c.status, "parked")),
        outbox_waiting=_count(conn, out_waits),
        outbox_oldest_at=_oldest(conn, outbox.c.created_at, out_waits),
        outbox_held=_count(conn, one_of(outbox.c.state, "held")),
        outbox_parked=_count(conn, one_of(outbox.c.state, "parked")),
    )


@dataclass(frozen=True, slots=True)
class Overdue:
    """A follow-up whose moment is past; `is_on_its_way` once a worker has taken it up."""

    id: int
    ticket_id: int
    name: str
    due_at: datetime
    is_on_its_way: bool


def overdue(conn: Connection, now: datetime, *, limit: int) -> list[Overdue]:
    """Return the follow-ups that `backlog` counts as overdue, longest overdue first."""
    columns = [follow_ups.c[name] for name in ("id", "ticket_id", "name", "due_at")]
    found = []
    for status in ("pending", "dispatched"):
        late = sa.and_(follow_ups.c.due_at < now, one_of(follow_ups.c.status, status))
        rows = conn.execute(sa.select(*columns).where(late).order_by(follow_ups.c.due_at).limit(limit))
        found += [Overdue(**row._mapping, is_on_its_way=status == "dispatched") for row in rows]
    return sorted(found, key=lambda one: (one.due_at, one.id))[:limit]


def _count(conn: Connection, where: sa.ColumnElement[bool]) -> int:
    return int(conn.scalar(sa.select(sa.func.count()).where(where)) or 0)


def _oldest(conn: Connection, moment: sa.Column[datetime], where: sa.ColumnElement[bool]) -> datetime | None:
    return conn.scalar(sa.select(sa.func.min(moment, type_=moment.type)).where(where))
