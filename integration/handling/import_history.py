"""Imports the account's past by cursor export: requesters, tickets, and the complaints among them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TypedDict

from sqlalchemy import Connection

from integration.domain import complaint, history
from integration.domain.complaint import State, Text
from integration.domain.history import History, Outcome, PastComplaint, Repeat
from integration.domain.ticket import Requester, Status, Ticket
from integration.handling.ordering import order_at
from integration.handling.reconcile import TICKETS_CURSOR, USERS_CURSOR
from integration.parts import Parts
from integration.store import complaints, kept, requesters, tickets
from integration.store import history as history_rows
from integration.store.complaints import Complaint, NewComplaint
from integration.zendesk.export import export_tickets, export_users, readable
from integration.zendesk.json_shapes import requester_from_json, ticket_from_json

# Places of its own: an import beside a running worker must neither follow nor mislead reconciliation.
USERS_PLACE = "import_users_cursor"
TICKETS_PLACE = "import_tickets_cursor"
BEGINNING = datetime(2006, 1, 1, tzinfo=UTC)
ENDED = frozenset({Status.SOLVED, Status.CLOSED})


@dataclass(frozen=True, slots=True)
class Imported:
    """How far an import is, or how it ended."""

    users: int = 0
    tickets: int = 0
    complaints: int = 0
    repeats: int = 0
    is_done: bool = False


def import_history(parts: Parts, report: Callable[[Imported], None] = lambda _: None) -> Imported:
    """Import users, then tickets, a page a transaction; after a crash it goes on at the last page.

    Raises the errors of `zendesk.errors`; `RateLimited` says how long to wait before calling again.
    """
    done = _so_far(parts)
    if done.is_done:
        return done
    done = _import_users(parts, done, report)
    done = _import_tickets(parts, done, report)
    done = replace(done, repeats=link_repeats(parts), is_done=True)
    _keep(parts, done)
    report(done)
    return done


def _hand_over(conn: Connection, now: datetime) -> None:
    """Let reconciliation begin where the import ended, unless a worker has begun it before."""
    for place, cursor in ((USERS_PLACE, USERS_CURSOR), (TICKETS_PLACE, TICKETS_CURSOR)):
        reached = kept.get(conn, place)
        if reached is not None and kept.get(conn, cursor) is None:
            kept.put(conn, cursor, reached, now=now)


def _so_far(parts: Parts) -> Imported:
    with parts.database.read() as conn:
        state = kept.get(conn, history_rows.IMPORT)
    if not isinstance(state, dict):
        return Imported()
    return Imported(**{field.name: state[field.name] for field in fields(Imported)})


def _keep(parts: Parts, done: Imported) -> None:
    now = parts.clock()
    with parts.database.write() as conn:
        kept.put(conn, history_rows.IMPORT, _as_json(done), now=now)
        _hand_over(conn, now)


def _remember(conn: Connection, parts: Parts, name: str, cursor: str | None, done: Imported) -> None:
    """Keep the place and the counts in the page's own transaction, so that a crash repeats no page."""
    now = parts.clock()
    if cursor is not None:
        kept.put(conn, name, cursor, now=now)
    kept.put(conn, history_rows.IMPORT, _as_json(done), now=now)


def _order_of(person: Requester) -> str:
    return order_at(person.updated_at) if person.updated_at else ""


def _as_json(done: Imported) -> dict[str, int | bool]:
    return {
        "users": done.users,
        "tickets": done.tickets,
        "complaints": done.complaints,
        "repeats": done.repeats,
        "is_done": done.is_done,
        # The sidebar says so instead of "no earlier complaint".
        "is_running": not done.is_done,
    }


def _import_users(parts: Parts, done: Imported, report: Callable[[Imported], None]) -> Imported:
    for page in export_users(parts.zendesk.session, **_where(parts, USERS_PLACE)):
        people = readable(page.items, requester_from_json)
        done = replace(done, users=done.users + len(people))
        with parts.database.write() as conn:
            requesters.save_many(conn, [(person, _order_of(person)) for person in people])
            _remember(conn, parts, USERS_PLACE, page.cursor, done)
        report(done)
    return done


def _import_tickets(parts: Parts, done: Imported, report: Callable[[Imported], None]) -> Imported:
    for page in export_tickets(parts.zendesk.session, **_where(parts, TICKETS_PLACE)):
        found = readable(page.items, ticket_from_json)
        people = _people(parts, found)
        past = [new for ticket in found if (new := _past_complaint(parts, ticket, people))]
        done = replace(done, tickets=done.tickets + len(found), complaints=done.complaints + len(past))
        with parts.database.write() as conn:
            tickets.save_many(conn, [(ticket, order_at(ticket.updated_at)) for ticket in found])
            complaints.add_many(conn, past)
            _remember(conn, parts, TICKETS_PLACE, page.cursor, done)
        report(done)
    return done


class _Where(TypedDict, total=False):
    cursor: str
    start_time: datetime


def _where(parts: Parts, name: str) -> _Where:
    """Return where an export starts: at the place kept by an interrupted import, or at the beginning."""
    with parts.database.read() as conn:
        cursor = kept.get(conn, name)
    return {"cursor": cursor} if isinstance(cursor, str) else {"start_time": BEGINNING}


def _people(parts: Parts, found: Sequence[Ticket]) -> dict[int, Requester]:
    with parts.database.read() as conn:
        return requesters.get_many(conn, {ticket.requester_id for ticket in found})


def _past_complaint(parts: Parts, ticket: Ticket, people: dict[int, Requester]) -> NewComplaint | None:
    if ticket.status is Status.DELETED or not ticket.requester_id:
        return None
    rules = parts.shelf.rules()
    assessment = complaint.detect(
        ticket,
        (Text(None, ticket.description),),
        rules=rules,
        cues=parts.shelf.cues(),
        history=History(people.get(ticket.requester_id, Requester(ticket.requester_id))),
        now=ticket.updated_at,
        read=parts.read,
    )
    if not assessment.is_complaint:
        return None
    has_ended = ticket.status in ENDED
    outcome = next(
        (rules.outcome_by_tag[tag] for tag in sorted(ticket.tags & set(rules.outcome_by_tag))), None
    )
    return NewComplaint(
        ticket_id=ticket.id,
        requester_id=ticket.requester_id,
        received_at=ticket.created_at,
        detected_at=parts.clock(),
        state=State.RESOLVED if has_ended else State.SUSPECTED,
        assessment=assessment,
        channel=ticket.channel,
        references=complaint.references(f"{ticket.subject}\n{ticket.description}"),
        outcome=outcome or (Outcome.UNKNOWN if has_ended else None),
        resolved_at=ticket.updated_at if has_ended else None,
        is_imported=True,
    )


def link_repeats(parts: Parts) -> int:
    """Say of each imported complaint which earlier one it continues; return how many were linked."""
    by_requester: dict[int, list[Complaint]] = defaultdict(list)
    found: list[tuple[int, Repeat]] = []
    with parts.database.read() as conn:
        for past in complaints.imported(conn):
            by_requester[past.requester_id].append(past)
        for own in by_requester.values():
            found.extend(_repeats(conn, own))
    with parts.database.write() as conn:
        for complaint_id, repeat in found:
            complaints.set_repeat(conn, complaint_id, repeat)
    return len(found)


def _repeats(conn: Connection, own: Sequence[Complaint]) -> Iterator[tuple[int, Repeat]]:
    """Go through one person's complaints, oldest first, each against those before it."""
    before: list[PastComplaint] = []
    for past in own:
        ticket = tickets.get(conn, past.ticket_id)
        if ticket is None:
            continue
        known = History(Requester(past.requester_id), tuple(reversed(before)))
        category = past.assessment.category
        repeat = history.find_repeat(ticket, past.references, category, known, now=past.received_at)
        if repeat is not None:
            yield past.id, repeat
        before.append(_as_past(past, ticket))


def _as_past(complaint: Complaint, ticket: Ticket) -> PastComplaint:
    return PastComplaint(
        id=complaint.id,
        ticket_id=ticket.id,
        requester_id=complaint.requester_id,
        received_at=complaint.received_at,
        category=complaint.assessment.category,
        band=complaint.assessment.band,
        state=complaint.state,
        subject=ticket.subject,
        outcome=complaint.outcome,
        resolved_at=complaint.resolved_at,
        references=complaint.references,
    )
