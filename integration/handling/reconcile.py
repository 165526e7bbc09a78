"""Fetches what webhooks lost: every few minutes the incremental export says what changed in Zendesk."""

import logging
from datetime import datetime, timedelta
from functools import partial

import orjson
from sqlalchemy import Connection

from integration.domain.ticket import Ticket
from integration.handling.ordering import order_at
from integration.parts import Parts
from integration.store import counters, inbox, kept, requesters, tickets
from integration.zendesk.errors import RateLimited, ZendeskError
from integration.zendesk.export import export_tickets, export_users, readable
from integration.zendesk.json_shapes import requester_from_json, ticket_from_json

log = logging.getLogger(__name__)

TICKETS_CURSOR = "export_tickets_cursor"
USERS_CURSOR = "export_users_cursor"
LAST_RUN = "last_reconciliation"
OVERLAP = timedelta(minutes=10)
MAX_PAGES = 20


def reconcile(parts: Parts) -> None:
    """Take in the changes since the last run; a ticket that we saw later ourselves stays as it is."""
    now = parts.clock()
    try:
        users = _take_pages(parts, USERS_CURSOR, now)
        missed = _take_pages(parts, TICKETS_CURSOR, now)
    except RateLimited as error:
        log.info("Reconciliation waits for the export limit.", extra={"retry_after": error.retry_after})
        return
    except ZendeskError as error:
        log.warning("Reconciliation failed and will be tried again.", extra={"reason": str(error)})
        return
    with parts.database.write() as conn:
        kept.put(conn, LAST_RUN, {"at": now.isoformat(), "missed": missed, "users": users}, now=now)
        counters.add(conn, "events_found_by_reconciliation", missed)


def _take_pages(parts: Parts, name: str, now: datetime) -> int:
    with parts.database.read() as conn:
        cursor = kept.get(conn, name)
    found = 0
    export = export_tickets if name == TICKETS_CURSOR else export_users
    start_time = None if cursor else now - OVERLAP
    pages = export(parts.zendesk.session, cursor=cursor, start_time=start_time)
    for number, page in enumerate(pages, start=1):
        with parts.database.write() as conn:
            if name == TICKETS_CURSOR:
                found += sum(readable(page.items, partial(_take_ticket, conn, now)))
            else:
                for person in readable(page.items, requester_from_json):
                    order = order_at(person.updated_at) if person.updated_at else ""
                    requesters.save(conn, person, order=order)
            if page.cursor:
                kept.put(conn, name, page.cursor, now=now)
        if page.end_of_stream or number >= MAX_PAGES:
            break
    return found


def _take_ticket(conn: Connection, now: datetime, item: object) -> int:
    """Put a ticket that says something new into the inbox, to be worked like an event."""
    ticket = ticket_from_json(item)
    order = order_at(ticket.updated_at)
    known = tickets.get(conn, ticket.id)
    if order <= (tickets.order_of(conn, ticket.id) or "") or (known and _tells(known) == _tells(ticket)):
        return 0
    is_new = inbox.add(
        conn,
        event_id=f"snapshot:{ticket.id}:{order}",
        kind="snapshot",
        type="ticket.snapshot",
        ticket_id=ticket.id,
        user_id=None,
        event_order=order,
        body=orjson.dumps(item),
        now=now,
    )
    return int(is_new)


def _tells(ticket: Ticket) -> tuple[object, ...]:
    """What a lost event would have told; our own note and fields only move `updated_at`."""
    tags = frozenset(tag for tag in ticket.tags if not tag.startswith("makegood_"))
    return (ticket.requester_id, ticket.status, ticket.subject, ticket.priority, ticket.assignee_id, tags)
