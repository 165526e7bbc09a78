"""What agents do to a complaint's clocks: extend a limit, stop and restart, note what no event tells."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from integration.domain import preset
from integration.domain.policy import NOTED_BY_AGENTS, Start
from integration.domain.preset import BadMoment, Deadline, DeadlineState, NotAllowed
from integration.handling.clocks import Applied, applying, refresh_deadlines, traits_of
from integration.handling.next_dates import keep_current
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.store import audit_log, clocks, complaints, tickets
from integration.store.clocks import StopRow
from integration.store.complaints import Complaint
from integration.store.outcomes import Entry

__all__ = ["BadMoment", "NotAllowed", "extend", "note_moment", "restart", "stop", "take_back"]

# What agents wrote may name a person, so it stays out of the log that is never erased.
_WRITTEN = frozenset({"cause", "reason"})


def extend(
    parts: Parts,
    ticket_id: int,
    preset_id: str,
    limit_id: str,
    *,
    cause: str,
    notice_at: datetime,
    agent_id: int,
) -> int:
    """Extend a limit whose requester was told in time; return the entry's id.

    Raises `UnknownTicket`, `NotAllowed` with words, and of these `BadMoment` for a notice that is no good.
    """
    with parts.database.write() as conn:
        complaint, applied = _find(parts, conn, ticket_id, preset_id)
        rule, known = applied.preset.limit(limit_id), _deadline(conn, complaint, preset_id, limit_id)
        if rule is None or known is None or known.state is not DeadlineState.RUNNING:
            raise NotAllowed("This limit does not run, so there is nothing to extend.")
        if notice_at > parts.clock():
            raise BadMoment("The requester must have been told; a notice that is still to come is none.")
        extension = preset.extend(
            rule,
            known,
            cause=cause,
            notice_at=notice_at,
            received_at=complaint.received_at,
            calendar=applied.calendar,
        )
        clocks.set_extension(conn, complaint.id, preset_id, limit_id, extension)
        details = {
            "preset": preset_id,
            "limit": limit_id,
            "until": extension.due_at.isoformat(),
            "told_at": notice_at.isoformat(),
            "cause": extension.cause,
        }
        return _done(parts, conn, complaint, "deadline extended", agent_id, details)


def stop(parts: Parts, ticket_id: int, preset_id: str, *, category: str, reason: str, agent_id: int) -> int:
    """Let a preset's clock stand still where it may; return the entry's id.

    Raises `UnknownTicket` or `NotAllowed`.
    """
    with parts.database.write() as conn:
        complaint, applied = _find(parts, conn, ticket_id, preset_id)
        preset.may_stop(applied.preset, category, reason)
        if _open_stop(conn, complaint, preset_id):
            raise NotAllowed("This clock stands still already.")
        stop_id = clocks.add_stop(
            conn,
            complaint.id,
            preset_id,
            category=category,
            reason=reason.strip(),
            began_at=parts.clock(),
            actor_id=agent_id,
        )
        details = {"preset": preset_id, "category": category, "reason": reason.strip(), "stop": stop_id}
        return _done(parts, conn, complaint, "clock stopped", agent_id, details)


def restart(parts: Parts, ticket_id: int, preset_id: str, *, agent_id: int) -> int:
    """Let a preset's clock run again; return the entry's id. Raises `UnknownTicket` or `NotAllowed`."""
    with parts.database.write() as conn:
        complaint, _ = _find(parts, conn, ticket_id, preset_id)
        lasting = _open_stop(conn, complaint, preset_id)
        if lasting is None or not clocks.end_stop(conn, lasting.id, parts.clock()):
            raise NotAllowed("This clock does not stand still.")
        details = {"preset": preset_id, "stop": lasting.id}
        return _done(parts, conn, complaint, "clock restarted", agent_id, details)


def note_moment(parts: Parts, ticket_id: int, start: Start, at: datetime, *, agent_id: int) -> int:
    """Note when a complaint was handed on, an offer made or accepted, or the next stage asked for.

    Returns the entry's id. Raises `UnknownTicket`, `NotAllowed` for what Zendesk tells, and `BadMoment` for
    a moment before the receipt or ahead.
    """
    with parts.database.write() as conn:
        complaint = complaints.by_ticket(conn, ticket_id)
        if complaint is None:
            raise UnknownTicket(ticket_id)
        if start not in NOTED_BY_AGENTS:
            raise NotAllowed("This moment is read from the ticket and cannot be noted.")
        if not complaint.received_at <= at <= parts.clock():
            raise BadMoment("It cannot have happened before the complaint, or later than now.")
        before = clocks.noted(conn, complaint.id).get(start)
        clocks.note_moment(conn, complaint.id, start, at, actor_id=agent_id)
        details = {
            "moment": start.value,
            "before": before and before.isoformat(),
            "after": at.isoformat(),
        }
        return _done(parts, conn, complaint, "moment noted", agent_id, details)


def take_back(parts: Parts, conn: Connection, complaint: Complaint, entry: Entry) -> None:
    """Undo one of these acts. Raises `NotAllowed` where something later stands on it."""
    if not _UNDO[entry.kind](conn, complaint, entry.details):
        raise NotAllowed("Something later stands on this.")
    _count_again(parts, conn, complaint)


def _take_extension_back(conn: Connection, complaint: Complaint, details: Mapping[str, Any]) -> bool:
    preset_id, limit_id = details["preset"], details["limit"]
    known = _deadline(conn, complaint, preset_id, limit_id)
    if known is None or known.state is not DeadlineState.RUNNING or known.extension is None:
        return False
    return clocks.set_extension(conn, complaint.id, preset_id, limit_id, None)


def _take_restart_back(conn: Connection, complaint: Complaint, details: Mapping[str, Any]) -> bool:
    is_stopped = _open_stop(conn, complaint, details["preset"]) is not None
    return not is_stopped and clocks.reopen_stop(conn, details["stop"])


def _take_moment_back(conn: Connection, complaint: Complaint, details: Mapping[str, Any]) -> bool:
    start, before = Start(details["moment"]), details["before"]
    if clocks.noted(conn, complaint.id).get(start) != datetime.fromisoformat(details["after"]):
        return False
    if before is None:
        clocks.forget_moment(conn, complaint.id, start)
    else:
        clocks.note_moment(conn, complaint.id, start, datetime.fromisoformat(before), actor_id=None)
    return True


_Undo = Callable[[Connection, Complaint, Mapping[str, Any]], bool]

_UNDO: Mapping[str, _Undo] = {
    "deadline_extended": _take_extension_back,
    "clock_stopped": lambda conn, _, details: clocks.forget_stop(conn, details["stop"]),
    "clock_restarted": _take_restart_back,
    "moment_noted": _take_moment_back,
}
KINDS = frozenset(_UNDO)


def _find(parts: Parts, conn: Connection, ticket_id: int, preset_id: str) -> tuple[Complaint, Applied]:
    complaint, ticket = complaints.by_ticket(conn, ticket_id), tickets.get(conn, ticket_id)
    if complaint is None or ticket is None:
        raise UnknownTicket(ticket_id)
    traits = traits_of(parts, ticket, complaint.assessment)
    for each in applying(parts, traits, complaint.received_at):
        if each.preset.id == preset_id:
            return complaint, each
    raise NotAllowed(f"{preset_id} does not apply to this complaint.")


def _deadline(conn: Connection, complaint: Complaint, preset_id: str, limit_id: str) -> Deadline | None:
    known = clocks.deadlines_of(conn, complaint.id)
    return next((each for each in known if (each.preset_id, each.limit_id) == (preset_id, limit_id)), None)


def _open_stop(conn: Connection, complaint: Complaint, preset_id: str) -> StopRow | None:
    stops = clocks.stops(conn, complaint.id)
    return next((each for each in stops if each.preset_id == preset_id and each.ended_at is None), None)


def _done(
    parts: Parts, conn: Connection, complaint: Complaint, action: str, agent_id: int, details: dict[str, Any]
) -> int:
    now = parts.clock()
    kind = action.replace(" ", "_")
    entry_id = complaints.add_action(
        conn, complaint.id, at=now, actor_id=agent_id, kind=kind, details=details
    )
    audit_log.write(
        conn,
        at=now,
        actor=f"agent:{agent_id}",
        action=action,
        subject=f"ticket:{complaint.ticket_id}",
        after={"entry": entry_id} | {name: details[name] for name in details.keys() - _WRITTEN},
    )
    _count_again(parts, conn, complaint)
    return entry_id


def _count_again(parts: Parts, conn: Connection, complaint: Complaint) -> None:
    ticket = tickets.get(conn, complaint.ticket_id)
    if ticket is not None:
        refresh_deadlines(parts, conn, complaint, ticket, tickets.comments(conn, ticket.id))
    keep_current(parts, conn, complaint.ticket_id, parts.clock())
