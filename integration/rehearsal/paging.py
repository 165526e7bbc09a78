"""Zendesk's two ways of paging through a list: by cursor, and by number."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import request

from integration.rehearsal.base import Doc, load
from integration.rehearsal.database import Database
from integration.rehearsal.errors import BadRequest
from integration.rehearsal.numbers import whole

LARGEST_PAGE = 100
OFFSET_END = 10_000

# Begins with "++++" and ends with "=" in base64, so that a client that does not escape cursors is found out.
_MARK = b"\xfb\xef\xbe"


class Listing(Protocol):
    """A list in order of id."""

    def count(self) -> int: ...
    def after(self, last: int | None, limit: int, *, descending: bool) -> list[Doc]: ...
    def window(self, offset: int, limit: int, *, descending: bool) -> list[Doc]: ...


class Rows:
    """A listing of a table's documents under a condition."""

    def __init__(self, db: Database, table: str, where: str = "1", arguments: Sequence[Any] = ()) -> None:
        self._db = db
        self._table = table
        self._where = where
        self._arguments = list(arguments)

    def count(self) -> int:
        """Return how many rows there are."""
        return int(self._run(f"SELECT count(*) AS doc FROM {self._table} WHERE {self._where}", [])[0]["doc"])  # noqa: S608

    def after(self, last: int | None, limit: int, *, descending: bool) -> list[Doc]:
        """Return the rows that follow an id."""
        beyond = "" if last is None else f" AND id {'<' if descending else '>'} ?"
        return self._docs(beyond, "LIMIT ?", [*([] if last is None else [last]), limit], descending)

    def window(self, offset: int, limit: int, *, descending: bool) -> list[Doc]:
        """Return the rows from a position."""
        return self._docs("", "LIMIT ? OFFSET ?", [limit, offset], descending)

    def _docs(self, beyond: str, end: str, arguments: list[Any], descending: bool) -> list[Doc]:
        order = "DESC" if descending else "ASC"
        query = f"SELECT doc FROM {self._table} WHERE {self._where}{beyond} ORDER BY id {order} {end}"  # noqa: S608
        return [load(row["doc"]) for row in self._run(query, arguments)]

    def _run(self, query: str, arguments: list[Any]) -> list[Any]:
        with self._db.read() as connection:
            return connection.execute(query, [*self._arguments, *arguments]).fetchall()


class Docs:
    """A listing of documents in memory."""

    def __init__(self, docs: Sequence[Doc]) -> None:
        self._docs = sorted(docs, key=lambda doc: doc["id"])

    def count(self) -> int:
        """Return how many documents there are."""
        return len(self._docs)

    def after(self, last: int | None, limit: int, *, descending: bool) -> list[Doc]:
        """Return the documents that follow an id."""
        docs = [d for d in self._docs if last is None or (d["id"] < last if descending else d["id"] > last)]
        return docs[::-1][:limit] if descending else docs[:limit]

    def window(self, offset: int, limit: int, *, descending: bool) -> list[Doc]:
        """Return the documents from a position."""
        docs = self._docs[::-1] if descending else self._docs
        return docs[offset : offset + limit]


def page(base_url: str, key: str, listing: Listing, show: Callable[[Doc], Doc]) -> tuple[Doc, list[Doc]]:
    """Answer this request's page: the JSON body with the rows shown under `key`, and the rows themselves."""
    descending = request.args.get("sort", "").startswith("-") or request.args.get("sort_order") == "desc"
    if any(name in request.args for name in ("page[size]", "page[after]", "page[before]")):
        return _by_cursor(base_url, key, listing, show, descending)
    return _by_number(base_url, key, listing, show, descending)


def number(name: str, default: int, *, low: int, high: int) -> int:
    """Read a whole number from the query. Raises BadRequest when it is none or out of bounds."""
    text = request.args.get(name)
    if text is None:
        return default
    found = whole(text)
    if found is None or not low <= found <= high:
        raise BadRequest(f"{name} must be a whole number from {low} to {high}", "InvalidPaginationParameter")
    return found


def encode_cursor(text: str) -> str:
    """Return an opaque cursor, with characters that must be escaped in a URL."""
    content = _MARK + text.encode()
    return base64.b64encode(content + b"\0" * (1 if len(content) % 3 != 2 else 2)).decode()


def decode_cursor(cursor: str, *, strict: bool = False) -> str:
    """Read a cursor of ours. Raises BadRequest."""
    try:
        content = base64.b64decode(cursor if strict else cursor.replace(" ", "+"), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content.startswith(_MARK):
        raise BadRequest("The cursor is not valid", "InvalidCursor")
    return content.removeprefix(_MARK).rstrip(b"\0").decode(errors="replace")


def _by_cursor(
    base_url: str, key: str, listing: Listing, show: Callable[[Doc], Doc], descending: bool
) -> tuple[Doc, list[Doc]]:
    size = number("page[size]", LARGEST_PAGE, low=1, high=LARGEST_PAGE)
    before = request.args.get("page[before]")
    cursor = before or request.args.get("page[after]")
    last = _id_in(decode_cursor(cursor)) if cursor else None
    backwards = before is not None
    found = listing.after(last, size + 1, descending=descending != backwards)
    has_more = len(found) > size
    docs = found[:size][::-1] if backwards else found[:size]
    first_id, last_id = (encode_cursor(f"id {docs[n]['id']}") if docs else None for n in (0, -1))
    links = {
        "prev": _url(base_url, {"page[before]": first_id}) if docs and (cursor is not None) else None,
        "next": _url(base_url, {"page[after]": last_id}) if has_more or (backwards and docs) else None,
    }
    meta = {"has_more": has_more, "after_cursor": last_id, "before_cursor": first_id}
    return {key: [show(doc) for doc in docs], "meta": meta, "links": links}, docs


def _by_number(
    base_url: str, key: str, listing: Listing, show: Callable[[Doc], Doc], descending: bool
) -> tuple[Doc, list[Doc]]:
    size = min(number("per_page", LARGEST_PAGE, low=1, high=1_000_000), LARGEST_PAGE)
    current = number("page", 1, low=1, high=1_000_000_000)
    if current * size > OFFSET_END:
        raise BadRequest(
            f"Offset paging ends at {OFFSET_END} rows. Use cursor paging: page[size] and page[after]",
            "InvalidPaginationDepth",
        )
    docs = listing.window((current - 1) * size, size, descending=descending)
    count = listing.count()
    answer = {
        key: [show(doc) for doc in docs],
        "next_page": _url(base_url, {"page": current + 1}) if current * size < count else None,
        "previous_page": _url(base_url, {"page": current - 1}) if current > 1 else None,
        "count": count,
    }
    return answer, docs


def _id_in(text: str) -> int:
    kind, _, value = text.partition(" ")
    last = whole(value)
    if kind != "id" or last is None:
        raise BadRequest("The cursor is not valid", "InvalidCursor")
    return last


def _url(base_url: str, changed: dict[str, Any]) -> str:
    kept = {k: v for k, v in request.args.items() if k not in {"page", "page[after]", "page[before]"}}
    return f"{base_url}{request.path}.json?{urlencode({**kept, **changed})}"
