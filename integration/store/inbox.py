"""What Zendesk sent and nobody has worked yet: added once, claimed by ticket, finished in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.statements import packed
from integration.store.dialect import insert_into, one_of
from integration.store.direct import Direct
from integration.store.tables import inbox

MOST_ROWS = 1000
REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class InboxClaim:
    """The waiting rows of one ticket, or of one user where `ticket_id` is None.

    `newest_id` with `attempts`, which counts the claims of that row, never comes twice.
    """

    ticket_id: int | None
    user_id: int | None
    newest_id: int
    attempts: int


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One event as it came in."""

    id: int
    event_id: str
    kind: str
    type: str
    ticket_id: int | None
    user_id: int | None
    event_order: str
    body: bytes
    received_at: datetime
    attempts: int


def add(
    conn: Connection | Direct,
    *,
    event_id: str,
    kind: str,
    type: str,
    ticket_id: int | None,
    user_id: int | None,
    event_order: str,
    body: bytes,
    now: datetime,
) -> bool:
    """Keep an event; False when its id was seen before."""
    row = {
        "event_id": event_id,
        "kind": kind,
        "type": type,
        "ticket_id": ticket_id,
        "user_id": user_id,
        "subject": _subject(ticket_id, user_id),
        "event_order": event_order,
        "body": body,
        "received_at": now,
        "state": "new",
        "attempts": 0,
        "not_before": now,
    }
    return conn.scalar(_insert(conn), row) is not None


def claim_due(conn: Connection, now: datetime, *, limit: int, lease: timedelta) -> list[InboxClaim]:
    """Claim up to `limit` tickets with due rows, longest due first; each brings all its waiting rows.

    Rows whose claim has run out are due again. Two callers never get the same ticket at once.
    """
    subjects = conn.scalars(_due_subjects(now, limit)).all()
    if not subjects:
        return []
    claimed = conn.execute(
        sa.update(inbox)
        .where(inbox.c.subject.in_(subjects), _is_waiting(inbox))
        .where(sa.or_(inbox.c.state == "new", inbox.c.not_before <= now))
        .values(state="claimed", attempts=inbox.c.attempts + 1, not_before=now + lease)
        .returning(inbox.c.subject, inbox.c.id, inbox.c.ticket_id, inbox.c.user_id, inbox.c.attempts)
    ).all()
    newest = {row.subject: row for row in sorted(claimed, key=lambda row: row.id)}
    rows = (newest[subject] for subject in subjects if subject in newest)
    return [InboxClaim(row.ticket_id, _group_user(row), row.id, row.attempts) for row in rows]


def in_flight(conn: Connection, now: datetime) -> int:
    """Return how many tickets and users are claimed and not yet worked."""
    claimed = sa.and_(one_of(inbox.c.state, "claimed"), inbox.c.not_before > now)
    subjects = sa.select(sa.func.count(inbox.c.subject.distinct())).where(_is_waiting(inbox), claimed)
    return conn.scalar(subjects) or 0


def waiting(conn: Connection, *, ticket_id: int | None = None, user_id: int | None = None) -> list[InboxRow]:
    """Return the rows of a ticket, or of a user's own events, that are still to be worked, in their order."""
    columns = [inbox.c[name] for name in InboxRow.__dataclass_fields__]
    rows = conn.execute(
        sa.select(*columns)
        .where(inbox.c.subject == _subject(ticket_id, user_id), _is_waiting(inbox))
        .order_by(inbox.c.event_order, inbox.c.id)
        .limit(MOST_ROWS)
    )
    return [InboxRow(**row._mapping) for row in rows]


def finish(conn: Connection, ids: Sequence[int]) -> None:
    """Mark rows as worked; what people wrote in them is kept no longer."""
    _set(conn, ids, state="done", reason=None, body=b"")


def retry(conn: Connection, ids: Sequence[int], *, not_before: datetime, reason: str) -> None:
    """Let rows wait until `not_before`, or until something newer comes in for the ticket."""
    _set(conn, ids, state="new", not_before=not_before, reason=packed(reason, most=REASON_LENGTH))


def park(conn: Connection, ids: Sequence[int], *, reason: str) -> None:
    """Set rows aside until somebody has looked at them."""
    _set(conn, ids, state="parked", reason=packed(reason, most=REASON_LENGTH))


def _insert(conn: Connection | Direct) -> sa.Insert:
    # Made once: Zendesk waits for the answer, and making the statement would take longer than running it.
    name = conn.dialect.name
    if name not in _inserts:
        insert = insert_into(conn, inbox).on_conflict_do_nothing(index_elements=["event_id"])
        _inserts[name] = insert.returning(inbox.c.id)
    return _inserts[name]


_inserts: dict[str, sa.Insert] = {}


def _set(conn: Connection, ids: Sequence[int], **values: object) -> None:
    conn.execute(sa.update(inbox).where(inbox.c.id.in_(ids), _is_waiting(inbox)).values(**values))


def _is_waiting(rows: sa.FromClause) -> sa.ColumnElement[bool]:
    return one_of(rows.c.state, "new", "claimed")


def _due_subjects(now: datetime, limit: int) -> sa.Select[str]:
    """Lock the oldest due row of each subject: whoever holds that one has the whole subject."""
    older = inbox.alias("older")
    is_first = ~sa.exists().where(
        older.c.subject == inbox.c.subject,
        older.c.id < inbox.c.id,
        _is_waiting(older),
        older.c.not_before <= now,
    )
    return (
        sa.select(inbox.c.subject)
        .where(_is_waiting(inbox), inbox.c.not_before <= now, is_first)
        .order_by(inbox.c.not_before, inbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=inbox)
    )


def _subject(ticket_id: int | None, user_id: int | None) -> str:
    if ticket_id is not None:
        return f"ticket:{ticket_id}"
    return f"user:{user_id}" if user_id is not None else "none"


def _group_user(row: sa.Row[tuple[str, int, int | None, int | None, int]]) -> int | None:
    """A ticket's events come from many users, so the claim names none."""
    return row.user_id if row.ticket_id is None else None
