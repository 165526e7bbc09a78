"""Search: a thousand results at most, by number of page; and the search export, by cursor."""

from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc, load
from integration.rehearsal.errors import BadRequest
from integration.rehearsal.guard import actor, spend
from integration.rehearsal.limits import Limit
from integration.rehearsal.numbers import whole
from integration.rehearsal.paging import LARGEST_PAGE, decode_cursor, encode_cursor, number
from integration.rehearsal.render import Render
from integration.rehearsal.search import MOST_RESULTS, Search, order_by, parse

LARGEST_EXPORT_PAGE = 1000


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("search", __name__, url_prefix="/api/v2")
    render = Render(account)

    @api.get("/search")
    def search() -> Response:
        spend(account, Limit("search-index", account.config.limits.search))
        wanted = _wanted(account, request.args.get("query", ""))
        return json_answer(_page(account, render, wanted))

    @api.get("/search/count")
    def count() -> Response:
        spend(account, Limit("search-index", account.config.limits.search))
        return json_answer({"count": _count(account, _wanted(account, request.args.get("query", "")))})

    @api.get("/search/export")
    def export() -> Response:
        spend(account, Limit("search-export", account.config.limits.search_export))
        kind = request.args.get("filter[type]")
        if kind not in {"ticket", "user"}:
            raise BadRequest("filter[type] is required: ticket or user", "invalid")
        wanted = _wanted(account, request.args.get("query", ""), kind)
        return json_answer(_export_page(account, render, wanted))

    app.register_blueprint(api)


def _wanted(account: Account, query: str, kind: str | None = None) -> Search:
    wanted = parse(account, query, now=account.clock.now(), actor_id=actor(), kind=kind)
    wanted.order = order_by(request.args.get("sort_by"), request.args.get("sort_order"), wanted.order)
    return wanted


def _page(account: Account, render: Render, wanted: Search) -> Doc:
    size = min(number("per_page", LARGEST_PAGE, low=1, high=1_000_000), LARGEST_PAGE)
    current = number("page", 1, low=1, high=1_000_000_000)
    if (current - 1) * size >= MOST_RESULTS:
        told = "Invalid search: Requested response size was greater than Search Response Limits"
        raise BadRequest(told, "invalid", 422)
    docs = _select(account, wanted, f"ORDER BY {wanted.order} LIMIT ? OFFSET ?", [size, (current - 1) * size])
    count = _count(account, wanted)

    def url(page: int) -> str:
        query = urlencode({**request.args.to_dict(), "page": page})
        return f"{account.config.base_url}/api/v2/search.json?{query}"

    return {
        "results": [_shown(render, wanted.table, doc) for doc in docs],
        "facets": None,
        "next_page": url(current + 1) if current * size < count else None,
        "previous_page": url(current - 1) if current > 1 else None,
        "count": count,
    }


def _export_page(account: Account, render: Render, wanted: Search) -> Doc:
    size = number("page[size]", LARGEST_PAGE, low=1, high=LARGEST_EXPORT_PAGE)
    cursor = request.args.get("page[after]")
    if cursor:
        last = whole(decode_cursor(cursor))
        if last is None:
            raise BadRequest("The cursor is not valid", "InvalidCursor")
        wanted.add("id > ?", last)
    found = _select(account, wanted, "ORDER BY id LIMIT ?", [size + 1])
    docs, has_more = found[:size], len(found) > size
    after = encode_cursor(str(docs[-1]["id"])) if docs else None
    query = urlencode({**request.args.to_dict(), "page[after]": after or ""})
    return {
        "results": [_shown(render, wanted.table, doc) for doc in docs],
        "facets": None,
        "meta": {"has_more": has_more, "after_cursor": after, "before_cursor": None},
        "links": {
            "prev": None,
            "next": f"{account.config.base_url}/api/v2/search/export.json?{query}" if has_more else None,
        },
    }


def _count(account: Account, wanted: Search) -> int:
    with account.db.read() as connection:
        query = f"SELECT count(*) FROM {wanted.table} WHERE {' AND '.join(wanted.conditions)}"  # noqa: S608
        return int(connection.execute(query, wanted.arguments).fetchone()[0])


def _select(account: Account, wanted: Search, end: str, arguments: list[int]) -> list[Doc]:
    query = f"SELECT doc FROM {wanted.table} WHERE {' AND '.join(wanted.conditions)} {end}"  # noqa: S608
    with account.db.read() as connection:
        return [load(row["doc"]) for row in connection.execute(query, [*wanted.arguments, *arguments])]


def _shown(render: Render, table: str, doc: Doc) -> Doc:
    shown = render.ticket(doc) if table == "ticket" else render.user(doc)
    return {**shown, "result_type": table}
