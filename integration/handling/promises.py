"""What was promised to a requester: made, kept, moved, withdrawn; each with its follow-up and its record."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from integration.domain.followup import PROMISE, FollowUpStatus
from integration.domain.history import PromiseState
from integration.domain.reason import Code, Reason
from integration.handling.next_dates import keep_current
from integration.handling.sidebar import UnknownTicket
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.store import audit_log, complaints, follow_ups, promises, tickets
from integration.store.promises import KeptPromise
from integration.store.promises import of_ticket as promises_of

__all__ = [
    "BadPromise",
    "KeptPromise",
    "NoComplaint",
    "UnknownPromise",
    "keep",
    "move",
    "promise",
    "promise_by_letter",
    "promises_of",
    "reopen",
    "withdraw",
    "withdraw_letter",
]

NOTE = "promise"
LATEST = timedelta(days=366)
LONGEST = 500


class UnknownPromise(Exception):
    """There is no such promise, or it was kept or withdrawn already."""


class BadPromise(Exception):
    """The day is past or more than a year away, or there are no words, or far too many."""


class NoComplaint(Exception):
    """The ticket is no complaint; confirm it as one first, so that the promise has a history."""


def promise(
    parts: Parts, ticket_id: int, what: str, due_at: datetime, owner_id: int | None, agent_id: int
) -> int:
    """Note what an agent promised and plan to come back to it; return the promise's id.

    Noted twice, it is one promise. Raises `UnknownTicket`, `NoComplaint` or `BadPromise`.
    """
    now = parts.clock()
    with parts.database.write() as conn:
        promise_id = _make(conn, ticket_id, what, due_at, owner_id, agent_id, None, now)
        keep_current(parts, conn, ticket_id, now)
    return promise_id


def promise_by_letter(
    parts: Parts,
    conn: Connection,
    ticket_id: int,
    what: str,
    by: date,
    template_id: str,
    *,
    agent_id: int,
    now: datetime,
) -> None:
    """Note what an inserted letter promises for the end of a working day, where the ticket has a complaint.

    A letter that is never sent promises nothing: it ends by itself, without a word.
    """
    calendar = working_hours(parts, conn, now)
    due_at = calendar.closing(by) if calendar.is_business_day(by) else calendar.last_second(by)
    # A ticket that is no complaint has no record to keep a promise in.
    with suppress(NoComplaint, BadPromise):
        _make(conn, ticket_id, what, due_at, agent_id, agent_id, template_id, now)


def keep(parts: Parts, promise_id: int, *, agent_id: int) -> None:
    """Note that a promise was kept, if late. Raises `UnknownPromise`."""
    now = parts.clock()
    with parts.database.write() as conn:
        kept = _living(conn, promise_id)
        _end(conn, kept, PromiseState.KEPT, agent_id, now, {"is_late": now > kept.promise.due_at})
        keep_current(parts, conn, kept.promise.ticket_id, now)


def withdraw(parts: Parts, promise_id: int, why: str, *, agent_id: int) -> None:
    """Note that a promise is no longer owed, and why. Raises `UnknownPromise`."""
    now = parts.clock()
    with parts.database.write() as conn:
        kept = _living(conn, promise_id)
        _end(conn, kept, PromiseState.WITHDRAWN, agent_id, now, {"why": why})
        keep_current(parts, conn, kept.promise.ticket_id, now)


def withdraw_letter(
    conn: Connection, ticket_id: int, template_id: str, *, agent_id: int, now: datetime
) -> None:
    """Withdraw what a letter promised that an agent took out again before it was sent."""
    for kept in promises.open_for_ticket(conn, ticket_id):
        if kept.template_id == template_id:
            _end(conn, kept, PromiseState.WITHDRAWN, agent_id, now, {"why": "letter taken out"})


def reopen(parts: Parts, promise_id: int, *, agent_id: int) -> None:
    """Take back that a promise was kept or withdrawn. Raises `UnknownPromise`."""
    now = parts.clock()
    with parts.database.write() as conn:
        kept = promises.get(conn, promise_id)
        if kept is None or not promises.reopen(conn, promise_id):
            raise UnknownPromise
        if kept.promise.due_at > now:
            plan(conn, promise_id, now)
        record(conn, kept, "taken up again", agent_id, now, {})


def move(parts: Parts, promise_id: int, due_at: datetime, *, told: bool, agent_id: int) -> None:
    """Give a promise another day; `told` says that the requester knows. Raises as `promise` and `keep`."""
    now = parts.clock()
    if not now < due_at <= now + LATEST:
        raise BadPromise
    with parts.database.write() as conn:
        kept = _living(conn, promise_id)
        promises.move(conn, promise_id, due_at, told_at=now if told else None)
        for follow_up in follow_ups.running(conn, kept.promise.ticket_id):
            if follow_up.promise_id == promise_id:
                follow_ups.reschedule(conn, follow_up.id, due_at, now=now)
                break
        else:
            plan(conn, promise_id, now)
        details = {"from": kept.promise.due_at.isoformat(), "to": due_at.isoformat(), "told": told}
        record(conn, kept, "moved", agent_id, now, details)
        keep_current(parts, conn, kept.promise.ticket_id, now)


def plan(conn: Connection, promise_id: int, now: datetime) -> int | None:
    """Plan the follow-up of an open promise; None where it is not open or one is running."""
    kept = promises.get(conn, promise_id)
    if kept is None or kept.promise.state is not PromiseState.OPEN:
        return None
    running = follow_ups.running(conn, kept.promise.ticket_id)
    if any(follow_up.promise_id == promise_id for follow_up in running):
        return None
    taken = {follow_up.name for follow_up in running}
    name = next(n for n in _names() if n not in taken)
    return follow_ups.plan(
        conn,
        ticket_id=kept.promise.ticket_id,
        complaint_id=kept.promise.complaint_id,
        name=name,
        note=NOTE,
        due_at=kept.promise.due_at,
        now=now,
        # Not every reply keeps a promise, so none ends its follow-up before its day.
        satisfied_by=frozenset(),
        what=kept.promise.what,
        owner_id=kept.promise.owner_id,
        promise_id=promise_id,
    )


def record(
    conn: Connection,
    kept: KeptPromise,
    what: str,
    agent_id: int | None,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    """Add to the complaint's actions and to the audit log what became of a promise."""
    complaints.add_action(
        conn,
        kept.promise.complaint_id,
        at=now,
        actor_id=agent_id,
        kind=f"promise {what}",
        details={"promise_id": kept.id, "what": kept.promise.what, **details},
    )
    # The words of a promise may name a person, so they stay out of the log that is never erased.
    audit_log.write(
        conn,
        at=now,
        actor=f"agent:{agent_id}" if agent_id else "makegood",
        action=f"promise {what}",
        subject=f"ticket:{kept.promise.ticket_id}",
        before={"state": kept.promise.state, "due_at": kept.promise.due_at.isoformat()},
        after={"promise_id": kept.id, **{key: value for key, value in details.items() if key != "why"}},
    )


def _make(
    conn: Connection,
    ticket_id: int,
    what: str,
    due_at: datetime,
    owner_id: int | None,
    agent_id: int,
    template_id: str | None,
    now: datetime,
) -> int:
    what = " ".join(what.split())
    if not now < due_at <= now + LATEST or not 0 < len(what) <= LONGEST:
        raise BadPromise
    complaint = complaints.by_ticket(conn, ticket_id)
    if complaint is None:
        raise NoComplaint if tickets.get(conn, ticket_id) else UnknownTicket
    for known in promises.open_for_ticket(conn, ticket_id):
        if (known.promise.what, known.promise.due_at) == (what, due_at):
            return known.id
    promise_id = promises.add(
        conn,
        complaint_id=complaint.id,
        ticket_id=ticket_id,
        what=what,
        due_at=due_at,
        owner_id=owner_id,
        now=now,
        made_by=agent_id,
        template_id=template_id,
    )
    plan(conn, promise_id, now)
    if kept := promises.get(conn, promise_id):
        record(conn, kept, "made", agent_id, now, {"due_at": due_at.isoformat(), "template_id": template_id})
    return promise_id


def _living(conn: Connection, promise_id: int) -> KeptPromise:
    kept = promises.get(conn, promise_id)
    if kept is None or kept.promise.state not in {PromiseState.OPEN, PromiseState.BROKEN}:
        raise UnknownPromise
    return kept


def _end(
    conn: Connection,
    kept: KeptPromise,
    state: PromiseState,
    agent_id: int,
    now: datetime,
    details: Mapping[str, Any],
) -> None:
    promises.set_state(conn, kept.id, state, at=now)
    for follow_up in follow_ups.running(conn, kept.promise.ticket_id):
        if follow_up.promise_id == kept.id:
            was_kept = state is PromiseState.KEPT
            follow_ups.end(
                conn,
                follow_up.id,
                status=FollowUpStatus.SATISFIED if was_kept else FollowUpStatus.CANCELLED,
                reason=Reason(Code.PROMISE_KEPT if was_kept else Code.PROMISE_WITHDRAWN),
                now=now,
            )
    record(conn, kept, state, agent_id, now, details)


def _names() -> list[str]:
    # One follow-up of a name runs on a ticket, and several things may be promised on it.
    return [PROMISE, *(f"{PROMISE}-{n}" for n in range(2, promises.MOST_PROMISES + 2))]
