"""What an update may do to a ticket's properties, and how the audit tells it."""

from collections.abc import Iterator
from typing import Any

from integration.rehearsal.base import Doc
from integration.rehearsal.clock import iso, moment
from integration.rehearsal.errors import Invalid
from integration.rehearsal.numbers import whole

STATUSES = ("new", "open", "pending", "hold", "solved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
TYPES = ("question", "incident", "problem", "task")

# Property of the document -> name of the field in audit events.
AUDITED = {
    "subject": "subject",
    "status": "status",
    "priority": "priority",
    "type": "type",
    "requester_id": "requester_id",
    "assignee_id": "assignee_id",
    "group_id": "group_id",
    "organization_id": "organization_id",
    "brand_id": "brand_id",
    "ticket_form_id": "ticket_form_id",
    "custom_status_id": "custom_status_id",
    "external_id": "external_id",
    "problem_id": "problem_id",
    "due_at": "due_at",
    "tags": "tags",
}

_TEXTS = ("subject", "external_id", "recipient")
_REFERENCES = ("assignee_id", "group_id", "organization_id", "brand_id", "ticket_form_id", "problem_id",
               "requester_id")  # fmt: skip


def apply_properties(ticket: Doc, data: Doc) -> None:
    """Set the plain properties that an update names; unknown names are ignored. Raises Invalid."""
    for name in _TEXTS:
        if name in data:
            value = data[name]
            if value is not None and not isinstance(value, str | int):
                raise Invalid.because(**{name: "is not a text"})
            ticket[name] = None if value is None else str(value)
    for name in _REFERENCES:
        if name in data:
            ticket[name] = reference(name, data[name])
    for name, allowed in (("status", STATUSES), ("priority", PRIORITIES), ("type", TYPES)):
        if name in data:
            ticket[name] = _choice(name, data[name], allowed)
    ticket["raw_subject"] = ticket["subject"]
    _apply_due_at(ticket, data)


def reference(name: str, value: Any) -> int | None:
    """Read an id from a request, where numbers may come as text."""
    if value in (None, ""):
        return None
    # The system user is -1.
    number = -1 if str(value) == "-1" else whole(value)
    if number is None:
        raise Invalid.because(**{name: f"{str(value)[:40]} is not a valid id"})
    return number


def _choice(name: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if value in (None, "") and name != "status":
        return None
    if value not in allowed:
        raise Invalid.because(**{name: f"{str(value)[:40]!r} is not included in the list"})
    return value


def _apply_due_at(ticket: Doc, data: Doc) -> None:
    # A due date has a meaning on tasks only; elsewhere it is dropped without a word.
    if ticket["type"] != "task":
        ticket["due_at"] = None
    elif data.get("due_at"):
        try:
            ticket["due_at"] = iso(moment(str(data["due_at"])))
        except ValueError:
            raise Invalid.because(due_at="is not a valid date") from None
    elif "due_at" in data:
        ticket["due_at"] = None


def audit_changes(before: Doc, after: Doc) -> Iterator[Doc]:
    """Yield the Change events of an update, without ids: properties first, then custom fields."""
    for name, field_name in AUDITED.items():
        if before.get(name) != after.get(name):
            yield {
                "type": "Change",
                "field_name": field_name,
                "value": _told(after.get(name)),
                "previous_value": _told(before.get(name)),
            }
    old = {entry["id"]: entry["value"] for entry in before["custom_fields"]}
    new = {entry["id"]: entry["value"] for entry in after["custom_fields"]}
    for field_id in sorted(old.keys() | new.keys()):
        if old.get(field_id) != new.get(field_id):
            yield {
                "type": "Change",
                "field_name": str(field_id),
                "value": _told(new.get(field_id)),
                "previous_value": _told(old.get(field_id)),
            }


def audit_creation(ticket: Doc) -> Iterator[Doc]:
    """Yield the Create events of a new ticket, without ids."""
    for name, field_name in AUDITED.items():
        if ticket.get(name) not in (None, [], ""):
            yield {"type": "Create", "field_name": field_name, "value": _told(ticket[name])}
    for entry in ticket["custom_fields"]:
        yield {"type": "Create", "field_name": str(entry["id"]), "value": _told(entry["value"])}


def _told(value: Any) -> Any:
    # Audits carry values as text; lists of tags stay lists.
    if value is None or isinstance(value, list):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
