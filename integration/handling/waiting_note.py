"""The note about a complaint that could not leave at once: current when it goes, and the one reminder then.

What fell due while Zendesk, or Makegood itself, was away is said in that note; a reminder right after it
would only say it again. So what is due waits for the note, which carries the latest of it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain import followup, history
from integration.domain.complaint import State
from integration.domain.followup import FollowUp
from integration.domain.policy import Policy, Reach, Step
from integration.handling import notes
from integration.handling.case import Case, read_case
from integration.handling.new_complaint import ENRICHMENT, enrichment_key
from integration.handling.next_dates import changed
from integration.handling.reminding import alert_late_step
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.responses.errors import RendererUnavailable, TemplateFailed, UnknownTemplate
from integration.store import follow_ups, outbox
from integration.store.complaints import Complaint
from integration.store.outbox import OutboxRow

# A note that could not leave for so long no longer says what is known.
STALE = timedelta(minutes=10)
_IN_A_NOTE = frozenset({Reach.NOTE, Reach.ASSIGNEE})


def is_complaint_s(row: OutboxRow) -> bool:
    """Whether a write is the one note that a complaint gets."""
    return row.kind == ENRICHMENT and row.note is not None


def waits(conn: Connection, complaint_id: int | None) -> bool:
    """Whether the note about a complaint has not left yet."""
    row = _note_of(conn, complaint_id)
    return row is not None and row.state in outbox.WAITING


def has_said(conn: Connection, follow_up: FollowUp) -> bool:
    """Whether the note about the complaint came when this was due, and said so or something newer."""
    row = _note_of(conn, follow_up.complaint_id)
    if row is None or row.state != "done" or row.follow_up_id is None:
        return False
    carried = follow_ups.get(conn, row.follow_up_id)
    return carried is not None and follow_up.due_at <= carried.due_at


def made_current(parts: Parts, row: OutboxRow, now: datetime) -> OutboxRow | None:
    """Return the write as it should go now; None where it was dropped, because this is no complaint."""
    with parts.database.read() as conn:
        is_due = any(follow_up.due_at <= now for follow_up in follow_ups.running(conn, row.ticket_id))
        if not is_due and row.follow_up_id is None and now - row.created_at <= STALE:
            return row
        case = read_case(conn, row.ticket_id, now=now)
    if case is None or case.complaint is None:
        return row
    if case.complaint.state is State.NOT_A_COMPLAINT:
        with parts.database.write() as conn:
            outbox.drop(conn, row.id, attempt=row.attempts, reason="an agent said that this is no complaint")
        return None
    policy = parts.shelf.running(case.complaint.policy_id, case.complaint.policy_version, now)
    overdue = _overdue(case, policy, now)
    try:
        note = _note(parts, case, case.complaint, overdue, row.marker, now)
    except (RendererUnavailable, TemplateFailed, UnknownTemplate):
        return row  # as it was rendered when the complaint came in
    return _rewritten(parts, row, note, overdue, policy, now)


def _overdue(case: Case, policy: Policy, now: datetime) -> FollowUp | None:
    """Return the latest due of the follow-ups whose reminder would be a note, as far as the store knows."""
    state = case.complaint.state if case.complaint else None
    speaking = [
        follow_up
        for follow_up in case.running
        if follow_up.chain_id is None
        and follow_up.promise_id is None
        and _is_in_a_note(case, follow_up, policy.step(follow_up.name))
        and followup.decide(follow_up, case.ticket, case.comments, complaint_state=state, now=now).speak
    ]
    return max(speaking, key=lambda each: (each.due_at, each.id), default=None)


def _is_in_a_note(case: Case, follow_up: FollowUp, step: Step | None) -> bool:
    if step is None or follow_up.complaint_id is None:
        return True
    return step.reach in _IN_A_NOTE and case.ticket.status not in step.paused_by


def _note(
    parts: Parts,
    case: Case,
    complaint: Complaint,
    overdue: FollowUp | None,
    marker: str,
    now: datetime,
) -> str:
    category = complaint.assessment.category
    titles = {(card.id, card.locale): card.title for card in parts.library.cards()}
    best = complaint.suggestions[0] if complaint.suggestions else None
    with parts.database.read() as conn:
        zone = working_hours(parts, conn, now).zone
    to_come = [follow_up for follow_up in case.running if follow_up.due_at > now]
    return notes.enrichment(
        parts,
        case.ticket,
        assessment=complaint.assessment,
        history=case.history,
        summary=history.summarise(case.history, category=category, now=now),
        repeat=case.repeat,
        suggestion_title=titles.get((best.template_id, best.locale)) if best else None,
        next_up=overdue or min(to_come, key=lambda each: each.due_at, default=None),
        zone=zone,
        marker=marker,
        now=now,
    )


def _rewritten(
    parts: Parts, row: OutboxRow, note: str, overdue: FollowUp | None, policy: Policy, now: datetime
) -> OutboxRow | None:
    step = policy.step(overdue.name) if overdue is not None and overdue.complaint_id is not None else None
    takes_over = step if step is not None and step.reach is Reach.ASSIGNEE else None
    with parts.database.write() as conn:
        dates = changed(parts, conn, row.ticket_id, now, but_for=overdue.id) if overdue else {}
        written = replace(
            row,
            note=note,
            follow_up_id=overdue.id if overdue else None,
            fields={**row.fields, **dates},
            assignee_id=takes_over.assignee_id if takes_over else None,
            group_id=takes_over.group_id if takes_over else None,
        )
        if not outbox.rewrite(conn, written):
            return None
        if overdue is not None and step is not None and step.level > 0:
            alert_late_step(conn, overdue, step, policy, now)
    return written


def _note_of(conn: Connection, complaint_id: int | None) -> OutboxRow | None:
    return outbox.by_key(conn, enrichment_key(complaint_id)) if complaint_id is not None else None
