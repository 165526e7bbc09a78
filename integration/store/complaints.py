"""The ledger of complaints, one for each ticket, and what was done about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import Assessment, Band, Category, State
from integration.domain.history import Outcome, Repeat
from integration.domain.reason import Reason
from integration.domain.remedy import Decision
from integration.domain.suggestion import Suggestion
from integration.domain.ticket import Channel
from integration.store import encoding
from integration.store.dialect import insert_into
from integration.store.tables import complaint_actions, complaints

MOST_ACTIONS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NewComplaint:
    """A complaint that has no row yet."""

    ticket_id: int
    requester_id: int
    received_at: datetime
    detected_at: datetime
    state: State
    channel: Channel
    assessment: Assessment
    references: frozenset[str] = frozenset()
    repeat: Repeat | None = None
    policy_id: str | None = None
    policy_version: int | None = None
    deadline_at: datetime | None = None
    suggestions: tuple[Suggestion, ...] = ()
    outcome: Outcome | None = None
    resolved_at: datetime | None = None
    told_at: datetime | None = None
    is_imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint(NewComplaint):
    """A complaint of the ledger.

    `resolved_by` is the agent who said that it is, None where the ticket's status did; a band or a repeat
    that an agent said is not the machine's to change.
    """

    id: int
    decision: Decision | None = None
    decided_at: datetime | None = None
    cause: str | None = None
    is_satisfied: bool | None = None
    not_told_because: str | None = None
    resolved_by: int | None = None
    is_band_said: bool = False
    is_repeat_said: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """Something done about a complaint; `actor_id` is a Zendesk user, or None for Makegood."""

    at: datetime
    actor_id: int | None
    kind: str
    details: Mapping[str, Any]


def get(conn: Connection, id: int) -> Complaint | None:
    """Return a complaint by its own id."""
    return _one(conn, complaints.c.id == id)


def by_ticket(conn: Connection, ticket_id: int) -> Complaint | None:
    """Return the complaint of a ticket."""
    return _one(conn, complaints.c.ticket_id == ticket_id)


def add(conn: Connection, complaint: NewComplaint) -> int:
    """Store a complaint and return its id; the ticket's earlier complaint, if any, stays as it is."""
    statement = (
        insert_into(conn, complaints)
        .values(_row(complaint))
        .on_conflict_do_nothing(index_elements=["ticket_id"])
        .returning(complaints.c.id)
    )
    id = conn.scalar(statement)
    if id is None:
        id = conn.scalar(sa.select(complaints.c.id).where(complaints.c.ticket_id == complaint.ticket_id))
    return int(id or 0)


def add_many(conn: Connection, new: Sequence[NewComplaint]) -> None:
    """Store imported complaints; tickets that already have one keep it."""
    if new:
        statement = insert_into(conn, complaints).on_conflict_do_nothing(index_elements=["ticket_id"])
        conn.execute(statement, [_row(complaint) for complaint in new])


def reassess(
    conn: Connection,
    id: int,
    assessment: Assessment,
    *,
    references: frozenset[str],
    repeat: Repeat | None,
    suggestions: tuple[Suggestion, ...],
    deadline_at: datetime | None,
) -> None:
    """Replace what the rules say of a complaint; state, outcome, policy and what agents said stay."""
    values = {
        **{name: value for name, value in _assessment_row(assessment).items() if name != "band"},
        "references": sorted(references),
        "suggestions": [encoding.suggestion_to_json(one) for one in suggestions],
        "deadline_at": deadline_at,
    }
    _set(conn, id, **values)
    _set(conn, id, complaints.c.is_band_said.is_(False), band=assessment.band.value)
    _set(conn, id, complaints.c.is_repeat_said.is_(False), **repeat_row(repeat))


def set_state(
    conn: Connection,
    id: int,
    state: State,
    *,
    resolved_at: datetime | None = None,
    told_at: datetime | None = None,
) -> bool:
    """Change where a complaint stands; False when nothing changed."""
    return _set(
        conn,
        id,
        complaints.c.state != state.value,
        state=state.value,
        resolved_at=resolved_at,
        told_at=told_at,
    )


def set_repeat(conn: Connection, id: int, repeat: Repeat) -> bool:
    """Say which earlier complaint this one continues; False where an agent said, or it was forgotten."""
    mine = (complaints.c.is_repeat_said.is_(False), complaints.c.ticket_id > 0)
    return _set(conn, id, *mine, **repeat_row(repeat))


def set_requester(conn: Connection, id: int, requester_id: int) -> bool:
    """Say whose complaint it is, after all; False for an unknown id."""
    return _set(conn, id, requester_id=requester_id)


def is_open(conn: Connection, ticket_id: int) -> bool:
    """Whether a ticket has a complaint that has not ended."""
    running = complaints.c.state.in_([State.SUSPECTED.value, State.CONFIRMED.value])
    mine = sa.select(complaints.c.id).where(complaints.c.ticket_id == ticket_id, running)
    return conn.scalar(mine) is not None


def next_imported(conn: Connection, *, below: int | None) -> int | None:
    """Return the ticket of the newest imported complaint below a ticket's number."""
    rows = sa.select(complaints.c.ticket_id).where(complaints.c.is_imported, complaints.c.ticket_id > 0)
    if below is not None:
        rows = rows.where(complaints.c.ticket_id < below)
    return conn.scalar(rows.order_by(complaints.c.ticket_id.desc()).limit(1))


def imported(conn: Connection) -> Iterator[Complaint]:
    """Yield the imported complaints of requesters who have several, oldest first."""
    several = (
        sa.select(complaints.c.requester_id).group_by(complaints.c.requester_id).having(sa.func.count() > 1)
    )
    rows = conn.execute(
        sa.select(complaints)
        .where(complaints.c.is_imported, complaints.c.requester_id.in_(several))
        .order_by(complaints.c.received_at, complaints.c.ticket_id)
    )
    return (_complaint(row._mapping) for row in rows)


def record_outcome(
    conn: Connection, id: int, outcome: Outcome, resolved_at: datetime, told_at: datetime | None
) -> bool:
    """Record how a complaint ended and when the requester was told; False for an unknown id."""
    return _set(
        conn,
        id,
        state=State.RESOLVED.value,
        outcome=outcome.value,
        resolved_at=resolved_at,
        told_at=told_at,
    )


def add_action(
    conn: Connection,
    complaint_id: int,
    *,
    at: datetime,
    actor_id: int | None,
    kind: str,
    details: Mapping[str, Any],
    undoes: int | None = None,
) -> int:
    """Add to the record of what was done and return the entry's id; nothing is ever changed there.

    Raises `sqlalchemy.exc.IntegrityError` for an action that was taken back before.
    """
    statement = sa.insert(complaint_actions).values(
        complaint_id=complaint_id,
        at=at,
        actor_id=actor_id,
        kind=kind,
        details=dict(details),
        undoes=undoes,
    )
    return int(conn.execute(statement.returning(complaint_actions.c.id)).scalar_one())


def actions(conn: Connection, complaint_id: int) -> list[Action]:
    """Return what was done, oldest first."""
    table = complaint_actions.c
    rows = conn.execute(
        sa.select(table.at, table.actor_id, table.kind, table.details)
        .where(table.complaint_id == complaint_id)
        .order_by(table.id)
        .limit(MOST_ACTIONS)
    )
    return [Action(*row) for row in rows]


def _set(conn: Connection, id: int, *where: sa.ColumnElement[bool], **values: object) -> bool:
    update = sa.update(complaints).where(complaints.c.id == id, *where).values(**values)
    return conn.execute(update).rowcount == 1


def _one(conn: Connection, where: sa.ColumnElement[bool]) -> Complaint | None:
    row = conn.execute(sa.select(complaints).where(where)).first()
    return _complaint(row._mapping) if row else None


_FACTS = (
    "ticket_id",
    "requester_id",
    "received_at",
    "detected_at",
    "policy_id",
    "policy_version",
    "deadline_at",
    "resolved_at",
    "told_at",
    "is_imported",
)
_OPINIONS = (
    "decided_at",
    "cause",
    "is_satisfied",
    "not_told_because",
    "resolved_by",
    "is_band_said",
    "is_repeat_said",
)


def _row(complaint: NewComplaint) -> dict[str, Any]:
    return {
        **{name: getattr(complaint, name) for name in _FACTS},
        **_assessment_row(complaint.assessment),
        **repeat_row(complaint.repeat),
        "state": complaint.state.value,
        "channel": complaint.channel.value,
        "references": sorted(complaint.references),
        "suggestions": [encoding.suggestion_to_json(one) for one in complaint.suggestions],
        "outcome": complaint.outcome and complaint.outcome.value,
    }


def _assessment_row(assessment: Assessment) -> dict[str, Any]:
    same = ("is_complaint", "score", "threshold", "severity", "language", "by_rule")
    return {
        **{name: getattr(assessment, name) for name in same},
        "band": assessment.band.value,
        "category": assessment.category.value,
        "evidence": [encoding.evidence_to_json(one) for one in assessment.evidence],
        "reasons": [encoding.reason_to_json(one) for one in assessment.reasons],
    }


def repeat_row(repeat: Repeat | None) -> dict[str, Any]:
    """Return the columns that say which earlier complaint one continues."""
    return {
        "repeat_of": repeat and repeat.complaint_id,
        "repeat_ticket_id": repeat and repeat.ticket_id,
        "repeat_reason": encoding.reason_to_json(repeat.reason if repeat else None),
    }


def _complaint(row: Mapping[Any, Any]) -> Complaint:
    return Complaint(
        **{name: row[name] for name in ("id", *_FACTS, *_OPINIONS)},
        state=State(row["state"]),
        channel=Channel(row["channel"]),
        assessment=_assessment(row),
        references=frozenset(row["references"]),
        repeat=_repeat(row),
        suggestions=tuple(encoding.suggestion_from_json(one) for one in row["suggestions"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        decision=Decision(row["decision"]) if row["decision"] else None,
    )


def _assessment(row: Mapping[Any, Any]) -> Assessment:
    same = ("is_complaint", "score", "threshold", "severity", "language", "by_rule")
    return Assessment(
        **{name: row[name] for name in same},
        band=Band(row["band"]),
        category=Category(row["category"]),
        evidence=tuple(encoding.evidence_from_json(one) for one in row["evidence"]),
        reasons=encoding.reasons_from_json(row["reasons"]),
    )


def _repeat(row: Mapping[Any, Any]) -> Repeat | None:
    if row["repeat_of"] is None:
        return None
    reason = encoding.reason_from_json(row["repeat_reason"]) or Reason("unknown")
    return Repeat(row["repeat_of"], row["repeat_ticket_id"], reason)
