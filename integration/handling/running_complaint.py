"""Follows a complaint that is already on record: solved, reopened, answered, or getting worse."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from integration.domain import closing, followup, planning
from integration.domain.calendar import Calendar
from integration.domain.complaint import Assessment, Band, State
from integration.domain.courtesy import Reply, kind_of
from integration.domain.deadline import Unit, plain
from integration.domain.followup import TELL_CUSTOMER, FollowUp, FollowUpStatus, Satisfier
from integration.domain.planning import Planned
from integration.domain.policy import Start, Step
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Status
from integration.handling.case import Case
from integration.handling.clocks import calendar_of
from integration.handling.notes import new_marker
from integration.handling.zendesk_fields import FieldValues, to_custom_fields
from integration.parts import Parts
from integration.store import complaints, follow_ups, outbox
from integration.store.complaints import Complaint

OPEN_STATES = frozenset({State.SUSPECTED, State.CONFIRMED})
ENDED_TICKET = frozenset({Status.SOLVED, Status.CLOSED})
FIELDS_PRIORITY = 6
# Whoever solves a ticket and then writes the last reply needs no reminder of it.
TIME_TO_TELL = plain(2, Unit.BUSINESS_HOURS)


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
    policy = parts.shelf.running(running.policy_id, running.policy_version, now)
    with parts.database.read() as conn:
        calendar = calendar_of(parts, conn, policy, now)
    steps = {step.id: step for step in policy.steps}
    # An agent's word on the severity stands, whatever the words of the ticket weigh.
    is_said = running.is_band_said
    band = running.assessment.band if is_said else max(running.assessment.band, assessment.band, key=_rank)
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
            calendar=calendar,
        )
    if running.is_imported:
        # Nobody expects to be reminded of what was due before Makegood was there.
        planned = tuple(each for each in planned if each.due_at > now)
    if state is State.RESOLVED or case.ticket.status is Status.SOLVED:
        # The solving reply and the status share a second in Zendesk's stamps; the state decides.
        planned = tuple(each for each in planned if Satisfier.RESOLVED not in each.satisfied_by)
    if state is State.RESOLVED and resolved_at is not None:
        planned = tuple(_with_check_in(planned, steps, running, resolved_at))
    elif is_untold(case, running) and not _was_asked_to_tell(case):
        planned += (_telling(case, running, policy.calendar, now),)
    return Progress(
        complaint=running,
        state=state,
        is_worse=_rank(band) > _rank(running.assessment.band),
        assessment=assessment,
        ended=ended,
        planned=planned,
        resolved_at=resolved_at,
        told_at=told_at(case, running) if resolved_at else None,
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
            counted_from=planned.counted_from,
        )


def told_at(case: Case, running: Complaint) -> datetime | None:
    """Return when the requester was told how the complaint ended."""
    return closing.told_at(case.ticket, case.comments, decided_at=running.decided_at)


def is_untold(case: Case, running: Complaint) -> bool:
    """Whether the ticket was solved and nobody has told the requester how it ended, nor said why not."""
    return (
        case.ticket.status is Status.SOLVED
        and running.state in OPEN_STATES
        and not running.is_imported
        and running.not_told_because is None
        and told_at(case, running) is None
    )


def only_thanked(case: Case, running: Complaint) -> bool:
    """Whether the ticket is open again because of mere thanks; then the complaint is not."""
    if running.state is not State.RESOLVED or running.resolved_at is None:
        return False
    heard = [
        kind_of(comment.body)
        for comment in case.comments
        if comment.is_public and not comment.by_agent and comment.created_at >= running.resolved_at
    ]
    return bool(heard) and Reply.ANSWER not in heard


def _state(case: Case, running: Complaint) -> State:
    if case.ticket.status in ENDED_TICKET:
        has_ended = running.state in OPEN_STATES and not is_untold(case, running)
        return State.RESOLVED if has_ended else running.state
    if running.state is State.RESOLVED and not only_thanked(case, running):
        # What an agent said of a complaint whose ticket is still open stands until the requester objects.
        answered_at = closing.last_answer_at(case.ticket, case.comments)
        by_agent = running.resolved_by is not None and running.resolved_at is not None
        if not by_agent or (running.resolved_at and answered_at > running.resolved_at):
            return State.CONFIRMED
    return running.state


def _with_check_in(
    planned: Iterable[Planned], steps: Mapping[str, Step], running: Complaint, resolved_at: datetime
) -> Iterator[Planned]:
    """Let the outcome decide when to ask how it turned out, and whether at all."""
    for each in planned:
        step = steps.get(each.name)
        if (
            step is None
            or step.start is not Start.RESOLVED
            or Satisfier.REQUESTER_WROTE not in each.satisfied_by
        ):
            yield each
        elif due_at := closing.check_in_at(running.outcome, resolved_at, each.due_at):
            yield replace(each, due_at=due_at, counted_from=None)


def _was_asked_to_tell(case: Case) -> bool:
    """Whether an agent was asked already since the requester last wrote; once is enough."""
    since = closing.last_answer_at(case.ticket, case.comments)
    return any(f.name == TELL_CUSTOMER and f.planned_at >= since for f in case.follow_ups)


def _telling(case: Case, running: Complaint, calendar: Calendar, now: datetime) -> Planned:
    # News of the reply that tells may come later than news of the solved ticket.
    since = running.decided_at or closing.last_answer_at(case.ticket, case.comments) + planning.FIRST_SECOND
    return Planned(
        name=TELL_CUSTOMER,
        note="tell-customer",
        due_at=TIME_TO_TELL.ends(now, calendar),
        satisfied_by=frozenset({Satisfier.CUSTOMER_TOLD}),
        since=since,
    )


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
        elif step and (
            reason := followup.cancelled(
                follow_up, step.cancelled_by, case.ticket, case.comments, complaint_state=state
            )
        ):
            yield follow_up, reason
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
