"""The bodies of Zendesk's events: text ids, upper-case enumerations, one sequence for each change."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integration.rehearsal.base import Doc

if TYPE_CHECKING:
    from integration.rehearsal.users import UserRules

_TICKET_VERSION = "2022-11-06"
_USER_VERSION = "2022-06-20"

# Property -> event.
_SCALARS = {
    "subject": "subject_changed",
    "status": "status_changed",
    "priority": "priority_changed",
    "type": "type_changed",
    "requester_id": "requester_changed",
    "submitter_id": "submitter_changed",
    "assignee_id": "agent_assignment_changed",
    "group_id": "group_assignment_changed",
    "organization_id": "organization_changed",
    "brand_id": "brand_changed",
    "ticket_form_id": "form_changed",
    "custom_status_id": "custom_status_changed",
    "external_id": "external_id_changed",
    "problem_id": "problem_link_changed",
    "due_at": "task_due_at_changed",
}
_UPPER = {"status", "priority", "type"}


def of_ticket(
    account: "UserRules", before: Doc | None, after: Doc, audit: Doc, actor_id: int, now: datetime
) -> list[Doc]:
    """Return the event bodies of one change of a ticket; all share a sequence."""
    comment = next((e for e in audit["events"] if e["type"] == "Comment"), None)
    told: list[tuple[str, Doc]] = (
        [("created", {})] if before is None else list(_ticket_changes(account, before, after))
    )
    if comment is not None:
        told.append(("comment_added", {"comment": _comment(account, comment)}))
    return _bodies(account, "ticket", after, ticket_detail(after, actor_id), told, now)


def of_ticket_fate(
    account: "UserRules", kind: str, ticket: Doc, event: Doc, actor_id: int, now: datetime
) -> list[Doc]:
    """Return the one event of a deletion, restoration or merge: `soft_deleted`, `merged`…"""
    return _bodies(account, "ticket", ticket, ticket_detail(ticket, actor_id), [(kind, event)], now)


def of_user(account: "UserRules", before: Doc | None, after: Doc, actor_id: int, now: datetime) -> list[Doc]:
    """Return the event bodies of one change of a user."""
    told: list[tuple[str, Doc]] = []
    if before is None:
        told.append(("created", {}))
    elif before["active"] and not after["active"]:
        told.append(("deleted", {}))
    else:
        for name in ("name", "role", "external_id", "notes", "details", "alias"):
            if before[name] != after[name]:
                told.append((f"{name}_changed", {"current": after[name], "previous": before[name]}))
        if before["email"] != after["email"]:
            identity = {"primary": True, "type": "email", "value": after["email"]}
            told.append(
                (
                    "identity_changed",
                    {"current": identity, "previous": {**identity, "value": before["email"]}},
                )
            )
    return _bodies(account, "user", after, _user_detail(after), told, now, actor_id)


def of_user_merge(account: "UserRules", gone: Doc, into: Doc, actor_id: int, now: datetime) -> list[Doc]:
    """Return the `user.merged` event of the user that is gone; `event.user.id` is where the tickets went."""
    event = {"user": {"id": str(into["id"])}}
    return _bodies(account, "user", gone, _user_detail(gone), [("merged", event)], now, actor_id)


def ticket_detail(ticket: Doc, actor_id: int) -> Doc:
    """Return the snapshot of a ticket that every ticket event carries."""
    return {
        "actor_id": str(actor_id),
        "assignee_id": _id(ticket["assignee_id"]),
        "brand_id": _id(ticket["brand_id"]),
        "created_at": ticket["created_at"],
        "custom_status": _id(ticket["custom_status_id"]),
        "description": ticket["description"],
        "external_id": ticket["external_id"],
        "form_id": _id(ticket["ticket_form_id"]),
        "group_id": _id(ticket["group_id"]),
        "id": str(ticket["id"]),
        "is_public": ticket["is_public"],
        "organization_id": _id(ticket["organization_id"]),
        "priority": _upper(ticket["priority"]),
        "requester_id": _id(ticket["requester_id"]),
        "status": _upper(ticket["status"]),
        "subject": ticket["subject"],
        "submitter_id": _id(ticket["submitter_id"]),
        "tags": ticket["tags"] or None,
        "type": _upper(ticket["type"]),
        "updated_at": ticket["updated_at"],
        "via": {"channel": ticket["via"]["channel"]},
    }


def _ticket_changes(account: "UserRules", before: Doc, after: Doc) -> Iterator[tuple[str, Doc]]:
    for name, event in _SCALARS.items():
        if before.get(name) != after.get(name):
            as_told = _upper if name in _UPPER else _id
            yield event, {"current": as_told(after.get(name)), "previous": as_told(before.get(name))}
    if before["tags"] != after["tags"]:
        added, removed = set(after["tags"]) - set(before["tags"]), set(before["tags"]) - set(after["tags"])
        yield "tags_changed", {"tags_added": sorted(added), "tags_removed": sorted(removed)}
    old = {entry["id"]: entry["value"] for entry in before["custom_fields"]}
    new = {entry["id"]: entry["value"] for entry in after["custom_fields"]}
    for field_id in sorted(old.keys() | new.keys()):
        if old.get(field_id) != new.get(field_id):
            definition = account.field_definitions().get(field_id) or {"title": None, "type": None}
            yield (
                "custom_field_changed",
                {
                    "current": {"value": new.get(field_id)},
                    "custom_field": {
                        "id": str(field_id),
                        "title": definition["title"],
                        "type": _upper(definition["type"]),
                    },
                    "previous": {"value": old.get(field_id)},
                },
            )


def _comment(account: "UserRules", comment: Doc) -> Doc:
    author = account.user(comment["author_id"])
    return {
        "author": {"id": str(author["id"]), "is_staff": author["role"] != "end-user", "name": author["name"]},
        "body": comment["body"],
        "html_body": comment["html_body"],
        "id": str(comment["id"]),
        "is_public": comment["public"],
    }


def _user_detail(user: Doc) -> Doc:
    return {
        "created_at": user["created_at"],
        "default_group_id": str(user["default_group_id"] or 0),
        "email": user["email"] or "",
        "external_id": user["external_id"] or "",
        "id": str(user["id"]),
        "organization_id": str(user["organization_id"] or ""),
        "role": user["role"],
        "updated_at": user["updated_at"],
    }


def _bodies(
    account: "UserRules",
    kind: str,
    subject: Doc,
    detail: Doc,
    told: list[tuple[str, Doc]],
    now: datetime,
    actor_id: int | None = None,
) -> list[Doc]:
    sequence = uuid.uuid4().hex
    time = now.strftime("%Y-%m-%dT%H:%M:%S.%f") + f"{now.microsecond * 7 % 1000:03d}Z"
    if actor_id is not None:
        detail = {**detail, "actor_id": str(actor_id)}
    return [
        {
            "account_id": account.config.account_id,
            "detail": detail,
            "event": {**event, "meta": {"sequence": {"id": sequence, "position": position}}},
            "id": str(uuid.uuid4()),
            "subject": f"zen:{kind}:{subject['id']}",
            "time": time,
            "type": f"zen:event-type:{kind}.{name}",
            "zendesk_event_version": _TICKET_VERSION if kind == "ticket" else _USER_VERSION,
        }
        for position, (name, event) in enumerate(told, start=1)
    ]


def _id(value: Any) -> str | None:
    return None if value is None else str(value)


def _upper(value: Any) -> str | None:
    return None if value is None else str(value).upper()
