"""Looks into Makegood's own store while the story is played."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from integration.domain.followup import FollowUp
from integration.domain.history import History, Outcome
from integration.domain.ticket import Ticket
from integration.parts import Parts
from integration.store import complaints, tickets
from integration.store import follow_ups as follow_up_rows
from integration.store import history as ledger
from integration.store.complaints import Complaint
from integration.store.tables import complaints as complaint_table
from integration.store.tables import inbox, outbox, requesters


@dataclass(frozen=True, slots=True)
class Hero:
    """A requester of the made-up history whose earlier complaint ended in a known way."""

    requester_id: int
    ticket_id: int
    reference: str
    outcome: str


def somebody_with_a_past(parts: Parts) -> Hero:
    """Return an English-speaking requester with one resolved complaint about a numbered order."""
    row = complaint_table.c
    question = (
        sa.select(row.requester_id, row.ticket_id, row.references, row.outcome)
        .join(requesters, requesters.c.id == row.requester_id)
        .where(
            row.is_imported,
            row.language == "en",
            row.outcome.is_not(None),
            row.outcome != Outcome.UNKNOWN.value,
            requesters.c.is_active,
            requesters.c.merged_into.is_(None),
        )
        .order_by(row.received_at.desc(), row.id)
        .limit(200)
    )
    with parts.database.read() as conn:
        for found in conn.execute(question):
            own = ledger.history_of(conn, found.requester_id, now=parts.clock()).complaints
            if found.references and own and own[0].ticket_id == found.ticket_id:
                return Hero(found.requester_id, found.ticket_id, found.references[0], found.outcome)
    raise LookupError("the made-up history holds nobody with a resolved complaint about an order")


def inbox_rows(parts: Parts, event_ids: Collection[str]) -> int:
    with parts.database.read() as conn:
        question = sa.select(sa.func.count()).where(inbox.c.event_id.in_(event_ids))
        return int(conn.scalar(question) or 0)


def outbox_states(parts: Parts, ticket_id: int) -> list[str]:
    with parts.database.read() as conn:
        question = sa.select(outbox.c.state).where(outbox.c.ticket_id == ticket_id)
        return list(conn.scalars(question))


def is_posted(parts: Parts, ticket_id: int) -> bool:
    """Say whether Makegood wrote on the ticket and has nothing more to write."""
    states = outbox_states(parts, ticket_id)
    return bool(states) and set(states) == {"done"}


def complaint(parts: Parts, ticket_id: int) -> Complaint | None:
    with parts.database.read() as conn:
        return complaints.by_ticket(conn, ticket_id)


def ticket(parts: Parts, ticket_id: int) -> Ticket:
    with parts.database.read() as conn:
        found = tickets.get(conn, ticket_id)
    if found is None:
        raise LookupError(f"ticket {ticket_id} is not in the store")
    return found


def is_worked(parts: Parts, ticket_id: int) -> bool:
    with parts.database.read() as conn:
        return tickets.is_worked(conn, ticket_id)


def follow_ups(parts: Parts, ticket_id: int) -> list[FollowUp]:
    with parts.database.read() as conn:
        return follow_up_rows.of_ticket(conn, ticket_id)


def history(parts: Parts, requester_id: int) -> History:
    with parts.database.read() as conn:
        return ledger.history_of(conn, requester_id, now=parts.clock())
