"""Follow-ups that stand still while their ticket waits, where their step says so, and go on when it does.

What was left when the pause began is left when it ends, counted as the step counts: business hours by the
calendar, days by the whole days on which the pause fell. A day that a person chose stands.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain import planning
from integration.domain.calendar import Calendar
from integration.domain.followup import FollowUp
from integration.domain.policy import Policy, Step
from integration.domain.ticket import Ticket
from integration.handling.clocks import calendar_of
from integration.parts import Parts
from integration.store import audit_log, clocks, complaints, follow_ups, pauses
from integration.store.clocks import CountedStep
from integration.zendesk.events import Event, StatusChanged

LOOK_AGAIN = timedelta(days=1)


def put_off_while_paused(parts: Parts, follow_up: FollowUp, ticket: Ticket, now: datetime) -> bool:
    """Let a due follow-up wait where its ticket does, or did unheard; False where it is to speak now."""
    with parts.database.read() as conn:
        complaint = complaints.by_ticket(conn, ticket.id)
        counted = clocks.counted_step(conn, follow_up.id)
        if complaint is None or counted is None:
            return False
        policy = parts.shelf.running(complaint.policy_id, complaint.policy_version, now)
        calendar = calendar_of(parts, conn, policy, now)
    step = policy.step(follow_up.name)
    if step is None or not step.paused_by:
        return False
    with parts.database.write() as conn:
        if ticket.status in step.paused_by:
            # The event of it was lost: it waited before it was due, and at the latest since it was touched.
            _begin(conn, counted, ticket, min(ticket.updated_at, counted.due_at), now)
            # The ticket's next event brings it back sooner; a day is for the event that never came.
            follow_ups.postpone(conn, counted.id, now + LOOK_AGAIN)
            return True
        if counted.pauses.since is None:
            return False
        due_at = _end(conn, counted, policy, step, calendar, min(ticket.updated_at, now), now)
        return due_at > now


def follow_status(
    parts: Parts, conn: Connection, ticket: Ticket, events: Iterable[Event], now: datetime
) -> None:
    """Let follow-ups stand still or go on, as the ticket's status has it since `events`."""
    complaint = complaints.by_ticket(conn, ticket.id)
    if complaint is None:
        return
    policy = parts.shelf.running(complaint.policy_id, complaint.policy_version, now)
    if not any(step.paused_by for step in policy.steps):
        return
    calendar = calendar_of(parts, conn, policy, now)
    changed = [event.occurred_at for event in events if isinstance(event.change, StatusChanged)]
    since = min(max(changed, default=ticket.updated_at), now)
    for counted in clocks.counted_steps(conn, above=0, limit=len(policy.steps), ticket_id=ticket.id):
        step = policy.step(counted.name)
        if step is None or not step.paused_by:
            continue
        if ticket.status in step.paused_by:
            _begin(conn, counted, ticket, since, now)
        elif counted.pauses.since is not None:
            _end(conn, counted, policy, step, calendar, since, now)


def _begin(conn: Connection, counted: CountedStep, ticket: Ticket, since: datetime, now: datetime) -> None:
    if counted.pauses.since is not None:
        return
    began_at = max(since, counted.counted_from)
    pauses.save(conn, counted.id, replace(counted.pauses, since=began_at))
    audit_log.write(
        conn,
        at=now,
        actor="makegood",
        action="follow-up waits",
        subject=f"ticket:{ticket.id}",
        before={"name": counted.name, "due_at": counted.due_at.isoformat()},
        after={"status": ticket.status.value, "since": began_at.isoformat()},
    )


def _end(
    conn: Connection,
    counted: CountedStep,
    policy: Policy,
    step: Step,
    calendar: Calendar,
    ended_at: datetime,
    now: datetime,
) -> datetime:
    """End a pause, move the follow-up by it, and return when it is due now."""
    over = counted.pauses.ended(ended_at)
    due_at = planning.due(policy, step, counted.counted_from, calendar, over.over)
    pauses.save(conn, counted.id, over)
    if due_at != counted.due_at:
        follow_ups.postpone(conn, counted.id, due_at)
    audit_log.write(
        conn,
        at=now,
        actor="makegood",
        action="follow-up goes on",
        subject=f"ticket:{counted.ticket_id}",
        before={"name": counted.name, "due_at": counted.due_at.isoformat()},
        after={"name": counted.name, "due_at": due_at.isoformat()},
    )
    return due_at
