"""Duties to come back to a ticket: planned, claimed when due, moved, ended."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.followup import FollowUp, FollowUpStatus, Satisfier
from integration.domain.reason import Reason
from integration.store import encoding
from integration.store.dialect import insert_into, one_of
from integration.store.tables import follow_ups

MOST_FOLLOW_UPS = 200
_FIELDS = tuple(FollowUp.__dataclass_fields__)


def plan(
    conn: Connection,
    *,
    ticket_id: int,
    complaint_id: int | None,
    name: str,
    note: str,
    due_at: datetime,
    now: datetime,
    satisfied_by: Collection[Satisfier],
    what: str | None = None,
    owner_id: int | None = None,
    promise_id: int | None = None,
    chain_id: int | None = None,
    counted_from: datetime | None = None,
) -> int | None:
    """Store a follow-up and return its id; None when one of that name is running on the ticket.

    `now` becomes `planned_at`: what happened since then may satisfy it. `counted_from` is where a policy's
    step started: from there it is counted again when a calendar changes.
    """
    values = {
        "ticket_id": ticket_id,
        "complaint_id": complaint_id,
        "name": name,
        "note": note,
        "what": what,
        "owner_id": owner_id,
        "promise_id": promise_id,
        "chain_id": chain_id,
        "due_at": due_at,
        "planned_at": now,
        "counted_from": counted_from,
        "satisfied_by": sorted(satisfier.value for satisfier in satisfied_by),
    }
    statement = (
        insert_into(conn, follow_ups)
        .values(values)
        .on_conflict_do_nothing(index_elements=["ticket_id", "name"], index_where=_is_running())
        .returning(follow_ups.c.id)
    )
    id: int | None = conn.scalar(statement)
    return id


@dataclass(frozen=True, slots=True)
class FollowUpClaim:
    """A due follow-up that a worker may work until its lease runs out."""

    id: int
    ticket_id: int
    revision: int
    attempts: int


def claim_due(
    conn: Connection,
    now: datetime,
    *,
    limit: int,
    lease: timedelta,
    names: Collection[str] | None = None,
) -> list[FollowUpClaim]:
    """Claim what is due, longest due first; with `names` only those, and promises.

    Dispatched follow-ups whose claim has run out come again, with the same revision.
    """
    wanted: sa.ColumnElement[bool] = sa.true()
    if names is not None:
        wanted = sa.or_(follow_ups.c.promise_id.is_not(None), follow_ups.c.name.in_(sorted(names)))
    pending = sa.and_(one_of(follow_ups.c.status, "pending"), follow_ups.c.due_at <= now, wanted)
    stale = sa.and_(one_of(follow_ups.c.status, "dispatched"), follow_ups.c.claimed_until <= now, wanted)
    ids = _lock(conn, stale, follow_ups.c.claimed_until, limit)
    ids += _lock(conn, pending, follow_ups.c.due_at, limit - len(ids))
    if not ids:
        return []
    claimed = conn.execute(
        sa.update(follow_ups)
        .where(follow_ups.c.id.in_(ids))
        .values(
            status=FollowUpStatus.DISPATCHED.value,
            claimed_until=now + lease,
            attempts=follow_ups.c.attempts + 1,
        )
        .returning(*(follow_ups.c[name] for name in FollowUpClaim.__dataclass_fields__))
    )
    claims = {row.id: FollowUpClaim(*row) for row in claimed}
    return [claims[id] for id in ids]


def in_flight(conn: Connection, now: datetime, *, lease: timedelta) -> int:
    """Return how many follow-ups were claimed within half a `lease` and are not done yet.

    Those that wait to be tried again, or are in the outbox, have another `claimed_until`.
    """
    until = follow_ups.c.claimed_until
    claimed = sa.and_(until > now + lease / 2, until <= now + lease)
    rows = sa.select(sa.func.count()).select_from(follow_ups)
    return conn.scalar(rows.where(one_of(follow_ups.c.status, "dispatched"), claimed)) or 0


def get(conn: Connection, id: int) -> FollowUp | None:
    """Return a follow-up by its id."""
    return next(iter(_select(conn, follow_ups.c.id == id)), None)


def running(conn: Connection, ticket_id: int) -> list[FollowUp]:
    """Return the follow-ups of a ticket that have not ended, next due first."""
    return _select(conn, follow_ups.c.ticket_id == ticket_id, _is_running())


def of_ticket(conn: Connection, ticket_id: int) -> list[FollowUp]:
    """Return all follow-ups of a ticket, ended ones too, in the order of their due times."""
    return _select(conn, follow_ups.c.ticket_id == ticket_id)


def end(
    conn: Connection,
    id: int,
    *,
    status: FollowUpStatus,
    reason: Reason | None,
    now: datetime,
    revision: int | None = None,
) -> bool:
    """End a running follow-up; False when it has ended, or moved on from `revision`, before."""
    same = sa.true() if revision is None else follow_ups.c.revision == revision
    values = {"status": status.value, "reason": encoding.reason_to_json(reason), "ended_at": now}
    return _set_running(conn, id, same, **values)


def reinstate(conn: Connection, id: int) -> bool:
    """Let an ended follow-up run again on its day; False where it has not ended or one of its name runs."""
    ended = get(conn, id)
    if ended is None or ended.status not in {FollowUpStatus.CANCELLED, FollowUpStatus.SATISFIED}:
        return False
    if any(other.name == ended.name for other in running(conn, ended.ticket_id)):
        return False
    values = {
        "status": FollowUpStatus.PENDING.value,
        "reason": None,
        "ended_at": None,
        "claimed_until": None,
        "revision": follow_ups.c.revision + 1,
        "attempts": 0,
    }
    return conn.execute(sa.update(follow_ups).where(follow_ups.c.id == id).values(**values)).rowcount == 1


def reschedule(conn: Connection, id: int, due_at: datetime, *, now: datetime) -> bool:
    """Move a running follow-up; a run that has already begun finds another revision and stops.

    It counts as planned at `now`: what happened before somebody chose a new day does not satisfy it.
    """
    return _move(conn, id, due_at, planned_at=now, counted_from=None)


def postpone(conn: Connection, id: int, due_at: datetime) -> bool:
    """Let a follow-up wait because its day moved by itself; what satisfies it still counts from the start."""
    return _move(conn, id, due_at)


def try_later(conn: Connection, id: int, not_before: datetime) -> bool:
    """Let a claimed follow-up be claimed again from `not_before` on; its day stays."""
    return _set_running(conn, id, claimed_until=not_before)


def _move(conn: Connection, id: int, due_at: datetime, **values: object) -> bool:
    return _set_running(
        conn,
        id,
        due_at=due_at,
        status=FollowUpStatus.PENDING.value,
        revision=follow_ups.c.revision + 1,
        claimed_until=None,
        attempts=0,
        **values,
    )


def _is_running() -> sa.ColumnElement[bool]:
    return one_of(follow_ups.c.status, "pending", "dispatched")


def _set_running(conn: Connection, id: int, *where: sa.ColumnElement[bool], **values: object) -> bool:
    update = sa.update(follow_ups).where(follow_ups.c.id == id, _is_running(), *where)
    return conn.execute(update.values(**values)).rowcount == 1


def _lock(conn: Connection, where: sa.ColumnElement[bool], by: sa.Column[datetime], limit: int) -> list[int]:
    if limit <= 0:
        return []
    rows = sa.select(follow_ups.c.id).where(where).order_by(by).limit(limit)
    return list(conn.scalars(rows.with_for_update(skip_locked=True)))


def _select(conn: Connection, *where: sa.ColumnElement[bool]) -> list[FollowUp]:
    rows = conn.execute(
        sa.select(*(follow_ups.c[name] for name in _FIELDS))
        .where(*where)
        .order_by(follow_ups.c.due_at, follow_ups.c.id)
        .limit(MOST_FOLLOW_UPS)
    )
    return [_follow_up(row._mapping) for row in rows]


def _follow_up(row: Mapping[Any, Any]) -> FollowUp:
    decoded = {
        "status": FollowUpStatus(row["status"]),
        "satisfied_by": frozenset(Satisfier(word) for word in row["satisfied_by"]),
        "reason": encoding.reason_from_json(row["reason"]),
    }
    return FollowUp(**{**row, **decoded})
