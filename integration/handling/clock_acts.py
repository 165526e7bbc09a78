"""What agents do to a complaint's clocks: extend a limit, stop and restart, note what no event tells."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from integration.domain import preset
from integration.domain.policy import NOTED_BY_AGENTS, Start
from integration.domain.preset import DeadlineState, NotAllowed
from integration.handling.clocks import Applied, applying, refresh_deadlines, traits_of
from integration.handling.next_dates import keep_current
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.store import audit_log, clocks, complaints, tickets
from integration.store.complaints import Complaint

__all__ = ["NotAllowed", "extend", "note_moment", "restart", "stop"]


def extend(
    parts: Parts,
    ticket_id: int,
    preset_id: str,
    limit_id: str,
    *,
    cause: str,
    notice_at: datetime,
    agent_id: int,
) -> datetime:
    """Extend a limit whose requester was told in time; return the new limit.

    Raises `UnknownTicket`, and `NotAllowed` with words for the agent.
    """
    with parts.database.write() as conn:
        complaint, applied = _find(parts, conn, ticket_id, preset_id)
        rule = applied.preset.limit(limit_id)
        known = next(
            (
                each
                for each in clocks.deadlines_of(conn, complaint.id)
                if (each.preset_id, each.limit_id) == (preset_id, limit_id)
            ),
            None,
        )
        if rule is None or known is None or known.state is not DeadlineState.RUNNING:
            raise NotAllowed("This limit does not run, so there is nothing to extend.")
        extension = preset.extend(
            rule,
            known,
            cause=cause,
            notice_at=notice_at,
            received_at=complaint.received_at,
            calendar=applied.calendar,
        )
        clocks.set_extension(conn, complaint.id, preset_id, limit_id, extension)
        after = {"until": extension.due_at.isoformat(), "cause": extension.cause}
        _done(parts, conn, complaint, "deadline extended", agent_id, {"preset": preset_id, **after})
        return extension.due_at


def stop(parts: Parts, ticket_id: int, preset_id: str, *, category: str, reason: str, agent_id: int) -> None:
    """Let a preset's clock stand still where it may. Raises `UnknownTicket` or `NotAllowed`."""
    with parts.database.write() as conn:
        complaint, applied = _find(parts, conn, ticket_id, preset_id)
        preset.may_stop(applied.preset, category, reason)
        if any(s.preset_id == preset_id and s.ended_at is None for s in clocks.stops(conn, complaint.id)):
            raise NotAllowed("This clock stands still already.")
        clocks.add_stop(
            conn,
            complaint.id,
            preset_id,
            category=category,
            reason=reason.strip(),
            began_at=parts.clock(),
            actor_id=agent_id,
        )
        details = {"preset": preset_id, "category": category}
        _done(parts, conn, complaint, "clock stopped", agent_id, details)


def restart(parts: Parts, ticket_id: int, preset_id: str, *, agent_id: int) -> None:
    """Let a preset's clock run again. Raises `UnknownTicket` or `NotAllowed`."""
    with parts.database.write() as conn:
        complaint, _ = _find(parts, conn, ticket_id, preset_id)
        if not clocks.end_stops(conn, complaint.id, preset_id, parts.clock()):
            raise NotAllowed("This clock does not stand still.")
        _done(parts, conn, complaint, "clock restarted", agent_id, {"preset": preset_id})


def note_moment(parts: Parts, ticket_id: int, start: Start, at: datetime, *, agent_id: int) -> None:
    """Note when a complaint was handed on, an offer made or accepted, or the next stage asked for.

    Raises `UnknownTicket`, and `NotAllowed` for a moment before the receipt, ahead, or told by Zendesk.
    """
    with parts.database.write() as conn:
        complaint = complaints.by_ticket(conn, ticket_id)
        if complaint is None:
            raise UnknownTicket(ticket_id)
        if start not in NOTED_BY_AGENTS:
            raise NotAllowed("This moment is read from the ticket and cannot be noted.")
        if not complaint.received_at <= at <= parts.clock():
            raise NotAllowed("It cannot have happened before the complaint, or later than now.")
        clocks.note_moment(conn, complaint.id, start, at, actor_id=agent_id)
        details = {"moment": start.value, "at": at.isoformat()}
        _done(parts, conn, complaint, "moment noted", agent_id, details)


def _find(parts: Parts, conn: Connection, ticket_id: int, preset_id: str) -> tuple[Complaint, Applied]:
    complaint, ticket = complaints.by_ticket(conn, ticket_id), tickets.get(conn, ticket_id)
    if complaint is None or ticket is None:
        raise UnknownTicket(ticket_id)
    traits = traits_of(parts, ticket, complaint.assessment)
    for each in applying(parts, traits, complaint.received_at):
        if each.preset.id == preset_id:
            return complaint, each
    raise NotAllowed(f"{preset_id} does not apply to this complaint.")


def _done(
    parts: Parts, conn: Connection, complaint: Complaint, action: str, agent_id: int, details: dict[str, Any]
) -> None:
    now, ticket = parts.clock(), tickets.get(conn, complaint.ticket_id)
    if ticket is not None:
        refresh_deadlines(parts, conn, complaint, ticket, tickets.comments(conn, ticket.id))
    kind = action.replace(" ", "_")
    complaints.add_action(conn, complaint.id, at=now, actor_id=agent_id, kind=kind, details=details)
    audit_log.write(
        conn,
        at=now,
        actor=f"agent:{agent_id}",
        action=action,
        subject=f"ticket:{complaint.ticket_id}",
        after=details,
    )
    keep_current(parts, conn, complaint.ticket_id, now)
