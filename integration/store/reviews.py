"""Reviews of a cause: opened by the complaints behind it, closed by what was changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import State
from integration.store.dialect import insert_into
from integration.store.tables import complaints, review_complaints, reviews

MOST_REVIEWS = 100
MOST_COMPLAINTS = 500


@dataclass(frozen=True, slots=True)
class Review:
    """A review; it closes with an `action`, or with the reason why there is none."""

    id: int
    cause: str
    opened_at: datetime
    due_at: datetime
    owner_id: int | None = None
    finding: str | None = None
    action: str | None = None
    no_action_because: str | None = None
    check_at: datetime | None = None
    closed_at: datetime | None = None
    closed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """A complaint behind a review; `told_at` is when its requester heard what was changed."""

    complaint_id: int
    ticket_id: int
    requester_id: int
    told_at: datetime | None


def unreviewed(conn: Connection, cause: str, since: datetime) -> list[int]:
    """Return the complaints with a cause received since then that are behind no review yet."""
    is_behind = sa.exists().where(review_complaints.c.complaint_id == complaints.c.id)
    rows = (
        sa.select(complaints.c.id)
        .where(
            complaints.c.cause == cause,
            complaints.c.received_at >= since,
            complaints.c.state != State.NOT_A_COMPLAINT.value,
            ~is_behind,
        )
        .order_by(complaints.c.id)
        .limit(MOST_COMPLAINTS)
    )
    return list(conn.scalars(rows))


def open_for(conn: Connection, cause: str) -> Review | None:
    """Return the open review of a cause."""
    return next(iter(_select(conn, reviews.c.cause == cause, _is_open())), None)


def add(
    conn: Connection, cause: str, complaint_ids: Sequence[int], now: datetime, *, due_at: datetime
) -> int | None:
    """Open a review and return its id; None when another worker was faster."""
    statement = (
        insert_into(conn, reviews)
        .values(cause=cause, opened_at=now, due_at=due_at)
        .on_conflict_do_nothing(index_elements=["cause"], index_where=_is_open())
        .returning(reviews.c.id)
    )
    id: int | None = conn.scalar(statement)
    if id is not None:
        add_complaints(conn, id, complaint_ids)
    return id


def add_complaints(conn: Connection, id: int, complaint_ids: Sequence[int]) -> None:
    """Put complaints behind a review; those that are there stay."""
    if complaint_ids:
        statement = insert_into(conn, review_complaints).on_conflict_do_nothing()
        conn.execute(statement, [{"review_id": id, "complaint_id": each} for each in complaint_ids])


def get(conn: Connection, id: int) -> Review | None:
    """Return a review by its id."""
    return next(iter(_select(conn, reviews.c.id == id)), None)


def newest(conn: Connection, *, limit: int = MOST_REVIEWS) -> list[Review]:
    """Return the open reviews first, then the closed ones, newest first."""
    return _select(conn, limit=limit)


def behind(conn: Connection, id: int) -> list[Behind]:
    """Return the complaints behind a review, oldest first."""
    rows = conn.execute(
        sa.select(
            complaints.c.id, complaints.c.ticket_id, complaints.c.requester_id, review_complaints.c.told_at
        )
        .join_from(review_complaints, complaints, complaints.c.id == review_complaints.c.complaint_id)
        .where(review_complaints.c.review_id == id)
        .order_by(complaints.c.id)
        .limit(MOST_COMPLAINTS)
    )
    return [Behind(*row) for row in rows]


def change(conn: Connection, id: int, **values: object) -> bool:
    """Change an open review; False when it is closed or unknown."""
    update = sa.update(reviews).where(reviews.c.id == id, _is_open()).values(**values)
    return conn.execute(update).rowcount == 1


def note_told(conn: Connection, id: int, complaint_id: int, now: datetime) -> bool:
    """Note that a requester heard what was changed; False when that is known."""
    mine = sa.and_(review_complaints.c.review_id == id, review_complaints.c.complaint_id == complaint_id)
    update = sa.update(review_complaints).where(mine, review_complaints.c.told_at.is_(None))
    return conn.execute(update.values(told_at=now)).rowcount == 1


def _is_open() -> sa.TextClause:
    return sa.text("closed_at IS NULL")


def _select(
    conn: Connection, *where: sa.ColumnElement[bool] | sa.TextClause, limit: int = MOST_REVIEWS
) -> list[Review]:
    columns = (reviews.c[name] for name in Review.__dataclass_fields__)
    order: tuple[sa.ColumnElement[Any], ...] = (reviews.c.closed_at.is_not(None), reviews.c.id.desc())
    rows = conn.execute(sa.select(*columns).where(*where).order_by(*order).limit(limit))
    return [Review(*row) for row in rows]
