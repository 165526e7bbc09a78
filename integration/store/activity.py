"""How busy the ways in and out are: deliveries and their lag, writes and their budget."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.tables import inbox, outbox, pace

# Only the newest rows are looked at, so that a large inbox is not read for a small number.
MOST_COUNTED = 5_000
LATEST = 100
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What Zendesk delivered lately; `lag` is the latest ones' median, from happening there to arriving here.

    `is_more` says that there were more than were counted.
    """

    last_at: datetime | None
    in_last_hour: int
    is_more: bool
    lag: timedelta | None


@dataclass(frozen=True, slots=True)
class Budget:
    """Our share of Zendesk's limit on ticket updates, for a minute, and what was spent in the last one."""

    per_minute: int
    spent: int
    limit: int | None
    remaining: int | None
    blocked_until: datetime | None


def deliveries(conn: Connection, now: datetime) -> Deliveries:
    """Look at the newest deliveries; those that reconciliation fetched itself do not count."""
    came = inbox.c.kind != "snapshot"
    newest = (
        sa.select(inbox.c.received_at, inbox.c.event_order)
        .where(came)
        .order_by(inbox.c.id.desc())
        .limit(MOST_COUNTED)
        .subquery()
    )
    recent = sa.select(sa.func.count()).where(newest.c.received_at > now - HOUR)
    count = int(conn.scalar(recent) or 0)
    latest = conn.execute(sa.select(newest.c.received_at, newest.c.event_order).limit(LATEST)).all()
    lags = sorted(lag for row in latest if (lag := _lag(row.received_at, row.event_order)) is not None)
    return Deliveries(
        last_at=latest[0].received_at if latest else None,
        in_last_hour=count,
        is_more=count == MOST_COUNTED,
        lag=lags[len(lags) // 2] if lags else None,
    )


def write_budget(conn: Connection, name: str, now: datetime) -> Budget | None:
    """Return the budget kept under `name`; None where nothing was ever written."""
    row = conn.execute(sa.select(pace).where(pace.c.name == name)).first()
    if row is None:
        return None
    newest = sa.select(outbox.c.sent_at).order_by(outbox.c.id.desc()).limit(MOST_COUNTED).subquery()
    spent = conn.scalar(sa.select(sa.func.count()).where(newest.c.sent_at > now - MINUTE))
    blocked_until = datetime.fromtimestamp(row.blocked_until, UTC)
    return Budget(
        per_minute=round(60 / row.interval + row.burst),
        spent=int(spent or 0),
        limit=row.seen_limit,
        remaining=row.seen_remaining,
        blocked_until=blocked_until if blocked_until > now else None,
    )


def _lag(received_at: datetime, order: str) -> timedelta | None:
    """Return the time from the event, whose nanoseconds its order begins with, to its arrival."""
    nanoseconds = order.partition(":")[0]
    if not nanoseconds.isdigit():
        return None
    happened = EPOCH + timedelta(microseconds=int(nanoseconds) // 1000)
    return max(received_at - happened, timedelta())
