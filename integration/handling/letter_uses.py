"""The letters that agents insert: remembered for the requester and learned from, until they are taken out."""

from sqlalchemy import Connection

from integration.domain.letter import fingerprint
from integration.handling import outcomes, promises, suggesting
from integration.handling.case import read_case
from integration.handling.next_dates import keep_current
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.responses.library import PromiseOffer
from integration.store import choices, complaints, counters, suggestion_uses
from integration.store import outcomes as rows
from integration.store.complaints import Complaint
from integration.store.suggestion_uses import Use

USED = "suggestion used"


class UnknownUse(Exception):
    """There is no such letter, it was taken out already, or it was sent."""


def use_suggestion(
    parts: Parts,
    ticket_id: int,
    template_id: str,
    locale: str,
    *,
    agent_id: int,
    was_found: bool = False,
    inserted: str = "",
    offer: PromiseOffer | None = None,
) -> int:
    """Remember that this requester was given this text, so that the next one is another, and learn from it.

    `was_found` says that the agent searched for it; `inserted` is the text as it went into the composer, to
    tell later whether it was sent so; `offer` is what it promises. Returns the id that `take_out` asks for.
    Raises `UnknownTicket`.
    """
    now = parts.clock()
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
    if case is None:
        raise UnknownTicket
    # Before the write begins: on SQLite everybody else would wait for the encoder.
    meaning = suggesting.meaning_of(parts, case)
    with parts.database.write() as conn:
        if meaning is not None:
            choices.add(
                conn,
                template_id=template_id,
                ticket_id=ticket_id,
                vector=meaning[0],
                was_found=was_found,
                now=now,
            )
        use_id = suggestion_uses.add(
            conn,
            requester_id=case.requester.id,
            ticket_id=ticket_id,
            template_id=template_id,
            locale=locale,
            agent_id=agent_id,
            now=now,
            fingerprint=fingerprint(inserted),
        )
        if case.complaint is not None:
            complaints.add_action(
                conn,
                case.complaint.id,
                at=now,
                actor_id=agent_id,
                kind=USED,
                details={"template_id": template_id, "locale": locale, "use": use_id},
            )
        if offer is not None:
            promises.promise_by_letter(
                parts, conn, ticket_id, offer.what, offer.by, template_id, agent_id=agent_id, now=now
            )
            keep_current(parts, conn, ticket_id, now)
        counters.add(conn, "suggestions_used")
    return use_id


def ticket_of(conn: Connection, use_id: int) -> int | None:
    """Return the ticket for which a letter was inserted, as long as it can be taken out."""
    use = suggestion_uses.unsent(conn, use_id)
    return use.ticket_id if use else None


def take_out(parts: Parts, use_id: int, *, agent_id: int) -> None:
    """Forget a letter that an agent took out again: what it taught, what it promised. Raises `UnknownUse`.

    What the same letter taught stays where it was inserted for this ticket another time.
    """
    now = parts.clock()
    with parts.database.write() as conn:
        use = suggestion_uses.unsent(conn, use_id)
        if use is None or not suggestion_uses.forget(conn, use_id):
            raise UnknownUse
        if not suggestion_uses.is_used(conn, use.ticket_id, use.template_id):
            choices.forget(conn, use.template_id, use.ticket_id)
            promises.withdraw_letter(conn, use.ticket_id, use.template_id, agent_id=agent_id, now=now)
        complaint = complaints.by_ticket(conn, use.ticket_id)
        entry_id = _entry(conn, complaint, use) if complaint else None
        if complaint and entry_id:
            details = {"kind": "suggestion_used", "before": use.template_id}
            outcomes.record(conn, complaint, "undone", details, agent_id, now, undoes=entry_id)
        keep_current(parts, conn, use.ticket_id, now)


def _entry(conn: Connection, complaint: Complaint, use: Use) -> int | None:
    found = (entry for entry in rows.entries(conn, complaint.id) if entry.kind == USED)
    return next((entry.id for entry in found if entry.details.get("use") == use.id), None)
