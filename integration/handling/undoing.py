"""Takes back what an agent recorded: by a further entry of the record, never by changing one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from integration.domain.complaint import Band, State
from integration.domain.followup import FollowUpStatus
from integration.domain.history import Repeat
from integration.domain.reason import Code
from integration.domain.remedy import Decision
from integration.handling import alerts, clock_acts, outcomes, tell_zendesk
from integration.handling.agent_acts import replan, set_state
from integration.parts import Parts
from integration.store import complaints, corrections, encoding, follow_ups
from integration.store import outcomes as rows
from integration.store.complaints import Complaint
from integration.store.outcomes import Entry

_SAID = frozenset({"decision", "cause", "is_satisfied", "not_told_because"})
UNDOABLE = _SAID | clock_acts.KINDS | {"remedy", "severity", "corrected", "same_matter", "resolved"}


class NothingToUndo(Exception):
    """There is no such entry, it was taken back already, or something later stands on it."""


def undo(parts: Parts, entry_id: int, *, agent_id: int) -> int:
    """Take an entry back; return the ticket's id. Raises `NothingToUndo`."""
    now = parts.clock()
    try:
        with parts.database.write() as conn:
            entry = rows.entry(conn, entry_id)
            complaint = complaints.get(conn, entry.complaint_id) if entry else None
            if entry is None or complaint is None or entry.is_undone or entry.kind not in UNDOABLE:
                raise NothingToUndo
            if entry.kind in clock_acts.KINDS:
                clock_acts.take_back(parts, conn, complaint, entry)
            else:
                _take_back(conn, complaint, entry, agent_id, now)
            details = {"before": entry.details.get("after"), "after": entry.details.get("before")}
            undone = details | {"kind": entry.kind}
            outcomes.record(conn, complaint, "undone", undone, agent_id, now, undoes=entry.id)
            outcomes.keep_outcome(conn, complaint.id)
    except (IntegrityError, clock_acts.NotAllowed) as error:  # somebody else was faster
        raise NothingToUndo from error
    if entry.kind in {"severity", "corrected"}:
        replan(parts, complaint.ticket_id, now)
    return complaint.ticket_id


def ticket_of(conn: Connection, entry_id: int) -> int | None:
    """Return the ticket of an entry."""
    entry = rows.entry(conn, entry_id)
    complaint = complaints.get(conn, entry.complaint_id) if entry else None
    return complaint.ticket_id if complaint else None


def _take_back(conn: Connection, complaint: Complaint, entry: Entry, agent_id: int, now: datetime) -> None:
    before: Any = entry.details.get("before")
    after = entry.details.get("after")
    if entry.kind in _SAID:
        _expect(getattr(complaint, entry.kind), after)
        rows.say(conn, complaint.id, **{entry.kind: before}, **_decided(entry.details))
    elif entry.kind == "severity":
        _expect(complaint.assessment.band, after)
        rows.say_band(conn, complaint.id, Band(before), is_said=bool(entry.details.get("was_said")))
        tell_zendesk.of_band(conn, complaint, Band(before), now)
    elif entry.kind == "same_matter":
        _expect(complaint.repeat.ticket_id if complaint.repeat else None, after)
        repeat = _repeat(conn, entry.details)
        rows.say_repeat(conn, complaint.id, repeat, is_said=bool(entry.details.get("was_said")))
    elif entry.kind == "corrected":
        _expect(complaint.state, after)
        _take_state_back(conn, complaint, entry, agent_id, now)
    elif entry.kind == "resolved":
        _expect(complaint.state, State.RESOLVED)
        complaints.set_state(conn, complaint.id, State(before))
        rows.say(conn, complaint.id, resolved_by=None)
        tell_zendesk.of_state(conn, complaint, State(before), now)


def _take_state_back(
    conn: Connection, complaint: Complaint, entry: Entry, agent_id: int, now: datetime
) -> None:
    before: Any = entry.details.get("before")
    corrections.forget_ticket(conn, complaint.ticket_id)
    # A complaint that this entry opened leaves the ledger the only way there is: as none.
    set_state(conn, complaint, State(before) if before else State.NOT_A_COMPLAINT, agent_id, now)
    if entry.details.get("after") != State.NOT_A_COMPLAINT:
        return
    alerts.bring_back(conn, complaint.ticket_id, alerts.DISMISSED, now, agent_id=agent_id)
    for ended in follow_ups.of_ticket(conn, complaint.ticket_id):
        because = ended.reason.code if ended.reason else None
        if ended.status is FollowUpStatus.CANCELLED and because == Code.NOT_A_COMPLAINT:
            follow_ups.reinstate(conn, ended.id)


def _decided(details: Mapping[str, Any]) -> dict[str, datetime | None]:
    if "decided_before" not in details:
        return {}
    before = details["decided_before"]
    return {"decided_at": datetime.fromisoformat(before) if before else None}


def _repeat(conn: Connection, details: Mapping[str, Any]) -> Repeat | None:
    earlier = complaints.by_ticket(conn, details["before"]) if details["before"] else None
    reason = encoding.reason_from_json(details["reason"])
    return Repeat(earlier.id, earlier.ticket_id, reason) if earlier and reason else None


def _expect(value: Decision | Band | State | str | int | bool | None, after: object) -> None:
    """Refuse where somebody has said something else since."""
    if value != after:
        raise NothingToUndo
