"""The part of Zendesk's search language that integrations use, turned into SQL."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from integration.rehearsal.account import Account
from integration.rehearsal.base import seconds
from integration.rehearsal.clock import moment
from integration.rehearsal.errors import BadRequest
from integration.rehearsal.numbers import whole
from integration.rehearsal.ticket_changes import PRIORITIES, STATUSES

MOST_RESULTS = 1000

_TERM = re.compile(r'(?P<minus>-)?(?:(?P<key>\w+)(?P<op>:|<=|>=|<|>))?(?P<value>"[^"]*"|\S+)')
_MOMENTS = {"created": "created", "updated": "updated", "created_at": "created", "updated_at": "updated"}
_PEOPLE = {"requester": "requester_id", "assignee": "assignee_id", "submitter": "submitter_id"}
_IDS = {"organization": "organization_id", "group": "group_id", "brand": "brand_id", "form": "ticket_form_id"}
_UNITS = {"minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_629_800, "year": 31_557_600}


@dataclass
class Search:
    """A search as conditions on rows; `table` is ticket or user."""

    table: str = "ticket"
    order: str = "updated DESC, id DESC"
    conditions: list[str] = field(default_factory=list)
    arguments: list[Any] = field(default_factory=list)

    def add(self, condition: str, *arguments: Any) -> None:
        """Add one condition."""
        self.conditions.append(condition)
        self.arguments.extend(arguments)


def parse(account: Account, text: str, *, now: datetime, actor_id: int, kind: str | None = None) -> Search:
    """Read a query such as `type:ticket requester:5 status<solved`. Raises BadRequest."""
    terms = [found.groupdict() for found in _TERM.finditer(text[:2000])]
    search = Search()
    kinds = [term["value"] for term in terms if term["key"] == "type"] + ([kind] if kind else [])
    unsupported = set(kinds) - {"ticket", "user", *("question", "incident", "problem", "task")}
    if unsupported:
        raise BadRequest(f"Invalid search: type {sorted(unsupported)[0]!r} is not indexed", "invalid", 422)
    if "user" in kinds:
        return _users(search, terms)
    # The index runs some minutes behind.
    newest = seconds(now) - account.config.search_lag_seconds
    search.add("status != 'deleted' AND created <= ?", newest)
    for term in terms:
        key, op, value = term["key"], term["op"], term["value"].strip('"')
        if key == "type" and value not in {"question", "incident", "problem", "task"}:
            continue
        condition, arguments = _condition(account, key, op, value, now, actor_id)
        search.add(f"NOT coalesce({condition}, 0)" if term["minus"] else condition, *arguments)
    search.order = _order(terms, search.order)
    return search


def _condition(
    account: Account, key: str | None, op: str | None, value: str, now: datetime, actor_id: int
) -> tuple[str, Sequence[Any]]:
    if key is None:
        like = f"%{value.rstrip('*').lower()}%"
        text = "lower(json_extract(doc, '$.subject') || ' ' || json_extract(doc, '$.description'))"
        return f"{text} LIKE ?", [like]
    sql = "=" if op == ":" else op
    match key:
        case "status":
            return _ranked("status", STATUSES, str(sql), value)
        case "priority":
            return _ranked("json_extract(doc, '$.priority')", PRIORITIES, str(sql), value)
        case "type" | "ticket_type":
            return "json_extract(doc, '$.type') = ?", [value]
        case "tags":
            return _tagged(value)
        case "subject" | "description":
            return f"lower(json_extract(doc, '$.{key}')) LIKE ?", [f"%{value.rstrip('*').lower()}%"]
        case "id" | "ticket_id":
            return "id = ?", [value]
        case "external_id" | "via":
            path = "via.channel" if key == "via" else key
            return f"json_extract(doc, '$.{path}') = ?", [value]
        case "order_by" | "sort":
            return "1", []
    if key in _MOMENTS:
        return _dated(_MOMENTS[key], str(op), value, now)
    if key in _PEOPLE:
        return f"json_extract(doc, '$.{_PEOPLE[key]}') IS ?", [_person(account, value, actor_id)]
    if key in _IDS:
        return f"json_extract(doc, '$.{_IDS[key]}') IS ?", [whole(value)]
    if re.fullmatch(r"custom_field_[0-9]{1,18}", key):
        number = int(key.rpartition("_")[2])
        inner = "json_extract(value, '$.id') = ? AND json_extract(value, '$.value') = ?"
        any_value = "json_extract(value, '$.id') = ?"
        given = "*" in value
        query = (
            f"EXISTS (SELECT 1 FROM json_each(doc, '$.custom_fields') WHERE {any_value if given else inner})"  # noqa: S608
        )
        return query, [number] if given else [number, value]
    raise BadRequest(f"Invalid search: unknown property {key!r}", "invalid", 422)


def _ranked(column: str, ranks: Sequence[str], sql: str, value: str) -> tuple[str, Sequence[Any]]:
    if value not in ranks:
        return "0", []
    place = ranks.index(value)
    chosen = {
        "=": [value],
        "<": ranks[:place],
        "<=": ranks[: place + 1],
        ">": ranks[place + 1 :],
        ">=": ranks[place:],
    }[sql]
    return f"{column} IN ({', '.join('?' * len(chosen))})", list(chosen)


def _tagged(value: str) -> tuple[str, Sequence[Any]]:
    if value == "none":
        return "json_array_length(doc, '$.tags') = 0", []
    words = value.lower().split(",") if "," in value else value.lower().split()
    marks = ", ".join("?" * len(words))
    return f"EXISTS (SELECT 1 FROM json_each(doc, '$.tags') WHERE value IN ({marks}))", words  # noqa: S608


def _dated(column: str, op: str, value: str, now: datetime) -> tuple[str, Sequence[Any]]:
    ago = re.fullmatch(r"([0-9]{1,6})(minute|hour|day|week|month|year)s?", value)
    if ago:
        bound = seconds(now) - int(ago[1]) * _UNITS[ago[2]]
        # "created>2days" means longer ago than two days is excluded.
        return f"{column} {op if op != ':' else '>='} ?", [bound]
    try:
        start = moment(value)
    except ValueError:
        raise BadRequest(f"Invalid search: {value!r} is not a date", "invalid", 422) from None
    length = timedelta(days=1) if len(value) == 10 else timedelta(seconds=1)
    end = seconds(start + length)
    match op:
        case ":":
            return f"{column} >= ? AND {column} < ?", [seconds(start), end]
        case ">":
            return f"{column} >= ?", [end]
        case "<=":
            return f"{column} < ?", [end]
        case _:
            return f"{column} {op} ?", [seconds(start)]


def _person(account: Account, value: str, actor_id: int) -> int | None:
    if value == "none":
        return None
    if value == "me":
        return actor_id
    if (number := whole(value)) is not None:
        return number
    user = account.user_by_email(value)
    return user["id"] if user else -2


def _order(terms: Sequence[dict[str, Any]], default: str) -> str:
    wanted = {term["key"]: term["value"] for term in terms if term["key"] in {"order_by", "sort"}}
    return order_by(wanted.get("order_by"), wanted.get("sort"), default)


def order_by(name: str | None, direction: str | None, default: str) -> str:
    """Return the SQL order for Zendesk's names of it."""
    column = {"created_at": "created", "updated_at": "updated", "created": "created", "updated": "updated",
              "status": "status"}.get(name or "")  # fmt: skip
    if column is None:
        return default
    way = "ASC" if direction == "asc" else "DESC"
    return f"{column} {way}, id {way}"


def _users(search: Search, terms: Sequence[dict[str, Any]]) -> Search:
    search.table, search.order = "user", "id"
    search.add("active")
    for term in terms:
        value = term["value"].strip('"').lower()
        match term["key"]:
            case "type":
                continue
            case "email":
                search.add("email = ?", value)
            case "role":
                search.add("role = ?", value)
            case "name" | None:
                search.add("(email = ? OR lower(json_extract(doc, '$.name')) LIKE ?)", value, f"%{value}%")
            case unknown:
                raise BadRequest(f"Invalid search: unknown property {unknown!r}", "invalid", 422)
    return search
