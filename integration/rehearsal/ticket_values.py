"""What placeholders can say about a ticket and the people around it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc
from integration.rehearsal.clock import moment
from integration.rehearsal.errors import NotFound


def ticket_values(account: Account, ticket: Doc, *, actor_id: int) -> Mapping[str, Any]:
    """Return the tree of placeholder values of a ticket; people and comments are read only when asked for."""
    url = f"{account.config.base_url}/agent/tickets/{ticket['id']}"
    created, updated = moment(ticket["created_at"]), moment(ticket["updated_at"])
    values: Doc = {
        "id": ticket["id"],
        "title": ticket["subject"],
        "description": ticket["description"],
        "external_id": ticket["external_id"],
        "status": _label(ticket["status"]),
        "priority": _label(ticket["priority"]),
        "ticket_type": _label(ticket["type"]),
        "via": _label(ticket["via"]["channel"]),
        "tags": " ".join(ticket["tags"]),
        "url": url.partition("://")[2],
        "link": url,
        "created_at": f"{created:%B} {created.day}, {created.year}",
        "created_at_with_timestamp": ticket["created_at"],
        "updated_at": f"{updated:%B} {updated.day}, {updated.year}",
        "updated_at_with_timestamp": ticket["updated_at"],
        "due_date_with_timestamp": ticket["due_at"],
        "requester": partial(_person, account, ticket["requester_id"]),
        "assignee": partial(_person, account, ticket["assignee_id"]),
        "group": {"id": ticket["group_id"], "name": partial(_name, account, "group", ticket["group_id"])},
        "brand": {"name": partial(_name, account, "brand", ticket["brand_id"])},
        "organization": {"name": partial(_name, account, "organization", ticket["organization_id"])},
        "latest_comment": partial(_latest, account, ticket["id"], public=False),
        "latest_public_comment": partial(_latest, account, ticket["id"], public=True),
    }
    for field in ticket["custom_fields"]:
        values[f"ticket_field_{field['id']}"] = field["value"]
        values[f"ticket_field_option_title_{field['id']}"] = partial(_option_title, account, field)
    return {
        "ticket": values,
        "current_user": partial(_person, account, actor_id),
        "account": {"name": account.config.subdomain, "subdomain": account.config.subdomain},
    }


def _label(value: str | None) -> str:
    return (value or "").capitalize()


def _person(account: Account, user_id: int | None) -> Doc:
    if user_id is None:
        return {}
    user = account.user(user_id)
    first, _, last = user["name"].partition(" ")
    names = ("id", "name", "email", "phone", "locale", "role", "external_id", "details", "notes")
    return {"first_name": first, "last_name": last, **{name: user.get(name) for name in names}}


def _name(account: Account, kind: str, resource_id: int | None) -> str:
    try:
        return str(account.resource(kind, resource_id)["name"]) if resource_id else ""
    except NotFound:
        return ""


def _latest(account: Account, ticket_id: int, *, public: bool) -> str:
    found = [one for one in account.comments(ticket_id) if one["public"] or not public]
    return str(found[-1]["plain_body"]) if found else ""


def _option_title(account: Account, field: Doc) -> str:
    definition = account.field_definitions().get(field["id"]) or {}
    options = definition.get("custom_field_options") or []
    return next((str(one["name"]) for one in options if one["value"] == field["value"]), "")
