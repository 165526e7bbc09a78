"""What a team should know of its complaints, in numbers."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import State
from integration.domain.history import PromiseState
from integration.domain.reason import Code
from integration.store.tables import complaints, follow_ups, promises, reviews

MOST_TICKETS = 50
_OPEN = (State.SUSPECTED.value, State.CONFIRMED.value)


def counts(
    conn: Connection,
    since: datetime,
    until: datetime,
    *,
    causes: Collection[str],
    categories: Collection[str],
) -> dict[str, int]:
    """Count the complaints of a team: received, resolved, open and late, and what was promised and broken."""
    mine = of_team(causes, categories)
    is_open = complaints.c.state.in_(_OPEN)
    questions = {
        "received": _within(complaints.c.received_at, since, until),
        "resolved": sa.and_(
            complaints.c.state == State.RESOLVED.value, _within(complaints.c.resolved_at, since, until)
        ),
        "open": is_open,
        "late": sa.and_(is_open, complaints.c.deadline_at < until),
    }
    found = {
        name: conn.scalar(sa.select(sa.func.count()).select_from(complaints).where(mine, where)) or 0
        for name, where in questions.items()
    }
    broken = sa.and_(
        promises.c.state == PromiseState.BROKEN.value, _within(promises.c.ended_at, since, until)
    )
    found["promises_broken"] = _joined(conn, promises, mine, broken)
    is_kept_for_us = follow_ups.c.reason["code"].as_string() == Code.IN_DIGEST.value
    ended = _within(follow_ups.c.ended_at, since, until)
    found["follow_ups_due"] = _joined(conn, follow_ups, mine, sa.and_(ended, is_kept_for_us))
    of_causes = reviews.c.cause.in_(causes) if causes else sa.true()
    open_reviews = sa.select(sa.func.count()).select_from(reviews)
    found["reviews_open"] = conn.scalar(open_reviews.where(reviews.c.closed_at.is_(None), of_causes)) or 0
    return found


def by_cause(
    conn: Connection,
    since: datetime,
    until: datetime,
    *,
    causes: Collection[str],
    categories: Collection[str],
) -> dict[str, int]:
    """Count the complaints received, by cause, or by category where nobody named a cause yet."""
    what = sa.func.coalesce(complaints.c.cause, complaints.c.category)
    rows = conn.execute(
        sa.select(what, sa.func.count())
        .where(of_team(causes, categories), _within(complaints.c.received_at, since, until))
        .group_by(what)
        .order_by(sa.func.count().desc(), what)
    )
    return {str(name): int(count) for name, count in rows}


def open_tickets(conn: Connection, *, causes: Collection[str], categories: Collection[str]) -> list[int]:
    """Return the tickets of a team's open complaints, oldest first."""
    rows = sa.select(complaints.c.ticket_id).where(of_team(causes, categories), complaints.c.state.in_(_OPEN))
    return list(conn.scalars(rows.order_by(complaints.c.received_at).limit(MOST_TICKETS)))


def of_team(causes: Collection[str], categories: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether a complaint is a team's: by its cause, or by its category while it has none."""
    by_category = sa.and_(complaints.c.cause.is_(None), complaints.c.category.in_(categories))
    is_one = complaints.c.state != State.NOT_A_COMPLAINT.value
    return sa.and_(is_one, sa.or_(complaints.c.cause.in_(causes), by_category))


def _within(column: sa.Column[datetime], since: datetime, until: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(column >= since, column < until)


def _joined(
    conn: Connection, table: sa.Table, mine: sa.ColumnElement[bool], where: sa.ColumnElement[bool]
) -> int:
    question = (
        sa.select(sa.func.count())
        .select_from(table)
        .join(complaints, complaints.c.id == table.c.complaint_id)
        .where(mine, where)
    )
    return conn.scalar(question) or 0
