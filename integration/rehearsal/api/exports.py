"""Incremental exports: everything that changed since a moment, by cursor or by time."""

from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc, load, seconds
from integration.rehearsal.errors import BadRequest, Refused
from integration.rehearsal.guard import require_admin, spend
from integration.rehearsal.limits import Limit
from integration.rehearsal.numbers import whole
from integration.rehearsal.paging import decode_cursor, encode_cursor, number
from integration.rehearsal.render import Render

LARGEST_PAGE = 1000
# The newest minute is left out of every page: rows written at the same time could still be on their way.
WITHHELD_SECONDS = 60


class TooRecent(Refused):
    """The start of an export is less than a minute ago."""

    status = 422
    error = "InvalidValue"


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("exports", __name__, url_prefix="/api/v2/incremental")
    render = Render(account)

    def allow() -> None:
        require_admin(account)
        spend(account, Limit("incremental-exports", account.config.limits.incremental_exports))

    @api.get("/<any(tickets, users):name>/cursor")
    def by_cursor(name: str) -> Response:
        allow()
        return json_answer(_cursor_page(account, render, name))

    @api.get("/<any(tickets, users):name>")
    def by_time(name: str) -> Response:
        allow()
        return json_answer(_time_page(account, render, name))

    @api.get("/ticket_events")
    def ticket_events() -> Response:
        allow()
        return json_answer(_event_page(account))

    app.register_blueprint(api)


def _cursor_page(account: Account, render: Render, name: str) -> Doc:
    size = number("per_page", LARGEST_PAGE, low=1, high=LARGEST_PAGE)
    cursor = request.args.get("cursor")
    since, last_id, pages = (
        _position(cursor, account.config.strict_cursors) if cursor else (_start(account), 0, 0)
    )
    every = account.config.empty_export_page_every
    rows = _rows(account, name, since, last_id, size + 1)
    is_empty = bool(every and rows and pages % every == every - 1)
    docs = [] if is_empty else rows[:size]
    ends = len(rows) <= size and not is_empty
    if docs:
        since, last_id = docs[-1]["_generated"], docs[-1]["id"]
    after = encode_cursor(f"{since} {last_id} {0 if ends else pages + 1}")
    query = {"cursor": after, **({"per_page": size} if "per_page" in request.args else {})}
    if "include" in request.args:
        query["include"] = request.args["include"]
    return {
        name: _shown(render, name, docs),
        "after_url": f"{account.config.base_url}{request.path}.json?{urlencode(query)}",
        "after_cursor": after,
        "before_url": None,
        "before_cursor": None,
        "end_of_stream": ends,
        **_people(render, name, docs),
    }


def _time_page(account: Account, render: Render, name: str) -> Doc:
    size = number("per_page", LARGEST_PAGE, low=1, high=LARGEST_PAGE)
    since = _start(account)
    rows = _rows(account, name, since, 0, size + 1)
    docs = rows[:size]
    if len(rows) > size:
        # Pages are cut at whole seconds, so one may be longer than asked for.
        end = docs[-1]["_generated"]
        docs = [doc for doc in _rows(account, name, since, 0, -1) if doc["_generated"] <= end]
    end_time = docs[-1]["_generated"] if docs else None
    next_page = f"{account.config.base_url}{request.path}.json?{urlencode({'start_time': end_time})}"
    return {
        name: _shown(render, name, docs),
        "count": len(docs),
        "next_page": next_page if docs else None,
        "end_time": end_time,
        "end_of_stream": len(rows) <= size,
        **_people(render, name, docs),
    }


def _event_page(account: Account) -> Doc:
    since = _start(account)
    until = seconds(account.clock.now()) - WITHHELD_SECONDS
    with account.db.read() as connection:
        query = (
            "SELECT created, doc FROM audit WHERE created >= ? AND created < ? ORDER BY created, id LIMIT ?"
        )
        rows = connection.execute(query, (since, until, LARGEST_PAGE + 1)).fetchall()
    with_comments = "comment_events" in request.args.get("include", "")
    shown = [_ticket_event(load(row["doc"]), row["created"], with_comments) for row in rows[:LARGEST_PAGE]]
    end_time = rows[:LARGEST_PAGE][-1]["created"] if rows else None
    ends = len(rows) <= LARGEST_PAGE
    if not ends and end_time == since:
        end_time = since + 1
    next_page = f"{account.config.base_url}{request.path}.json?start_time={end_time}"
    return {
        "ticket_events": shown,
        "count": len(shown),
        "next_page": next_page if rows else None,
        "end_time": end_time,
        "end_of_stream": ends,
    }


def _ticket_event(audit: Doc, created: int, with_comments: bool) -> Doc:
    children = []
    for event in audit["events"]:
        if event["type"] == "Comment":
            if with_comments:
                children.append({**event, "event_type": "Comment", "via": audit["via"]["channel"]})
        else:
            child = {"id": event["id"], "event_type": event["type"], event["field_name"]: event["value"]}
            children.append({**child, "previous_value": event.get("previous_value")})
    return {
        "id": audit["id"],
        "ticket_id": audit["ticket_id"],
        "timestamp": created,
        "created_at": audit["created_at"],
        "updater_id": audit["author_id"],
        "via": audit["via"]["channel"],
        "system": audit["metadata"]["system"],
        "event_type": "Audit",
        "child_events": children,
    }


def _start(account: Account) -> int:
    start = whole(request.args.get("start_time", ""))
    if start is None:
        raise BadRequest("start_time is required: seconds since 1970", "ParameterMissing")
    if start > seconds(account.clock.now()) - WITHHELD_SECONDS:
        raise TooRecent("Too recent start_time. Use a start_time older than 60 seconds")
    return start


def _position(cursor: str, strict: bool) -> tuple[int, int, int]:
    if cursor.endswith("=") or not strict:
        match [whole(part) for part in decode_cursor(cursor, strict=strict).split(" ")]:
            case [int(since), int(last_id), int(pages)]:
                return since, last_id, pages
    raise BadRequest("The cursor is not valid", "InvalidCursor")


def _rows(account: Account, name: str, since: int, last_id: int, limit: int) -> list[Doc]:
    until = seconds(account.clock.now()) - WITHHELD_SECONDS
    deleted = ""
    if name == "tickets" and request.args.get("exclude_deleted") == "true":
        deleted = "AND status != 'deleted' "
    query = (
        f"SELECT generated, doc FROM {name[:-1]} WHERE (generated, id) > (?, ?) AND generated < ? {deleted}"  # noqa: S608
        "ORDER BY generated, id LIMIT ?"
    )
    # A cursor stands behind its row; a start time (last id 0) still lets every row of its second in.
    with account.db.read() as connection:
        rows = connection.execute(query, (since, last_id, until, limit)).fetchall()
    return [{**load(row["doc"]), "_generated": row["generated"]} for row in rows]


def _shown(render: Render, name: str, docs: list[Doc]) -> list[Doc]:
    show = render.ticket if name == "tickets" else render.user
    return [show(doc) for doc in docs]


def _people(render: Render, name: str, docs: list[Doc]) -> Doc:
    if name != "tickets" or "users" not in request.args.get("include", "").split(","):
        return {}
    return {"users": render.people(doc[role] for doc in docs for role in ("requester_id", "assignee_id"))}
