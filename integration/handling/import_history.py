"""Imports the account's past by cursor export: requesters, tickets, and then the complaints among them."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from typing import TypedDict

from sqlalchemy import Connection

from integration.domain.ticket import Requester, Status, Ticket
from integration.handling.judge_history import judge_past, link_repeats
from integration.handling.ordering import order_at
from integration.handling.read_comments import read_past_comments
from integration.handling.reconcile import TICKETS_CURSOR, USERS_CURSOR
from integration.parts import Parts
from integration.store import history as history_rows
from integration.store import kept, requesters, tickets
from integration.zendesk.errors import RateLimited
from integration.zendesk.export import Page, export_tickets, export_users, readable
from integration.zendesk.json_shapes import requester_from_json, ticket_from_json
from integration.zendesk.pace import INCREMENTAL_EXPORTS

# Places of its own: an import beside a running worker must neither follow nor mislead reconciliation.
USERS_PLACE = "import_users_cursor"
TICKETS_PLACE = "import_tickets_cursor"
BEGINNING = datetime(2006, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Imported:
    """How far an import is, or how it ended.

    `reached` is the export's own moment of the last row read, `unread` counts rows that made no sense. At
    `at` the last page or batch was done; judging began, or went on, at `judging_since` with so many judged
    before.
    """

    users: int = 0
    tickets: int = 0
    unread: int = 0
    judged: int = 0
    complaints: int = 0
    repeats: int = 0
    comments: int = 0
    began_at: str | None = None
    first: str | None = None
    reached: str | None = None
    at: str | None = None
    judging_since: str | None = None
    judged_before: int = 0
    is_done: bool = False


Report = Callable[[Imported], None]


def import_history(parts: Parts, report: Report = lambda _: None, *, with_comments: bool = False) -> Imported:
    """Import users, then tickets, a page a transaction, then judge them; after a crash it goes on there.

    `with_comments` also reads the conversations of the complaints found, at one request for each.
    Raises the errors of `zendesk.errors`; `RateLimited` says how long to wait before calling again.
    """
    done = so_far(parts)
    if not done.is_done:
        done = replace(done, began_at=done.began_at or parts.clock().isoformat(), judging_since=None)
        done = _import_users(parts, done, report)
        done = _import_tickets(parts, done, report)
        done = _judge(parts, done, report)
        done = replace(done, repeats=link_repeats(parts), is_done=True)
        _keep(parts, done)
        report(done)
    if with_comments:
        for number in read_past_comments(parts):
            done = replace(done, comments=done.comments + number)
            report(done)
        _keep(parts, done)
    return done


def so_far(parts: Parts) -> Imported:
    """Return how far the import has come."""
    with parts.database.read() as conn:
        state = kept.get(conn, history_rows.IMPORT)
    if not isinstance(state, dict):
        return Imported()
    return Imported(**{field.name: state[field.name] for field in fields(Imported) if field.name in state})


def _hand_over(conn: Connection, now: datetime) -> None:
    """Let reconciliation begin where the import ended, unless a worker has begun it before."""
    for place, cursor in ((USERS_PLACE, USERS_CURSOR), (TICKETS_PLACE, TICKETS_CURSOR)):
        reached = kept.get(conn, place)
        if reached is not None and kept.get(conn, cursor) is None:
            kept.put(conn, cursor, reached, now=now)


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
    kept.put(conn, history_rows.IMPORT, _as_json(replace(done, at=now.isoformat())), now=now)


def _order_of(person: Requester) -> str:
    return order_at(person.updated_at) if person.updated_at else ""


def _as_json(done: Imported) -> dict[str, object]:
    # The sidebar says while it is running, instead of "no earlier complaint".
    return {**asdict(done), "is_running": not done.is_done}


def _import_users(parts: Parts, done: Imported, report: Report) -> Imported:
    pages = export_users(parts.zendesk.session, **_where(parts, USERS_PLACE))
    for page in _ahead(_within_share(parts, pages)):
        people = readable(page.items, requester_from_json)
        done = replace(
            done,
            users=done.users + len(people),
            unread=done.unread + len(page.items) - len(people),
        )
        with parts.database.write() as conn:
            requesters.save_many(conn, [(person, _order_of(person)) for person in people])
            _remember(conn, parts, USERS_PLACE, page.cursor, done)
        report(done)
    return done


def _import_tickets(parts: Parts, done: Imported, report: Report) -> Imported:
    pages = export_tickets(parts.zendesk.session, **_where(parts, TICKETS_PLACE))
    for page in _ahead(_within_share(parts, pages)):
        found = readable(page.items, ticket_from_json)
        reached = _reached(found)
        done = replace(
            done,
            tickets=done.tickets + len(found),
            unread=done.unread + len(page.items) - len(found),
            first=done.first or (min(ticket.created_at for ticket in found).isoformat() if found else None),
            reached=reached or done.reached,
        )
        rows = [(_without_deleted_words(ticket), order_at(ticket.updated_at)) for ticket in found]
        with parts.database.write() as conn:
            tickets.save_many(conn, rows)
            _remember(conn, parts, TICKETS_PLACE, page.cursor, done)
        report(done)
    return done


def _judge(parts: Parts, done: Imported, report: Report) -> Imported:
    done = replace(done, judging_since=parts.clock().isoformat(), judged_before=done.judged)

    def remember(conn: Connection, judged: int, complaints: int) -> None:
        nonlocal done
        now = parts.clock()
        judged, complaints = done.judged + judged, done.complaints + complaints
        done = replace(done, judged=judged, complaints=complaints, at=now.isoformat())
        kept.put(conn, history_rows.IMPORT, _as_json(done), now=now)

    for _ in judge_past(parts, remember):
        report(done)
    return done


def _ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """Yield pages, each next one already on its way while the caller is busy with the last."""
    with ThreadPoolExecutor(1, thread_name_prefix="export") as pool:
        coming = pool.submit(next, pages, None)
        while (page := coming.result()) is not None:
            coming = pool.submit(next, pages, None)
            yield page


def _within_share(parts: Parts, pages: Iterator[Page]) -> Iterator[Page]:
    """Ask for the next page only while our share of the account's export limit is not spent."""
    while True:
        wait = parts.pace.rest(INCREMENTAL_EXPORTS, parts.clock())
        if wait > 0:
            raise RateLimited(wait, INCREMENTAL_EXPORTS)
        page = next(pages, None)
        if page is None:
            return
        yield page


def _reached(found: Sequence[Ticket]) -> str | None:
    return max(ticket.updated_at for ticket in found).isoformat() if found else None


def _without_deleted_words(ticket: Ticket) -> Ticket:
    """Zendesk still exports what somebody deleted; here its words are not even taken in."""
    if ticket.status is not Status.DELETED:
        return ticket
    return replace(ticket, subject="", description="", tags=frozenset(), custom_fields={})


class _Where(TypedDict, total=False):
    cursor: str
    start_time: datetime


def _where(parts: Parts, name: str) -> _Where:
    """Return where an export starts: at the place kept by an interrupted import, or at the beginning."""
    with parts.database.read() as conn:
        cursor = kept.get(conn, name)
    return {"cursor": cursor} if isinstance(cursor, str) else {"start_time": BEGINNING}
