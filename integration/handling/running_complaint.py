"""Follows a complaint that is already on record: solved, reopened, answered, or getting worse."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from integration.domain import followup, planning
from integration.domain.complaint import Assessment, Band, State
from integration.domain.followup import FollowUp, FollowUpStatus, Satisfier
from integration.domain.planning import Planned
from integration.domain.policy import Start, Step
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Status
from integration.handling.case import Case
from integration.handling.notes import new_marker
from integration.handling.zendesk_fields import FieldValues, to_custom_fields
from integration.parts import Parts
from integration.store import complaints, follow_ups, outbox
from integration.store.complaints import Complaint

OPEN_STATES = frozenset({State.SUSPECTED, State.CONFIRMED})
ENDED_TICKET = frozenset({Status.SOLVED, Status.CLOSED})
FIELDS_PRIORITY = 6


@dataclass(frozen=True, slots=True)
class Progress:
    """What changed about a running complaint."""

    complaint: Complaint
    state: State
    is_worse: bool
    assessment: Assessment
    ended: tuple[tuple[FollowUp, Reason], ...]
    planned: tuple[Planned, ...]
    resolved_at: datetime | None
    told_at: datetime | None

    @property
    def changes_state(self) -> bool:
        return self.state is not self.complaint.state


def decide_progress(
    parts: Parts, case: Case, running: Complaint, assessment: Assessment, now: datetime
) -> Progress:
    """Compare the ticket as it is with the complaint on record."""
    state = _state(case, running)
    resolved_at = running.resolved_at
    if state is State.RESOLVED and running.state in OPEN_STATES:
        resolved_at = case.ticket.updated_at
    elif state in OPEN_STATES:
        resolved_at = None
    policy = parts.shelf.find(running.policy_id or "", running.policy_version or 0)
    policy = policy or parts.shelf.current(now)
    steps = {step.id: step for step in policy.steps}
    band = max(running.assessment.band, assessment.band, key=_rank)
    ended = tuple(_ended(case, steps, state, band))
    gone = {follow_up.id for follow_up, _ in ended}
    still = {f.name for f in case.running if f.id not in gone}
    starts = planning.moments(
        running.received_at, resolved_at=resolved_at, last_public_reply_at=case.last_public_reply_at
    )
    planned: tuple[Planned, ...] = ()
    # A closed ticket takes no note, so nothing more is planned on it.
    if state is not State.NOT_A_COMPLAINT and case.ticket.status is not Status.CLOSED:
        planned = planning.plan(
            policy,
            received_at=running.received_at,
            band=band,
            existing=still | _planned_before(case, steps, starts),
            now=now,
            resolved_at=resolved_at,
            last_public_reply_at=case.last_public_reply_at,
        )
    if running.is_imported:
        # Nobody expects to be reminded of what was due before Makegood was there.
        planned = tuple(each for each in planned if each.due_at > now)
    if state is State.RESOLVED:
        # The solving reply and the status share a second in Zendesk's stamps; the state decides.
        planned = tuple(each for each in planned if Satisfier.RESOLVED not in each.satisfied_by)
    return Progress(
        complaint=running,
        state=state,
        is_worse=_rank(assessment.band) > _rank(running.assessment.band),
        assessment=assessment,
        ended=ended,
        planned=planned,
        resolved_at=resolved_at,
        told_at=case.last_public_reply_at if resolved_at else None,
    )


def record_progress(conn: Connection, case: Case, progress: Progress, now: datetime) -> None:
    """Write what `decide_progress` found."""
    running = progress.complaint
    if progress.changes_state:
        complaints.set_state(
            conn,
            running.id,
            progress.state,
            resolved_at=progress.resolved_at,
            told_at=progress.told_at,
        )
        kind = "solved" if progress.state is State.RESOLVED else "reopened"
        complaints.add_action(conn, running.id, at=now, actor_id=None, kind=kind, details={})
    if progress.is_worse:
        complaints.reassess(
            conn,
            running.id,
            progress.assessment,
            references=running.references,
            repeat=running.repeat,
            suggestions=running.suggestions,
            deadline_at=running.deadline_at,
        )
        complaints.add_action(
            conn,
            running.id,
            at=now,
            actor_id=None,
            kind="became_worse",
            details={"from": running.assessment.band, "to": progress.assessment.band},
        )
    if progress.changes_state or progress.is_worse:
        _tell_zendesk(conn, case, progress, now)
    for follow_up, reason in progress.ended:
        status = FollowUpStatus.SATISFIED if followup.is_satisfied(reason) else FollowUpStatus.CANCELLED
        follow_ups.end(conn, follow_up.id, status=status, reason=reason, now=now)
    for planned in progress.planned:
        follow_ups.plan(
            conn,
            ticket_id=case.ticket.id,
            complaint_id=running.id,
            name=planned.name,
            note=planned.note,
            due_at=planned.due_at,
            now=planned.since,
            satisfied_by=planned.satisfied_by,
        )


def _state(case: Case, running: Complaint) -> State:
    if running.state in OPEN_STATES and case.ticket.status in ENDED_TICKET:
        return State.RESOLVED
    if running.state is State.RESOLVED and case.ticket.status not in ENDED_TICKET:
        return State.CONFIRMED
    return running.state


def _ended(
    case: Case, steps: Mapping[str, Step], state: State, band: Band
) -> Iterator[tuple[FollowUp, Reason]]:
    """Yield the follow-ups whose reason is gone already, so that they need not wait to find out."""
    for follow_up in case.running:
        verdict = followup.decide(
            follow_up, case.ticket, case.comments, complaint_state=state, now=follow_up.due_at
        )
        step = steps.get(follow_up.name)
        if not verdict.speak and verdict.due_at is None:
            yield follow_up, verdict.reason
        elif step and step.start is Start.RESOLVED and state in OPEN_STATES:
            yield follow_up, Reason(Code.REOPENED)
        elif step and band not in step.bands:
            yield follow_up, Reason(Code.BECAME_WORSE)


def _planned_before(
    case: Case, steps: Mapping[str, Step], starts: Mapping[Start, datetime | None]
) -> set[str]:
    """Name the steps that this receipt, this reply or this end has started already.

    Those that only the end of the ticket satisfied start again when it is reopened, and those that
    ended with its deletion when it is restored.
    """
    return {
        f.name
        for f in case.follow_ups
        if f.name in steps
        and (start := starts[steps[f.name].start])
        and f.planned_at >= start
        and not (f.reason and f.reason.code in {Code.RESOLVED, Code.TICKET_DELETED})
    }


def _tell_zendesk(conn: Connection, case: Case, progress: Progress, now: datetime) -> None:
    band = progress.assessment.band if progress.is_worse else None
    fields = to_custom_fields(conn, FieldValues(state=progress.state, band=band))
    if not fields or case.ticket.status is Status.CLOSED:
        return
    outbox.add(
        conn,
        key=f"fields:{progress.complaint.id}:{progress.state}:{band}:{case.ticket.updated_at.isoformat()}",
        kind="fields",
        ticket_id=case.ticket.id,
        marker=new_marker(),
        note=None,
        fields=fields,
        priority=FIELDS_PRIORITY,
        now=now,
    )


def _rank(band: str) -> int:
    return ("low", "raised", "high").index(band)
