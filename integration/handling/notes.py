"""Fills the internal notes: what an agent should know when a complaint comes in or a follow-up falls due."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from integration.domain.complaint import Assessment
from integration.domain.followup import FollowUp
from integration.domain.history import History, PastComplaint, Promise, Repeat, Summary
from integration.domain.planning import Planned
from integration.domain.ticket import Comment, Ticket
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.responses.values import NextLine, NoteValues, PastComplaintLine, PromiseLine, RepeatLine
from integration.store import complaints, requesters

LISTED = 5


def new_marker() -> str:
    """Return what a write is found again by: it goes into the audit's metadata and, short, into the note."""
    return f"mg-{secrets.token_hex(8)}"


def enrichment(
    parts: Parts,
    ticket: Ticket,
    *,
    assessment: Assessment,
    history: History,
    summary: Summary,
    repeat: Repeat | None,
    suggestion_title: str | None,
    next_up: Planned | FollowUp | None,
    zone: ZoneInfo,
    marker: str,
    now: datetime,
) -> str:
    """Render the one note that a complaint gets, by the clock of `zone`; raises the library's errors."""
    promise = summary.open_promise or summary.broken_promise
    earlier = [past for past in history.complaints if past.ticket_id != ticket.id]
    values = NoteValues(
        ticket_id=ticket.id,
        reference=marker,
        time_zone=zone.key,
        category=assessment.category,
        band=assessment.band,
        evidence=tuple(dict.fromkeys(evidence.words for evidence in assessment.evidence)),
        by_rule=assessment.by_rule,
        complaints=tuple(_past_line(parts, past, zone) for past in earlier[:LISTED]),
        complaints_before=summary.count,
        same_kind=summary.same_kind,
        looked_back_months=summary.looked_back_months,
        tickets_total=summary.tickets_total,
        is_importing=summary.is_importing,
        repeat=RepeatLine(ticket_id=repeat.ticket_id, reason=repeat.reason.code) if repeat else None,
        open_promise=_promise_line(promise, now) if promise else None,
        suggestion=suggestion_title,
        next=_next_line(next_up, now) if next_up else None,
    )
    return parts.library.render_note("complaint", parts.settings.note_locale, values)


def reminder(
    conn: Connection,
    parts: Parts,
    follow_up: FollowUp,
    ticket: Ticket,
    comments: Sequence[Comment],
    marker: str,
    now: datetime,
) -> str:
    """Render the note that a due follow-up posts; raises the library's errors."""
    zone = working_hours(parts, conn, now).zone
    complaint = complaints.by_ticket(conn, ticket.id)
    owner = requesters.get(conn, follow_up.owner_id) if follow_up.owner_id else None
    replies = [comment.created_at for comment in comments if comment.by_agent and comment.is_public]
    values = NoteValues(
        ticket_id=ticket.id,
        reference=marker,
        time_zone=zone.key,
        category=complaint.assessment.category if complaint else None,
        band=complaint.assessment.band if complaint else None,
        name=follow_up.name,
        what=follow_up.what,
        due_at=follow_up.due_at,
        owner=owner.name if owner else None,
        last_public_reply_at=max(replies, default=None),
        resolved_on=(
            complaint.resolved_at.astimezone(zone).date() if complaint and complaint.resolved_at else None
        ),
        outcome=complaint.outcome if complaint else None,
    )
    return parts.library.render_note(follow_up.note, parts.settings.note_locale, values)


def _past_line(parts: Parts, past: PastComplaint, zone: ZoneInfo) -> PastComplaintLine:
    return PastComplaintLine(
        ticket_id=past.ticket_id,
        on=past.received_at.astimezone(zone).date(),
        category=past.category,
        outcome=past.outcome,
        is_open=past.resolved_at is None,
        url=f"{parts.settings.zendesk_url}/agent/tickets/{past.ticket_id}",
    )


def _next_line(next_up: Planned | FollowUp, now: datetime) -> NextLine:
    return NextLine(name=next_up.name, due_at=next_up.due_at, is_late=next_up.due_at <= now)


def _promise_line(promise: Promise, now: datetime) -> PromiseLine:
    return PromiseLine(
        what=promise.what,
        due_at=promise.due_at,
        ticket_id=promise.ticket_id,
        is_late=promise.due_at < now,
    )
