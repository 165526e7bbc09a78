"""What agents do with a follow-up in the sidebar: move it, end it, take that back."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain.followup import FollowUp, FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.handling.next_dates import keep_current
from integration.parts import Parts
from integration.store import audit_log, follow_ups

LATEST = timedelta(days=366)
_RUNNING = frozenset({FollowUpStatus.PENDING, FollowUpStatus.DISPATCHED})


class UnknownFollowUp(Exception):
    """There is no such follow-up, or it has ended, or it cannot run again."""


class BadDueTime(Exception):
    """The wanted moment is past or more than a year away."""


def reschedule(parts: Parts, follow_up_id: int, due_at: datetime, *, agent_id: int) -> datetime:
    """Move a running follow-up; return when it was due. Raises `UnknownFollowUp` or `BadDueTime`."""
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
        keep_current(parts, conn, before.ticket_id, now)
    return before.due_at


def cancel(parts: Parts, follow_up_id: int, reason: str, *, agent_id: int) -> None:
    """End a follow-up that is no longer needed. Raises `UnknownFollowUp`."""
    _end(parts, follow_up_id, FollowUpStatus.CANCELLED, reason, agent_id)


def done(parts: Parts, follow_up_id: int, *, agent_id: int) -> None:
    """End a follow-up because what it asks for was done. Raises `UnknownFollowUp`."""
    _end(parts, follow_up_id, FollowUpStatus.SATISFIED, "done", agent_id)


def reinstate(parts: Parts, follow_up_id: int, *, agent_id: int) -> None:
    """Let a follow-up that an agent ended run again. Raises `UnknownFollowUp`."""
    now = parts.clock()
    with parts.database.write() as conn:
        ended = follow_ups.get(conn, follow_up_id)
        by_hand = ended is not None and ended.reason is not None and ended.reason.code == Code.BY_AGENT
        if not by_hand or not follow_ups.reinstate(conn, follow_up_id):
            raise UnknownFollowUp
        audit_log.write(
            conn,
            at=now,
            actor=f"agent:{agent_id}",
            action="follow-up taken up again",
            subject=f"follow-up:{follow_up_id}",
        )


def _end(parts: Parts, follow_up_id: int, status: FollowUpStatus, why: str, agent_id: int) -> None:
    now = parts.clock()
    with parts.database.write() as conn:
        running = _running(conn, follow_up_id)
        reason = Reason(Code.BY_AGENT, {"agent_id": agent_id, "why": why})
        if not follow_ups.end(conn, follow_up_id, status=status, reason=reason, now=now):
            raise UnknownFollowUp
        audit_log.write(
            conn,
            at=now,
            actor=f"agent:{agent_id}",
            action="follow-up cancelled" if status is FollowUpStatus.CANCELLED else "follow-up done",
            subject=f"follow-up:{follow_up_id}",
            after={"reason": why},
        )
        keep_current(parts, conn, running.ticket_id, now)


def _running(conn: Connection, follow_up_id: int) -> FollowUp:
    follow_up = follow_ups.get(conn, follow_up_id)
    if follow_up is None or follow_up.status not in _RUNNING:
        raise UnknownFollowUp
    return follow_up
