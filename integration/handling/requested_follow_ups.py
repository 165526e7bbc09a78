"""An admin's own Zendesk trigger starts or cancels a named follow-up."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain.followup import FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.store import audit_log, complaints, follow_ups
from integration.zendesk.events import FollowUpRequest

NOTE = "named"


def apply_request(conn: Connection, request: FollowUpRequest, now: datetime) -> None:
    """Start the follow-up unless one of its name is running, or cancel the one that is."""
    if request.action == "cancel":
        _cancel(conn, request, now)
        return
    running = complaints.by_ticket(conn, request.ticket_id)
    due_at = request.due_at or now + timedelta(hours=request.due_in_hours or 0)
    planned = follow_ups.plan(
        conn,
        ticket_id=request.ticket_id,
        complaint_id=running.id if running else None,
        name=request.name,
        note=NOTE,
        due_at=due_at,
        now=now,
        satisfied_by=frozenset(),
        what=request.note,
    )
    if planned is not None:
        _log(conn, request, now, "follow-up started by a trigger")


def _cancel(conn: Connection, request: FollowUpRequest, now: datetime) -> None:
    for follow_up in follow_ups.running(conn, request.ticket_id):
        if follow_up.name == request.name:
            follow_ups.end(
                conn,
                follow_up.id,
                status=FollowUpStatus.CANCELLED,
                reason=Reason(Code.CANCELLED_BY_TRIGGER),
                now=now,
            )
            _log(conn, request, now, "follow-up cancelled by a trigger")


def _log(conn: Connection, request: FollowUpRequest, now: datetime, action: str) -> None:
    audit_log.write(
        conn,
        at=now,
        actor="trigger",
        action=action,
        subject=f"ticket:{request.ticket_id}",
        after={"name": request.name},
    )
