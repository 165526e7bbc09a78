"""What the agent workspace shows: tickets found, one ticket with its conversation, the staff."""

from __future__ import annotations

from typing import Any

import nh3

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc, dump, load
from integration.rehearsal.fields import CUSTOM_TYPES, values_of

STATUSES = {
    "unsolved": ("new", "open", "pending", "hold"),
    "new": ("new",),
    "open": ("open",),
    "pending": ("pending", "hold"),
    "solved": ("solved",),
    "all": ("new", "open", "pending", "hold", "solved", "closed"),
}
_TAGS = {
    *("p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "a", "ul", "ol", "li", "blockquote"),
    *("code", "pre", "h1", "h2", "h3", "h4", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}


def clean_html(markup: str) -> str:
    """Return the harmless part of a comment's HTML; remote images are left out, as they tell who reads."""
    return nh3.clean(
        markup,
        tags=_TAGS,
        attributes={"a": {"href"}, "div": {"dir"}, "p": {"dir"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )


def staff(account: Account) -> list[Doc]:
    """Return agents and admins in the order in which they joined."""
    return sorted(account.users(role="agent") + account.users(role="admin"), key=lambda user: int(user["id"]))


def find_tickets(account: Account, query: str, status: str, limit: int, offset: int) -> list[Doc]:
    """Return tickets with `requester_name`, newest change first; `query` looks at subject, person, number."""
    wanted = STATUSES.get(status, STATUSES["unsolved"])
    sql = (
        "SELECT t.doc AS ticket, json_extract(u.doc, '$.name') AS requester FROM ticket t "
        "JOIN user u ON u.id = t.requester_id WHERE t.status IN (SELECT value FROM json_each(?)) AND "
        "(? = '' OR json_extract(t.doc, '$.subject') LIKE ? ESCAPE '\\' OR requester LIKE ? ESCAPE '\\' "
        "OR u.email LIKE ? ESCAPE '\\' OR CAST(t.id AS TEXT) = ?) "
        "ORDER BY t.updated DESC, t.id DESC LIMIT ? OFFSET ?"
    )
    like = f"%{_escaped(query)}%"
    with account.db.read() as connection:
        rows = connection.execute(
            sql, (dump(wanted), query, like, like, like, query.lstrip("#"), limit, offset)
        )
        return [{**load(row["ticket"]), "requester_name": row["requester"]} for row in rows]


def count_tickets(account: Account) -> dict[str, int]:
    """Return how many tickets each choice of the list's filter shows."""
    with account.db.read() as connection:
        rows = connection.execute("SELECT status, count(*) AS n FROM ticket GROUP BY status").fetchall()
    counted = {row["status"]: int(row["n"]) for row in rows}
    return {name: sum(counted.get(status, 0) for status in group) for name, group in STATUSES.items()}


def ticket_view(account: Account, ticket_id: int) -> Doc:
    """Return everything the ticket page shows. Raises NotFound."""
    ticket = account.ticket(ticket_id)
    comments = account.comments(ticket_id)
    ids = {ticket["requester_id"], ticket["submitter_id"], ticket["assignee_id"]}
    ids |= {comment["author_id"] for comment in comments}
    people = {user_id: person(account.user(user_id)) for user_id in ids if user_id is not None}
    return {
        "id": ticket["id"],
        "subject": ticket["subject"] or "",
        "description": ticket["description"],
        "status": ticket["status"],
        "priority": ticket["priority"],
        "type": ticket["type"],
        "tags": ticket["tags"],
        "channel": ticket["via"]["channel"],
        "created_at": ticket["created_at"],
        "updated_at": ticket["updated_at"],
        "requester": people[ticket["requester_id"]],
        "assignee": people.get(ticket["assignee_id"]),
        "group": _named(account, "group", ticket["group_id"]),
        "brand": _named(account, "brand", ticket["brand_id"]),
        "organization": _named(account, "organization", ticket["organization_id"]),
        "form": {"id": ticket["ticket_form_id"]},
        "due_at": ticket.get("due_at"),
        "custom_fields": {str(key): value for key, value in values_of(ticket).items()},
        "comments": [_comment(comment, people) for comment in comments],
        **_choices(account),
    }


def blank_view(account: Account) -> Doc:
    """Return what the page of a new ticket starts from, in the shape of `ticket_view`."""
    unset = ("id", "priority", "type", "requester", "assignee", "group", "organization", "due_at")
    brand, form = account.resources("brand")[0], account.resources("ticket_form")[0]
    return {
        **dict.fromkeys(unset),
        "subject": "",
        "description": "",
        "status": "new",
        "tags": [],
        "channel": "web",
        "created_at": None,
        "updated_at": None,
        "brand": {"id": brand["id"], "name": brand["name"]},
        "form": {"id": form["id"]},
        "custom_fields": {},
        "comments": [],
        **_choices(account),
    }


def find_people(account: Account, query: str, limit: int) -> list[Doc]:
    """Return active users whose name or address holds the words, end users first."""
    like = f"%{_escaped(query)}%"
    sql = (
        "SELECT doc FROM user WHERE active AND (json_extract(doc, '$.name') LIKE ? ESCAPE '\\' "
        "OR email LIKE ? ESCAPE '\\') ORDER BY role <> 'end-user', id LIMIT ?"
    )
    with account.db.read() as connection:
        return [person(load(row["doc"])) for row in connection.execute(sql, (like, like, limit))]


def fields(account: Account) -> list[Doc]:
    """Return the active custom ticket fields in their order."""
    active = [f for f in account.resources("ticket_field") if f["type"] in CUSTOM_TYPES and f["active"]]
    return [
        {
            "id": field["id"],
            "title": field["title"],
            "type": field["type"],
            "options": [
                {"name": option["name"], "value": option["value"]}
                for option in field.get("custom_field_options") or ()
            ],
        }
        for field in sorted(active, key=lambda field: (field.get("position") or 0, field["id"]))
    ]


def person(user: Doc) -> Doc:
    """Return a user as the workspace and the frame protocol know one."""
    return {
        "id": user["id"],
        "name": user["name"],
        "email": user.get("email"),
        "role": user["role"],
        "locale": user["locale"],
        "timeZone": user.get("iana_time_zone") or user.get("time_zone") or "UTC",
        "tags": user.get("tags") or [],
    }


def _choices(account: Account) -> Doc:
    """Return what a ticket's properties are chosen from."""
    return {
        "fields": fields(account),
        "groups": [{"id": group["id"], "name": group["name"]} for group in account.resources("group")],
        "staff": [{"id": user["id"], "name": user["name"]} for user in staff(account)],
    }


def _escaped(query: str) -> str:
    """Return words that LIKE takes as they are, with a backslash as its escape."""
    return query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _comment(comment: Doc, people: dict[Any, Doc]) -> Doc:
    return {
        "id": comment["id"],
        "author": people[comment["author_id"]],
        "public": comment["public"],
        "html": clean_html(comment["html_body"]),
        "text": comment["plain_body"],
        "created_at": comment["created_at"],
        "channel": comment["via"]["channel"],
    }


def _named(account: Account, kind: str, number: int | None) -> Doc | None:
    if number is None or not account.has(kind, number):
        return None
    return {"id": number, "name": account.resource(kind, number)["name"]}
