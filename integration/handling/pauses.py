"""Follow-ups that wait while the ticket waits, where their step says so, and go on when it does."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain import planning
from integration.domain.followup import FollowUp
from integration.domain.ticket import Ticket
from integration.handling.clocks import calendar_of
from integration.parts import Parts
from integration.store import audit_log, clocks, complaints, follow_ups

LOOK_AGAIN = timedelta(days=1)


def put_off_while_paused(parts: Parts, follow_up: FollowUp, ticket: Ticket, now: datetime) -> bool:
    """Let a due follow-up wait because of the ticket's status; False where its step does not say so."""
    with parts.database.read() as conn:
        complaint = complaints.by_ticket(conn, ticket.id)
    if complaint is None or complaint.id != follow_up.complaint_id:
        return False
    policy = parts.shelf.running(complaint.policy_id, complaint.policy_version, now)
    step = policy.step(follow_up.name)
    if step is None or ticket.status not in step.paused_by:
        return False
    # The ticket's next event brings it back sooner; a day is for the event that never came.
    until = now + LOOK_AGAIN
    with parts.database.write() as conn:
        if follow_ups.postpone(conn, follow_up.id, until):
            audit_log.write(
                conn,
                at=now,
                actor="makegood",
                action="follow-up waits",
                subject=f"ticket:{ticket.id}",
                before={"name": follow_up.name, "due_at": follow_up.due_at.isoformat()},
                after={"status": ticket.status.value, "until": until.isoformat()},
            )
    return True


def go_on(parts: Parts, conn: Connection, ticket: Ticket, now: datetime) -> None:
    """Bring back to their day the follow-ups that waited for the ticket, once it waits no longer."""
    complaint = complaints.by_ticket(conn, ticket.id)
    if complaint is None:
        return
    policy = parts.shelf.running(complaint.policy_id, complaint.policy_version, now)
    if not any(step.paused_by for step in policy.steps):
        return
    calendar = calendar_of(parts, conn, policy, now)
    for waiting in clocks.counted_steps(conn, above=0, limit=len(policy.steps), ticket_id=ticket.id):
        step = policy.step(waiting.name)
        if step is None or not step.paused_by or ticket.status in step.paused_by:
            continue
        due_at = max(planning.due(policy, step, waiting.counted_from, calendar), now)
        if due_at < waiting.due_at:
            follow_ups.postpone(conn, waiting.id, due_at)
