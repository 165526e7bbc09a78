"""Actions of triggers and automations: what a rule may do, and the ticket update its actions make."""

from collections.abc import Mapping, Sequence
from typing import Any

from integration.rehearsal import placeholders
from integration.rehearsal.base import Doc
from integration.rehearsal.conditions import custom_field_id

Action = Mapping[str, Any]

WEBHOOK = "notification_webhook"

_PROPERTIES = ("status", "priority", "type", "subject", "brand_id", "ticket_form_id", "custom_status_id")
_PEOPLE = ("assignee_id", "group_id")
_TAGS = ("set_tags", "current_tags", "remove_tags")
_COMMENTS = ("comment_value", "comment_value_html", "comment_mode_is_public")
# E-mail and the like leave the account in ways that are not rehearsed: accepted, without effect.
_ELSEWHERE = ("notification_user", "notification_group", "cc", "follower", "locale_id", "satisfaction_score")
_KNOWN = {*_PROPERTIES, *_PEOPLE, *_TAGS, *_COMMENTS, *_ELSEWHERE, WEBHOOK}


def problem(action: Action) -> str | None:
    """Say what is wrong with an action, None if it can be carried out."""
    name, value = action.get("field"), action.get("value")
    if not isinstance(name, str) or (name not in _KNOWN and custom_field_id(name) is None):
        return f"{name} is not an action here"
    if name == WEBHOOK and not (isinstance(value, list) and len(value) in (1, 2)):
        return f"{WEBHOOK} wants [webhook id, body]"
    texts = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    if any(placeholders.has_unsupported_tags(text) for text in texts):
        return f"{name} uses Liquid tags, of which only {{{{placeholders}}}} are rehearsed"
    return None


def as_update(
    actions: Sequence[Action], ticket: Doc, *, actor_id: int | None, values: Mapping[str, Any]
) -> Doc:
    """Return the body of the ticket update the actions make; `values` fill placeholders in comments."""
    update: Doc = {}
    fields: list[Doc] = []
    tags = set(ticket.get("tags") or [])
    comment: Doc = {}
    for action in actions:
        name, value = str(action["field"]), action.get("value")
        field_id = custom_field_id(name)
        if field_id is not None:
            fields.append({"id": field_id, "value": value})
        elif name in _PROPERTIES:
            update[name] = value
        elif name in _PEOPLE:
            update[name] = _person(value, ticket, actor_id)
        elif name in _TAGS:
            tags = _retagged(name, tags, str(value or "").split())
        elif name in _COMMENTS:
            comment |= _comment_part(name, value, values)
    if fields:
        update["custom_fields"] = fields
    if tags != set(ticket.get("tags") or []):
        update["tags"] = sorted(tags)
    if "body" in comment or "html_body" in comment:
        update["comment"] = {"public": True, **comment}
    return update


def webhook_calls(actions: Sequence[Action]) -> list[tuple[str, Any]]:
    """Return (webhook id, body as the rule's author wrote it) of each webhook the actions call."""
    called = [action["value"] for action in actions if action["field"] == WEBHOOK]
    return [(str(value[0]), value[1] if len(value) > 1 else "") for value in called]


def _person(value: Any, ticket: Doc, actor_id: int | None) -> Any:
    if value == "current_user":
        return actor_id
    if value == "requester_id":
        return ticket.get("requester_id")
    return None if value in ("", None) else value


def _retagged(name: str, tags: set[str], words: list[str]) -> set[str]:
    if name == "set_tags":
        return set(words)
    return tags | set(words) if name == "current_tags" else tags - set(words)


def _comment_part(name: str, value: Any, values: Mapping[str, Any]) -> Doc:
    if name == "comment_mode_is_public":
        return {"public": str(value).lower() == "true"}
    text = str(value[-1] if isinstance(value, list) else value)
    # A value that itself holds placeholders stays as the customer wrote it.
    expanded = placeholders.expand(text, values, escape=lambda found: found.replace("{{", "\\{{"))
    return {"html_body" if name.endswith("_html") else "body": expanded}
