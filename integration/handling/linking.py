"""Which matter a ticket belongs to and whose it is, by an agent's word; identities are never guessed."""

from sqlalchemy import Connection

from integration.domain.complaint import State
from integration.domain.history import Repeat
from integration.domain.reason import Code, Reason
from integration.handling import outcomes
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.store import audit_log, complaints, encoding, tickets
from integration.store import outcomes as rows
from integration.store.complaints import Complaint


class NoSuchMatter(Exception):
    """The other ticket is not known, is no complaint, or is this one."""


def same_matter(parts: Parts, ticket_id: int, other_ticket_id: int, *, agent_id: int) -> int | None:
    """Say that a complaint continues that of another ticket; None when it was said already.

    Raises `UnknownTicket`, `NoComplaint` or `NoSuchMatter`.
    """
    with parts.database.read() as conn:
        earlier = complaints.by_ticket(conn, other_ticket_id)
    if earlier is None or other_ticket_id == ticket_id or earlier.state is State.NOT_A_COMPLAINT:
        raise NoSuchMatter
    reason = Reason(Code.BY_AGENT, {"ticket_id": other_ticket_id})
    return _say(parts, ticket_id, Repeat(earlier.id, other_ticket_id, reason), agent_id)


def other_matter(parts: Parts, ticket_id: int, *, agent_id: int) -> int | None:
    """Say that a complaint continues no other. Raises `UnknownTicket` or `NoComplaint`."""
    return _say(parts, ticket_id, None, agent_id)


def wrong_person(parts: Parts, ticket_id: int, *, agent_id: int) -> None:
    """Say that a ticket was written for somebody else: this requester's history is not its own.

    Raises `UnknownTicket`.
    """
    now = parts.clock()
    with parts.database.write() as conn:
        if tickets.get(conn, ticket_id) is None:
            raise UnknownTicket
        if rows.detach(conn, ticket_id, agent_id=agent_id, now=now):
            _log(parts, conn, ticket_id, "history detached", agent_id)


def right_person(parts: Parts, ticket_id: int, *, agent_id: int) -> None:
    """Take that back. Raises `UnknownTicket`."""
    with parts.database.write() as conn:
        if tickets.get(conn, ticket_id) is None:
            raise UnknownTicket
        if rows.attach(conn, ticket_id):
            _log(parts, conn, ticket_id, "history attached", agent_id)


def _say(parts: Parts, ticket_id: int, repeat: Repeat | None, agent_id: int) -> int | None:
    now = parts.clock()
    with parts.database.write() as conn:
        complaint = outcomes.of_ticket(conn, ticket_id)
        if complaint.is_repeat_said and _ticket_of(complaint) == (repeat and repeat.ticket_id):
            return None
        rows.say_repeat(conn, complaint.id, repeat, is_said=True)
        details = {
            "before": _ticket_of(complaint),
            "after": repeat and repeat.ticket_id,
            "was_said": complaint.is_repeat_said,
            "reason": encoding.reason_to_json(complaint.repeat.reason) if complaint.repeat else None,
        }
        return outcomes.record(conn, complaint, "same_matter", details, agent_id, now)


def _ticket_of(complaint: Complaint) -> int | None:
    return complaint.repeat.ticket_id if complaint.repeat else None


def _log(parts: Parts, conn: Connection, ticket_id: int, action: str, agent_id: int) -> None:
    audit_log.write(
        conn, at=parts.clock(), actor=f"agent:{agent_id}", action=action, subject=f"ticket:{ticket_id}"
    )
