"""Fetches what webhooks lost: every few minutes the incremental export says what changed in Zendesk."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import orjson
from sqlalchemy import Connection

from integration.domain.ticket import Requester, Ticket
from integration.handling.erase import after_user_deletion
from integration.handling.ordering import order_at
from integration.handling.read_comments import heal_comments
from integration.handling.signing_secrets import renew_secrets
from integration.handling.standing import LAST_RUN as LAST_RUN
from integration.handling.standing import note_failure, note_success
from integration.parts import Parts
from integration.store import complaints, counters, inbox, kept, outbox, requesters, tickets
from integration.zendesk.errors import RateLimited, ZendeskError
from integration.zendesk.export import export_tickets, export_users, readable
from integration.zendesk.json_shapes import requester_from_json, ticket_from_json
from integration.zendesk.shapes import Json

log = logging.getLogger(__name__)

TICKETS_CURSOR = "export_tickets_cursor"
USERS_CURSOR = "export_users_cursor"
OVERLAP = timedelta(minutes=10)
MAX_PAGES = 20
# One request each; what is left over shows when its ticket's follow-up falls due and is read anyway.
MOST_CONVERSATIONS = 20
# Our own note moves a ticket's `updated_at`, too; an answer to a write may take a minute.
OUR_OWN = timedelta(seconds=60)


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
        with parts.database.write() as conn:
            note_failure(conn, error, now)
        return
    if missed.found:
        _renew_secrets(parts)
    with parts.database.write() as conn:
        note_success(conn)
        kept.put(conn, LAST_RUN, _told(missed, users, now), now=now)
        counters.add(conn, "events_found_by_reconciliation", missed.found)
        counters.add(conn, "tickets_seen_by_reconciliation", missed.seen)


def _renew_secrets(parts: Parts) -> None:
    """Take over a signing secret that somebody rotated in Zendesk: until then its deliveries are refused."""
    try:
        if renew_secrets(parts):
            log.warning("A webhook's signing secret had been changed in Zendesk; the new one counts now.")
    except ZendeskError as error:
        log.info("The webhooks' secrets could not be compared.", extra={"reason": str(error)})


@dataclass(slots=True)
class _Taken:
    """What one run saw: rows of the export, how many told something lost, comments that were lost."""

    seen: int = 0
    found: int = 0
    comments: int = 0
    conversations: int = 0
    healed: set[int] = field(default_factory=set)


def _told(missed: _Taken, users: _Taken, now: datetime) -> dict[str, object]:
    """`drift` is the share of changed tickets whose change no webhook had told."""
    return {
        "at": now.isoformat(),
        "missed": missed.found,
        "seen": missed.seen,
        "drift": round(missed.found / missed.seen, 4) if missed.seen else 0.0,
        "users": users.found,
        "comments": missed.comments,
    }


def _heal(parts: Parts, items: Iterable[Json], taken: _Taken) -> None:
    """Read the conversations of open complaints that changed unheard: an export tells no comments."""
    found = readable(items, ticket_from_json)
    with parts.database.read() as conn:
        unheard = [ticket.id for ticket in found if _changed_unheard(conn, ticket)]
    for ticket_id in unheard[: MOST_CONVERSATIONS - taken.conversations]:
        taken.conversations += 1
        try:
            new = heal_comments(parts, ticket_id)
        except ZendeskError as error:
            log.info("A conversation could not be read again.", extra={"reason": str(error)})
            return
        taken.comments += new
        if new:
            taken.healed.add(ticket_id)


def _changed_unheard(conn: Connection, ticket: Ticket) -> bool:
    if not complaints.is_open(conn, ticket.id):
        return False
    heard = tickets.order_of(conn, ticket.id) or ""
    if heard >= order_at(ticket.updated_at - timedelta(seconds=1)):
        return False
    ours = outbox.last_sent_at(conn, ticket.id)
    return ours is None or abs(ticket.updated_at - ours) > OUR_OWN


def _take_pages(parts: Parts, name: str, now: datetime) -> _Taken:
    with parts.database.read() as conn:
        cursor = kept.get(conn, name)
    taken = _Taken()
    export = export_tickets if name == TICKETS_CURSOR else export_users
    start_time = None if cursor else now - OVERLAP
    pages = export(parts.zendesk.session, cursor=cursor, start_time=start_time)
    for number, page in enumerate(pages, start=1):
        if name == TICKETS_CURSOR:
            # First, so that whoever works the ticket finds the whole conversation.
            _heal(parts, page.items, taken)
        with parts.database.write() as conn:
            if name == TICKETS_CURSOR:
                news = readable(page.items, partial(_take_ticket, conn, now, taken.healed))
                taken.found += sum(news)
            else:
                for person in readable(page.items, requester_from_json):
                    _take_person(conn, person, parts, now)
                    taken.found += 1
            taken.seen += len(page.items)
            if page.cursor:
                kept.put(conn, name, page.cursor, now=now)
        if page.end_of_stream or number >= MAX_PAGES:
            break
    return taken


def _take_person(conn: Connection, person: Requester, parts: Parts, now: datetime) -> None:
    requesters.save(conn, person, order=order_at(person.updated_at) if person.updated_at else "")
    if not person.is_active and not requesters.is_erased(conn, person.id):
        hours = parts.settings.forget_hours
        after_user_deletion(conn, person.id, is_for_good=False, keep_hours=hours, now=now)


def _take_ticket(conn: Connection, now: datetime, healed: Collection[int], item: object) -> int:
    """Put a ticket that says something new into the inbox, to be worked like an event."""
    ticket = ticket_from_json(item)
    order = order_at(ticket.updated_at)
    known = tickets.get(conn, ticket.id)
    if order <= (tickets.order_of(conn, ticket.id) or ""):
        return 0
    if known and _tells(known) == _tells(ticket) and ticket.id not in healed:
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
