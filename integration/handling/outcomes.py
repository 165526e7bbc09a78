"""The record of what was done: remedies, decision, cause, whether the requester was told and is satisfied."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from integration.domain import closing
from integration.domain.complaint import State
from integration.domain.history import outcome_of
from integration.domain.remedy import Decision, Missing, Money, Remedy, RemedyKind, missing_to_close
from integration.handling import reviews, tell_zendesk
from integration.handling.case import read_case
from integration.handling.clocks import refresh_by_ticket
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.store import audit_log, complaints, outcomes, tickets
from integration.store.complaints import Complaint

LONGEST_NOTE = 200


class NoComplaint(Exception):
    """The ticket is no complaint; confirm it as one first."""


class UnknownCause(Exception):
    """The account's list does not have that cause."""


class NotYet(Exception):
    """The complaint cannot be closed; `missing` says what comes first."""

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


def add_remedy(
    parts: Parts, ticket_id: int, kind: RemedyKind, money: Money | None, note: str, *, agent_id: int
) -> int:
    """Record something done for the requester; return the entry's id. Raises as `decide`."""
    now = parts.clock()
    details = {
        "kind": kind,
        "amount": str(money.amount) if money else None,
        "currency": money.currency if money else None,
    }
    with parts.database.write() as conn:
        complaint = of_ticket(conn, ticket_id)
        entry_id = complaints.add_action(
            conn, complaint.id, at=now, actor_id=agent_id, kind="remedy", details={**details, "note": note}
        )
        outcomes.add_remedy(conn, complaint.id, Remedy(entry_id, kind, now, money, note))
        keep_outcome(conn, complaint.id)
        # A note may name a person, so it stays out of the log that is never erased.
        audit_log.write(
            conn,
            at=now,
            actor=f"agent:{agent_id}",
            action="remedy recorded",
            subject=f"ticket:{ticket_id}",
            after={"entry": entry_id, **details},
        )
    return entry_id


def decide(parts: Parts, ticket_id: int, decision: Decision | None, *, agent_id: int) -> int | None:
    """Record what was decided, None for nothing yet. Raises `UnknownTicket` or `NoComplaint`."""
    decided_at = parts.clock() if decision else None
    return _say(parts, ticket_id, "decision", decision, agent_id, {"decided_at": decided_at})


def name_cause(parts: Parts, ticket_id: int, cause: str | None, *, agent_id: int) -> int | None:
    """Record what caused it. Raises as `decide`, and `UnknownCause`."""
    with parts.database.read() as conn:
        if cause is not None and cause not in outcomes.causes(conn):
            raise UnknownCause
    return _say(parts, ticket_id, "cause", cause, agent_id)


def say_satisfied(parts: Parts, ticket_id: int, is_satisfied: bool | None, *, agent_id: int) -> int | None:
    """Record whether the requester is satisfied, which is not the same as closed. Raises as `decide`."""
    return _say(parts, ticket_id, "is_satisfied", is_satisfied, agent_id)


def excuse_telling(parts: Parts, ticket_id: int, because: str | None, *, agent_id: int) -> int | None:
    """Record why the requester is not told of the decision, such as their own wish. Raises as `decide`."""
    return _say(parts, ticket_id, "not_told_because", because, agent_id)


def resolve(parts: Parts, ticket_id: int, *, agent_id: int) -> int | None:
    """Close the complaint, if all that comes first was done. Raises as `decide`, and `NotYet`."""
    now = parts.clock()
    with parts.database.write() as conn:
        case = read_case(conn, ticket_id, now=now)
        complaint = of_ticket(conn, ticket_id)
        if case is None:
            raise UnknownTicket
        remedies = outcomes.remedies_of(conn, [complaint.id]).get(complaint.id, ())
        told_at = closing.told_at(case.ticket, case.comments, decided_at=complaint.decided_at)
        missing = missing_to_close(
            complaint.decision, told_at=told_at, not_told_because=complaint.not_told_because
        )
        outcome = outcome_of(complaint.decision, remedies)
        if missing or outcome is None:
            raise NotYet(missing)
        if complaint.state is State.RESOLVED:
            return None
        complaints.record_outcome(conn, complaint.id, outcome, now, told_at)
        outcomes.say(conn, complaint.id, resolved_by=agent_id)
        tell_zendesk.of_state(conn, complaint, State.RESOLVED, now)
        refresh_by_ticket(parts, conn, case.ticket, case.comments)
        return record(
            conn,
            complaint,
            "resolved",
            {"before": complaint.state, "after": State.RESOLVED},
            agent_id,
            now,
        )


def of_ticket(conn: Connection, ticket_id: int) -> Complaint:
    """Return the complaint of a ticket. Raises `UnknownTicket` or `NoComplaint`."""
    complaint = complaints.by_ticket(conn, ticket_id)
    if complaint is not None and complaint.state is not State.NOT_A_COMPLAINT:
        return complaint
    raise NoComplaint if tickets.get(conn, ticket_id) else UnknownTicket


def keep_outcome(conn: Connection, complaint_id: int) -> None:
    """Let the outcome follow from the decision and the remedies that count."""
    complaint = complaints.get(conn, complaint_id)
    if complaint is not None:
        remedies = outcomes.remedies_of(conn, [complaint_id]).get(complaint_id, ())
        outcomes.say(conn, complaint_id, outcome=outcome_of(complaint.decision, remedies))


def record(
    conn: Connection,
    complaint: Complaint,
    kind: str,
    details: Mapping[str, object],
    agent_id: int,
    now: datetime,
    *,
    undoes: int | None = None,
) -> int:
    """Add an entry to the record and to the audit log; return the entry's id."""
    entry_id = complaints.add_action(
        conn, complaint.id, at=now, actor_id=agent_id, kind=kind, details=details, undoes=undoes
    )
    audit_log.write(
        conn,
        at=now,
        actor=f"agent:{agent_id}",
        action=f"complaint {kind.replace('_', ' ')}",
        subject=f"ticket:{complaint.ticket_id}",
        before={kind: details.get("before")},
        after={kind: details.get("after"), "entry": entry_id},
    )
    return entry_id


def _say(
    parts: Parts,
    ticket_id: int,
    what: str,
    value: object,
    agent_id: int,
    along: Mapping[str, object] | None = None,
) -> int | None:
    """Set one thing that people say of a complaint; None when it was said already."""
    now = parts.clock()
    with parts.database.write() as conn:
        complaint = of_ticket(conn, ticket_id)
        before = getattr(complaint, what)
        if before == value:
            return None
        outcomes.say(conn, complaint.id, **{what: value}, **(along or {}))
        keep_outcome(conn, complaint.id)
        details = {"before": before, "after": value}
        if isinstance(value, str) and what == "cause":
            reviews.consider(conn, value, now)
        if what == "decision":
            details["decided_before"] = complaint.decided_at and complaint.decided_at.isoformat()
        return record(conn, complaint, what, details, agent_id, now)
