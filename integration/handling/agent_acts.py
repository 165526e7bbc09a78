"""What agents say of a complaint in the sidebar: whether it is one, and how severe."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection

from integration.domain.complaint import Assessment, Band, Category, State
from integration.domain.followup import FollowUpStatus
from integration.domain.reason import Reason
from integration.handling import alerts, outcomes, tell_zendesk
from integration.handling.case import Case, read_case
from integration.handling.clocks import refresh_by_ticket
from integration.handling.corrections import note_correction
from integration.handling.new_complaint import decide_opening, open_complaint
from integration.handling.next_dates import keep_current
from integration.handling.running_complaint import decide_progress, record_progress
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.store import clocks, complaints, follow_ups
from integration.store.complaints import Complaint
from integration.store.outcomes import say_band

BY_AGENT = "by_agent"


class Judgement(StrEnum):
    """An agent's word on whether this is a complaint; it beats the machine's."""

    CONFIRMED = "confirmed"
    NOT_A_COMPLAINT = "not_a_complaint"


def correct(parts: Parts, ticket_id: int, judgement: Judgement, *, agent_id: int) -> int | None:
    """Go by the agent's word, at once and from now on; None when nothing changed. Raises `UnknownTicket`."""
    now = parts.clock()
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
    if case is None:
        raise UnknownTicket
    is_complaint = judgement is Judgement.CONFIRMED
    with parts.database.write() as conn:
        note_correction(conn, ticket_id=ticket_id, agent_id=agent_id, is_complaint=is_complaint, now=now)
        entry_id = _correct(conn, ticket_id, State(judgement), agent_id, now)
        if entry_id is not None:
            keep_current(parts, conn, ticket_id, now)
    if case.complaint is None and is_complaint:
        return _open_for_agent(parts, case, agent_id, now)
    return entry_id


def _correct(conn: Connection, ticket_id: int, state: State, agent_id: int, now: datetime) -> int | None:
    complaint = complaints.by_ticket(conn, ticket_id)
    if complaint is None or complaint.state is state:
        return None
    set_state(conn, complaint, state, agent_id, now)
    details = {"before": complaint.state, "after": state}
    return outcomes.record(conn, complaint, "corrected", details, agent_id, now)


def set_severity(parts: Parts, ticket_id: int, band: Band, *, agent_id: int) -> int | None:
    """Go by the agent's word on how severe it is; None when it was said already.

    Raises `UnknownTicket` or `NoComplaint`.
    """
    now = parts.clock()
    with parts.database.write() as conn:
        note_correction(
            conn, ticket_id=ticket_id, agent_id=agent_id, is_complaint=True, severity=band, now=now
        )
        complaint = outcomes.of_ticket(conn, ticket_id)
        before = complaint.assessment.band
        if before is band and complaint.is_band_said:
            return None
        say_band(conn, complaint.id, band, is_said=True)
        tell_zendesk.of_band(conn, complaint, band, now)
        details = {"before": before, "after": band, "was_said": complaint.is_band_said}
        entry_id = outcomes.record(conn, complaint, "severity", details, agent_id, now)
    replan(parts, ticket_id, now)
    return entry_id


def replan(parts: Parts, ticket_id: int, now: datetime) -> None:
    """Let the follow-ups fit what was said."""
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
    if case is None or case.complaint is None:
        return
    progress = decide_progress(parts, case, case.complaint, case.complaint.assessment, now)
    with parts.database.write() as conn:
        record_progress(conn, case, progress, now)
        refresh_by_ticket(parts, conn, case.ticket, case.comments)
        keep_current(parts, conn, ticket_id, now)


def set_state(conn: Connection, complaint: Complaint, state: State, agent_id: int, now: datetime) -> None:
    """Let a complaint stand where an agent says, and its follow-ups, alerts and field with it."""
    complaints.set_state(conn, complaint.id, state)
    if state is State.NOT_A_COMPLAINT:
        _end_follow_ups(conn, complaint, agent_id, now)
        clocks.cancel_open(conn, complaint.id)
        alerts.end_all(conn, complaint.ticket_id, alerts.DISMISSED, now, agent_id=agent_id)
    tell_zendesk.of_state(conn, complaint, state, now)


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


def _open_for_agent(parts: Parts, case: Case, agent_id: int, now: datetime) -> int | None:
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
        if complaint is None or complaint.state is State.CONFIRMED:
            return None
        set_state(conn, complaint, State.CONFIRMED, agent_id, now)
        details = {"before": None, "after": State.CONFIRMED}
        return outcomes.record(conn, complaint, "corrected", details, agent_id, now)
