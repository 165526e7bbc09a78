"""Every write to Zendesk before it happens, so that none is lost and none is made twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.ticket import FieldValue
from integration.statements import packed, unpacked
from integration.store import encoding, write_pause
from integration.store.dialect import insert_into, one_of
from integration.store.tables import outbox

REASON_LENGTH = 300
WAITING = ("new", "claimed", "sending")
# Nothing waits longer than this for the sake of something newer.
PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One write: `note` becomes an internal note, or a public reply; `fields` are custom fields by id.

    In the state `sending` the write may have happened: look for `marker` before doing it again. `attempts`
    counts its claims, `failures` what went wrong; waiting for the write budget is neither.
    """

    id: int
    key: str
    kind: str
    ticket_id: int
    follow_up_id: int | None
    marker: str
    note: str | None
    is_public: bool
    status: str | None
    assignee_id: int | None
    group_id: int | None
    fields: Mapping[int, FieldValue]
    priority: int
    state: str
    attempts: int
    failures: int
    not_before: datetime
    created_at: datetime
    sent_at: datetime | None
    audit_id: int | None
    reason: str | None


def add(
    conn: Connection,
    *,
    key: str,
    kind: str,
    ticket_id: int,
    marker: str,
    note: str | None,
    fields: Mapping[int, FieldValue],
    priority: int,
    now: datetime,
    follow_up_id: int | None = None,
    is_public: bool = False,
    status: str | None = None,
    assignee_id: int | None = None,
    group_id: int | None = None,
) -> int | None:
    """Intend a write and return its id; None when the key is known, so it was intended before."""
    values = {
        "key": key,
        "kind": kind,
        "ticket_id": ticket_id,
        "follow_up_id": follow_up_id,
        "marker": marker,
        "note": note,
        "is_public": is_public,
        "status": status,
        "assignee_id": assignee_id,
        "group_id": group_id,
        "fields": encoding.fields_to_json(fields),
        "priority": priority,
        "not_before": now,
        "created_at": now,
    }
    statement = (
        insert_into(conn, outbox)
        .values(values)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(outbox.c.id)
    )
    id: int | None = conn.scalar(statement)
    return id


def claim_due(conn: Connection, now: datetime, *, limit: int, lease: timedelta) -> list[tuple[int, int]]:
    """Claim due writes, urgent first, then oldest, and return (id, attempts) pairs.

    Writes whose claim has run out come again; those that were `sending` stay so. Of a ticket only the
    oldest write goes: a newer one that overtakes it would be undone by it. While writing is paused, one
    goes now and then, to find out whether Zendesk accepts writes again.
    """
    limit = min(limit, write_pause.room(conn, now))
    if limit <= 0:
        return []
    older = outbox.alias("older")
    waits_for_another = sa.exists().where(
        older.c.ticket_id == outbox.c.ticket_id,
        older.c.id < outbox.c.id,
        one_of(older.c.state, *WAITING),
    )
    has_patience = sa.case((outbox.c.created_at < now - PATIENCE, 0), else_=1)
    ids = list(
        conn.scalars(
            sa.select(outbox.c.id)
            .where(_is_waiting(), outbox.c.not_before <= now, ~waits_for_another)
            .order_by(has_patience, outbox.c.priority, outbox.c.created_at, outbox.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=outbox)
        )
    )
    if not ids:
        return []
    claimed = conn.execute(
        sa.update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(state=_unless_sending("claimed"), attempts=outbox.c.attempts + 1, not_before=now + lease)
        .returning(outbox.c.id, outbox.c.attempts)
    )
    attempts = {row.id: row.attempts for row in claimed}
    return [(id, attempts[id]) for id in ids]


def in_flight(conn: Connection, now: datetime) -> int:
    """Return how many writes are claimed and not yet begun."""
    claimed = sa.and_(one_of(outbox.c.state, "claimed"), outbox.c.not_before > now)
    return conn.scalar(sa.select(sa.func.count()).select_from(outbox).where(_is_waiting(), claimed)) or 0


def get(conn: Connection, id: int) -> OutboxRow | None:
    """Return a write by its id."""
    return _one(conn, outbox.c.id == id)


def by_key(conn: Connection, key: str) -> OutboxRow | None:
    """Return a write by its key."""
    return _one(conn, outbox.c.key == key)


def has_newer_note(conn: Connection, row: OutboxRow) -> bool:
    """Whether another internal note reached the ticket since this one was meant, or waits behind it."""
    since = sa.and_(one_of(outbox.c.state, "done"), outbox.c.sent_at >= row.created_at)
    behind = sa.and_(_is_waiting(), outbox.c.id > row.id)
    other = sa.and_(
        outbox.c.ticket_id == row.ticket_id,
        outbox.c.id != row.id,
        outbox.c.note.is_not(None),
        outbox.c.is_public.is_(False),
    )
    return conn.scalar(sa.select(sa.exists().where(other, sa.or_(since, behind)))) or False


def rewrite(conn: Connection, row: OutboxRow) -> bool:
    """Put another note into a claimed write, with what goes along; False when it was claimed again."""
    names = ("note", "follow_up_id", "assignee_id", "group_id")
    values = {name: getattr(row, name) for name in names}
    fields = encoding.fields_to_json(row.fields)
    return _set_claimed(conn, row.id, row.attempts, **values, fields=fields)


def mark_sending(conn: Connection, id: int, *, attempt: int, now: datetime) -> bool:
    """Note that the call is about to be made; False when it was sent, or claimed again, meanwhile."""
    return _set_claimed(conn, id, attempt, state="sending", sent_at=now)


def done(conn: Connection, id: int, audit_id: int | None, now: datetime) -> bool:
    """Record that Zendesk has the write."""
    return _set_waiting(conn, id, state="done", audit_id=audit_id, sent_at=now, reason=None)


def retry(
    conn: Connection,
    id: int,
    *,
    attempt: int,
    not_before: datetime,
    reason: str,
    was_refused: bool = False,
    has_failed: bool = True,
) -> bool:
    """Let a write wait until `not_before`; `has_failed` where something went wrong.

    Say `was_refused` only when Zendesk answered that it did not write; otherwise a write that was
    `sending` stays so, and is looked for before it is repeated. Like all that follow it does nothing for a
    worker whose claim `attempt` was taken over: another may be sending the write at this moment.
    """
    state = "new" if was_refused else _unless_sending("new")
    return _set_claimed(
        conn,
        id,
        attempt,
        state=state,
        not_before=not_before,
        failures=outbox.c.failures + int(has_failed),
        reason=packed(reason, most=REASON_LENGTH),
    )


def park(conn: Connection, id: int, *, attempt: int, reason: str) -> bool:
    """Set a write aside until somebody has looked at it."""
    return _set_claimed(conn, id, attempt, state="parked", reason=packed(reason, most=REASON_LENGTH))


def drop(conn: Connection, id: int, *, attempt: int, reason: str) -> bool:
    """Give up a write that has lost its point."""
    return _set_claimed(conn, id, attempt, state="dropped", reason=packed(reason, most=REASON_LENGTH))


def hold(conn: Connection, id: int, *, attempt: int) -> bool:
    """Keep a write for show only, as observe mode does."""
    return _set_claimed(conn, id, attempt, state="held")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A write that has not happened yet: since when, until when at least, and why, where that is known."""

    id: int
    kind: str
    ticket_id: int
    priority: int
    since: datetime
    not_before: datetime
    failures: int
    reason: str | None


def waiting(conn: Connection, *, limit: int = 100) -> list[Waiting]:
    """Return the writes that wait, in the order of their urgency."""
    columns = (
        outbox.c.created_at.label("since") if name == "since" else outbox.c[name]
        for name in Waiting.__dataclass_fields__
    )
    rows = conn.execute(
        sa.select(*columns)
        .where(_is_waiting())
        .order_by(outbox.c.priority, outbox.c.created_at, outbox.c.id)
        .limit(limit)
    )
    return [Waiting(**{**row._mapping, "reason": _reason(row.reason)}) for row in rows]


def count_waiting(conn: Connection) -> tuple[int, datetime | None]:
    """Return how many writes wait, and since when the oldest does."""
    oldest = sa.func.min(outbox.c.created_at, type_=outbox.c.created_at.type)
    row = conn.execute(sa.select(sa.func.count(), oldest).where(_is_waiting())).one()
    return int(row[0]), row[1]


def count_reminders(conn: Connection) -> int:
    """Return how many writes of follow-ups wait."""
    mine = sa.and_(_is_waiting(), outbox.c.follow_up_id.is_not(None))
    return conn.scalar(sa.select(sa.func.count()).select_from(outbox).where(mine)) or 0


def last_fields(conn: Connection, ticket_id: int) -> dict[int, FieldValue]:
    """Return what Zendesk was last told, or is about to be told, of each of a ticket's fields."""
    meant = outbox.c.state.in_(["new", "claimed", "sending", "done"])
    rows = conn.scalars(
        sa.select(outbox.c.fields).where(outbox.c.ticket_id == ticket_id, meant).order_by(outbox.c.id)
    )
    told: dict[int, FieldValue] = {}
    for fields in rows:
        told |= encoding.fields_from_json(fields)
    return told


def merge_fields(conn: Connection, ticket_id: int, fields: Mapping[int, FieldValue], now: datetime) -> bool:
    """Put more fields into a write of fields alone that has not begun; False where there is none."""
    without_words = sa.and_(outbox.c.kind.in_(("fields", "enrich")), outbox.c.note.is_(None))
    plain = sa.and_(outbox.c.ticket_id == ticket_id, without_words, one_of(outbox.c.state, "new"))
    newest = sa.select(outbox.c.id, outbox.c.fields).where(plain).order_by(outbox.c.id.desc()).limit(1)
    row = conn.execute(newest.with_for_update()).first()
    if row is None:
        return False
    merged = row.fields | encoding.fields_to_json(fields)
    values = {"fields": merged, "not_before": now}
    return _set_waiting(conn, row.id, one_of(outbox.c.state, "new"), **values)


def _is_waiting() -> sa.ColumnElement[bool]:
    return one_of(outbox.c.state, *WAITING)


def _unless_sending(state: str) -> sa.ColumnElement[str]:
    return sa.case((outbox.c.state == "sending", "sending"), else_=state)


def _set_claimed(conn: Connection, id: int, attempt: int, **values: object) -> bool:
    return _set_waiting(conn, id, outbox.c.attempts == attempt, **values)


def _set_waiting(conn: Connection, id: int, *where: sa.ColumnElement[bool], **values: object) -> bool:
    update = sa.update(outbox).where(outbox.c.id == id, _is_waiting(), *where).values(**values)
    return conn.execute(update).rowcount == 1


def _one(conn: Connection, *where: sa.ColumnElement[bool]) -> OutboxRow | None:
    columns = (outbox.c[name] for name in OutboxRow.__dataclass_fields__)
    row = conn.execute(sa.select(*columns).where(*where)).first()
    return _row(row._mapping) if row else None


def _row(row: Mapping[Any, Any]) -> OutboxRow:
    told = {"fields": encoding.fields_from_json(row["fields"]), "reason": _reason(row["reason"])}
    return OutboxRow(**{**row, **told})


def _reason(kept: str | None) -> str | None:
    return None if kept is None else unpacked(kept)


def last_sent_at(conn: Connection, ticket_id: int) -> datetime | None:
    """Return when we last wrote to a ticket."""
    mine = sa.and_(outbox.c.ticket_id == ticket_id, outbox.c.sent_at.is_not(None))
    last: datetime | None = conn.scalar(
        sa.select(sa.func.max(outbox.c.sent_at, type_=outbox.c.sent_at.type)).where(mine)
    )
    return last
