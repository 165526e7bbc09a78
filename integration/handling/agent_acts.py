"""What agents do in the sidebar: correct the machine, use a suggestion, move or end a follow-up."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from integration.domain.complaint import Assessment, Band, Category, State
from integration.domain.followup import FollowUp, FollowUpStatus
from integration.domain.reason import Reason
from integration.handling import notes, suggesting
from integration.handling.case import Case, read_case
from integration.handling.corrections import note_correction
from integration.handling.new_complaint import decide_opening, open_complaint
from integration.handling.sidebar import UnknownTicket
from integration.handling.zendesk_fields import FieldValues, to_custom_fields
from integration.parts import Parts
from integration.store import audit_log, choices, complaints, counters, follow_ups, outbox, suggestion_uses
from integration.store.complaints import Complaint

LATEST = timedelta(days=366)
CORRECTION_PRIORITY = 3
BY_AGENT = "by_agent"


class Judgement(StrEnum):
    """An agent's word on whether this is a complaint; it beats the machine's."""

    CONFIRMED = "confirmed"
    NOT_A_COMPLAINT = "not_a_complaint"


class UnknownFollowUp(Exception):
    """There is no such follow-up, or it has ended."""


class BadDueTime(Exception):
    """The wanted moment is past or more than a year away."""


def correct(parts: Parts, ticket_id: int, judgement: Judgement, *, agent_id: int) -> None:
    """Go by the agent's word, at once and from now on. Raises `UnknownTicket`."""
    now = parts.clock()
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
    if case is None:
        raise UnknownTicket
    is_complaint = judgement is Judgement.CONFIRMED
    with parts.database.write() as conn:
        note_correction(conn, ticket_id=ticket_id, agent_id=agent_id, is_complaint=is_complaint, now=now)
        _correct(conn, ticket_id, State(judgement), agent_id, now)
    if case.complaint is None and is_complaint:
        _open_for_agent(parts, case, agent_id, now)


def _correct(conn: Connection, ticket_id: int, state: State, agent_id: int, now: datetime) -> None:
    complaint = complaints.by_ticket(conn, ticket_id)
    if complaint is not None and complaint.state is not state:
        _change_state(conn, complaint, state, agent_id, now)


def use_suggestion(
    parts: Parts, ticket_id: int, template_id: str, locale: str, *, agent_id: int, was_found: bool = False
) -> None:
    """Remember that this requester was given this text, so that the next one is another, and learn from it.

    `was_found` says that the agent searched for it. Raises `UnknownTicket`.
    """
    now = parts.clock()
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
    if case is None:
        raise UnknownTicket
    # Before the write begins: on SQLite everybody else would wait for the encoder.
    vector = parts.ranker.vector(suggesting.words(case.ticket))
    with parts.database.write() as conn:
        if vector is not None:
            choices.add(
                conn,
                template_id=template_id,
                ticket_id=ticket_id,
                vector=vector,
                was_found=was_found,
                now=now,
            )
        suggestion_uses.add(
            conn,
            requester_id=case.requester.id,
            ticket_id=ticket_id,
            template_id=template_id,
            locale=locale,
            agent_id=agent_id,
            now=now,
        )
        if case.complaint is not None:
            complaints.add_action(
                conn,
                case.complaint.id,
                at=now,
                actor_id=agent_id,
                kind="suggestion used",
                details={"template_id": template_id, "locale": locale},
            )
        counters.add(conn, "suggestions_used")


def reschedule(parts: Parts, follow_up_id: int, due_at: datetime, *, agent_id: int) -> None:
    """Move a running follow-up. Raises `UnknownFollowUp` or `BadDueTime`."""
    now = parts.clock()
    if not now < due_at <= now + LATEST:
        raise BadDueTime
    with parts.database.write() as conn:
        before = _running(conn, follow_up_id)
        if not follow_ups.reschedule(conn, follow_up_id, due_at, now=now):
            raise UnknownFollowUp
        audit_log.write(
            conn,
            at=now,
            actor=f"agent:{agent_id}",
            action="follow-up moved",
            subject=f"follow-up:{follow_up_id}",
            before={"due_at": before.due_at.isoformat()},
            after={"due_at": due_at.isoformat()},
        )


def cancel(parts: Parts, follow_up_id: int, reason: str, *, agent_id: int) -> None:
    """End a follow-up that is no longer needed. Raises `UnknownFollowUp`."""
    now = parts.clock()
    with parts.database.write() as conn:
        _running(conn, follow_up_id)
        ended = follow_ups.end(
            conn,
            follow_up_id,
            status=FollowUpStatus.CANCELLED,
            reason=Reason(BY_AGENT, {"agent_id": agent_id, "why": reason}),
            now=now,
        )
        if not ended:
            raise UnknownFollowUp
        audit_log.write(
            conn,
            at=now,
            actor=f"agent:{agent_id}",
            action="follow-up cancelled",
            subject=f"follow-up:{follow_up_id}",
            after={"reason": reason},
        )


def _running(conn: Connection, follow_up_id: int) -> FollowUp:
    follow_up = follow_ups.get(conn, follow_up_id)
    if follow_up is None or follow_up.status not in {FollowUpStatus.PENDING, FollowUpStatus.DISPATCHED}:
        raise UnknownFollowUp
    return follow_up


def _change_state(conn: Connection, complaint: Complaint, state: State, agent_id: int, now: datetime) -> None:
    complaints.set_state(conn, complaint.id, state)
    complaints.add_action(
        conn,
        complaint.id,
        at=now,
        actor_id=agent_id,
        kind="corrected",
        details={"before": complaint.state, "after": state},
    )
    if state is State.NOT_A_COMPLAINT:
        _end_follow_ups(conn, complaint, agent_id, now)
    # No note: the field says it, and a note for every click would bury the conversation.
    fields = to_custom_fields(conn, FieldValues(state=state))
    if fields:
        marker = notes.new_marker()
        outbox.add(
            conn,
            key=f"correct:{marker}",
            kind="enrich",
            ticket_id=complaint.ticket_id,
            marker=marker,
            note=None,
            fields=fields,
            priority=CORRECTION_PRIORITY,
            now=now,
        )
    audit_log.write(
        conn,
        at=now,
        actor=f"agent:{agent_id}",
        action="complaint corrected",
        subject=f"ticket:{complaint.ticket_id}",
        before={"state": complaint.state},
        after={"state": state},
    )


def _end_follow_ups(conn: Connection, complaint: Complaint, agent_id: int, now: datetime) -> None:
    for follow_up in follow_ups.running(conn, complaint.ticket_id):
        # A promise to the requester, or what an admin's trigger started, outlives the machine's mistake.
        if follow_up.complaint_id == complaint.id and follow_up.name != "promise":
            follow_ups.end(
                conn,
                follow_up.id,
                status=FollowUpStatus.CANCELLED,
                reason=Reason("not_a_complaint", {"agent_id": agent_id}),
                now=now,
            )


def _open_for_agent(parts: Parts, case: Case, agent_id: int, now: datetime) -> None:
    assessment = Assessment(
        is_complaint=True,
        score=1.0,
        threshold=0.0,
        severity=1.0,
        band=Band.LOW,
        category=Category.OTHER,
        language=(case.requester.locale or parts.settings.note_locale).split("-")[0],
        reasons=(Reason(BY_AGENT),),
        by_rule=BY_AGENT,
    )
    opening = decide_opening(parts, case, assessment, now)
    with parts.database.write() as conn:
        if complaints.by_ticket(conn, case.ticket.id) is None:
            open_complaint(conn, opening, now)
        complaint = complaints.by_ticket(conn, case.ticket.id)
        if complaint is not None and complaint.state is not State.CONFIRMED:
            _change_state(conn, complaint, State.CONFIRMED, agent_id, now)
