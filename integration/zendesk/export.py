"""Reads Zendesk's incremental exports page by page; a cursor can be kept and taken up again."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from integration.zendesk import paging
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.shapes import Json
from integration.zendesk.transport import CONNECT_SECONDS

log = logging.getLogger(__name__)

T = TypeVar("T")

PAGE_SIZE = 1_000
READ_SECONDS = 45.0  # Zendesk gathers a page of 1,000 tickets before its first byte
MAX_EMPTY_PAGES = 50


@dataclass(frozen=True, slots=True)
class Page:
    """One page as raw JSON objects; keep `cursor` in the same transaction as the rows."""

    items: tuple[Json, ...]
    cursor: str | None
    end_of_stream: bool


def export_tickets(
    session: ZendeskSession, *, start_time: datetime | None = None, cursor: str | None = None
) -> Iterator[Page]:
    """Yield pages of tickets changed since `start_time` or after `cursor`, deleted ones included.

    `start_time` must be more than a minute old; Zendesk leaves the last minute out.
    """
    return _export(session, "tickets", start_time, cursor)


def export_users(
    session: ZendeskSession, *, start_time: datetime | None = None, cursor: str | None = None
) -> Iterator[Page]:
    """Yield pages of users, as `export_tickets` does."""
    return _export(session, "users", start_time, cursor)


def readable(items: Iterable[Json], read: Callable[[object], T]) -> list[T]:
    """Read the rows of a page; one that is not understood is left out, lest it stop all that follow."""
    found = []
    for item in items:
        try:
            found.append(read(item))
        except UnexpectedAnswer as error:
            log.warning("A row of an export is left out.", extra={"reason": str(error)})
    return found


def _export(
    session: ZendeskSession, kind: str, start_time: datetime | None, cursor: str | None
) -> Iterator[Page]:
    if start_time is not None and cursor is None:
        where = {"start_time": str(int(start_time.timestamp()))}
    elif cursor is not None and start_time is None:
        where = {"cursor": cursor}
    else:
        raise ValueError("an export starts either at a time or at a cursor")
    empty = 0
    while True:
        page = _page(session, kind, where)
        yield page
        if page.end_of_stream:
            return
        # An empty page is not the end, Zendesk does send some; a cursor that stays would never be.
        empty = 0 if page.items else empty + 1
        if page.cursor is None or page.cursor == where.get("cursor") or empty > MAX_EMPTY_PAGES:
            raise UnexpectedAnswer(f"the export of {kind} does not come to an end.")
        where = {"cursor": page.cursor}


def _page(session: ZendeskSession, kind: str, where: Mapping[str, str]) -> Page:
    response = session.get(
        f"/api/v2/incremental/{kind}/cursor",
        params={**where, "per_page": str(PAGE_SIZE)},
        timeout=(CONNECT_SECONDS, READ_SECONDS),
    )
    data = paging.json_object(response)
    after, end = data.get("after_cursor"), data.get("end_of_stream")
    if not isinstance(end, bool) or not isinstance(after, str | None):
        raise UnexpectedAnswer(f"the export of {kind} does not say where it stands.")
    return Page(tuple(paging.objects(data, kind)), after, end)
