"""Conditions of triggers and automations, decided from plain values.

A condition is `{"field", "operator", "value"}`; what is known about the ticket arrives as a `Situation`.
`problem` refuses unknown fields and operators when a rule is stored, so that `holds` never guesses.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Condition = Mapping[str, Any]

_STATUS_ORDER = ("new", "open", "pending", "hold", "solved", "closed")
_PRIORITY_ORDER = ("", "low", "normal", "high", "urgent")
_ORDERS = {"status": _STATUS_ORDER, "priority": _PRIORITY_ORDER}

_EQUALITY = {"is", "is_not"}
_CHANGE = {
    "changed",
    "not_changed",
    "changed_to",
    "value",
    "not_value",
    "value_previous",
    "not_value_previous",
}
_ORDERED = {"less_than", "greater_than", "less_than_equal", "greater_than_equal"}
_WORDS = {"includes", "not_includes", "is", "is_not", "includes_string", "not_includes_string"}
_HOURS = {
    f"{name}{suffix}" for name in ("is", "less_than", "greater_than") for suffix in ("", "_business_hours")
}

# Hours fields of automations; the name of a status counts from when the ticket entered it.
HOURS_SINCE = [
    "NEW",
    "OPEN",
    "PENDING",
    "HOLD",
    "SOLVED",
    "CLOSED",
    "created_at",
    "updated_at",
    "assigned_at",
]
HOURS_SINCE += ["requester_updated_at", "assignee_updated_at", "due_date"]
HOURS_UNTIL = "until_due_date"

_ID_FIELDS = ("assignee_id", "group_id", "requester_id", "brand_id", "ticket_form_id", "organization_id")
_OPERATORS: dict[str, set[str]] = {
    "status": _EQUALITY | _CHANGE | _ORDERED,
    "priority": _EQUALITY | _CHANGE | _ORDERED,
    "type": _EQUALITY | _CHANGE,
    **dict.fromkeys(_ID_FIELDS, _EQUALITY | _CHANGE),
    "custom_status_id": _EQUALITY | _CHANGE | {"includes", "not_includes"},
    "current_tags": {"includes", "not_includes", "changed", "not_changed"},
    "subject_includes_word": _WORDS,
    "description_includes_word": _WORDS,
    "comment_includes_word": _WORDS,
    "comment_is_public": _EQUALITY | {""},
    "update_type": _EQUALITY,
    "current_via_id": _EQUALITY,
    "via_id": _EQUALITY,
    "current_user_id": _EQUALITY,
    "role": _EQUALITY,
    "requester_role": _EQUALITY,
    "satisfaction_score": _EQUALITY | _CHANGE,
    **dict.fromkeys((*HOURS_SINCE, HOURS_UNTIL), _HOURS),
}
_CUSTOM = _EQUALITY | _CHANGE | _ORDERED | {"present", "not_present", "includes", "not_includes"}
_CUSTOM_FIELD = re.compile(r"^(?:custom_fields|ticket_fields)_(\d+)$")
# Zendesk numbers its channels in rules; names are accepted too.
_VIA_IDS = {"0": "web", "4": "email", "5": "api", "29": "chat", "30": "twitter", "33": "voice"}
_VIA_IDS |= {"38": "facebook", "48": "web_widget", "51": "help_center", "75": "native_messaging"}


@dataclass(frozen=True)
class Situation:
    """What rules may ask: the ticket, the ticket before the update (None: just created), and the update."""

    ticket: Mapping[str, Any]
    before: Mapping[str, Any] | None
    now: datetime
    comment: Mapping[str, Any] | None = None  # the comment of this update
    actor_id: int | None = None
    actor_role: str = "end-user"
    via: str = "api"  # the channel of this update; the ticket's own is in the ticket
    requester_role: str = "end-user"
    entered: Mapping[str, datetime] = field(default_factory=dict)  # hours field -> moment it counts from


def custom_field_id(name: str) -> int | None:
    """Return the id in `custom_fields_123`, None for another field."""
    match = _CUSTOM_FIELD.match(name)
    return int(match[1]) if match else None


def problem(condition: Condition, *, hours: bool) -> str | None:
    """Say what is wrong with a condition, None if it can be decided; `hours` allows hours fields."""
    name, operator = condition.get("field"), condition.get("operator")
    if not isinstance(name, str) or not name:
        return "a condition needs a field"
    allowed = _CUSTOM if custom_field_id(name) is not None else _OPERATORS.get(name)
    is_hours = name in HOURS_SINCE or name == HOURS_UNTIL
    if allowed is None or (is_hours and not hours):
        return f"{name} is not a field of conditions here"
    if str(operator or "") not in allowed:
        return f"operator {operator!r} does not go with {name}"
    if is_hours and not re.fullmatch(r"\d+", str(condition.get("value", ""))):
        return f"{name} wants whole hours"
    return None


def met(conditions: Mapping[str, Any], situation: Situation) -> bool:
    """Say whether all of `all` and, where there are some, one of `any` hold."""
    some = conditions.get("any") or []
    return all(holds(each, situation) for each in conditions.get("all") or []) and (
        not some or any(holds(each, situation) for each in some)
    )


def holds(condition: Condition, situation: Situation) -> bool:
    """Decide one condition that `problem` accepts."""
    name, operator = str(condition["field"]), str(condition.get("operator") or "is")
    value = condition.get("value")
    if name in HOURS_SINCE or name == HOURS_UNTIL:
        return _hours_hold(name, operator.removesuffix("_business_hours"), int(str(value)), situation)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(operator, value, situation)
    was = None if situation.before is None else _current(name, situation.before)
    return _compare(name, operator, _current(name, situation.ticket), was, _wanted(value, situation))


def _current(name: str, ticket: Mapping[str, Any]) -> Any:
    field_id = custom_field_id(name)
    if field_id is None:
        return ticket.get(name)
    fields = ticket.get("custom_fields") or []
    return next((each.get("value") for each in fields if each.get("id") == field_id), None)


def _wanted(value: Any, situation: Situation) -> Any:
    if value == "current_user":
        return situation.actor_id
    if value == "requester_id":
        return situation.ticket.get("requester_id")
    return value


def _same(one: Any, other: Any) -> bool:
    return _plain(one) == _plain(other)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool | str) else str(value)


def _compare(name: str, operator: str, current: Any, was: Any, value: Any) -> bool:
    changed = not _same(current, was)
    match operator:
        case "is":
            return _same(current, value)
        case "is_not":
            return not _same(current, value)
        case "value" | "changed_to":
            return changed and _same(current, value)
        case "not_value":
            return changed and not _same(current, value)
        case "value_previous":
            return changed and _same(was, value)
        case "not_value_previous":
            return changed and not _same(was, value)
        case "changed":
            return changed
        case "not_changed":
            return not changed
        case "present":
            return _plain(current) not in ("", "false")
        case "not_present":
            return _plain(current) in ("", "false")
        case "includes" | "not_includes":
            found = _plain(current) in {_plain(each) for each in _several(value)}
            return found == (operator == "includes")
        case _:
            return _ordered(name, operator, current, value)


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else str(value or "").split()


def _ordered(name: str, operator: str, current: Any, value: Any) -> bool:
    order = _ORDERS.get(name)
    if order is not None:
        if _plain(current) not in order or _plain(value) not in order:
            return False
        left: Any = order.index(_plain(current))
        right: Any = order.index(_plain(value))
    else:
        try:
            left, right = float(_plain(current)), float(_plain(value))
        except ValueError:  # dates compare as text: both are YYYY-MM-DD
            left, right = _plain(current), _plain(value)
    outcome: bool = {
        "less_than": left < right,
        "less_than_equal": left <= right,
        "greater_than": left > right,
        "greater_than_equal": left >= right,
    }[operator]
    return outcome


def _hours_hold(name: str, operator: str, hours: int, situation: Situation) -> bool:
    since = situation.entered.get(name)
    if since is None:
        return False
    span = since - situation.now if name == HOURS_UNTIL else situation.now - since
    # Zendesk counts whole hours only: "is 24" holds for an hour, once the 24th is over.
    passed = int(span.total_seconds() // 3600)
    return {"is": passed == hours, "less_than": passed < hours, "greater_than": passed > hours}[operator]


def _tags_hold(operator: str, value: Any, situation: Situation) -> bool:
    tags = set(situation.ticket.get("tags") or [])
    if operator in ("changed", "not_changed"):
        was = set((situation.before or {}).get("tags") or [])
        return (tags != was) == (operator == "changed")
    return bool(tags & set(_several(value))) == (operator == "includes")


def _words_hold(text: Any, operator: str, value: Any) -> bool:
    said, wanted = str(text or "").lower(), str(value or "").lower().strip()
    if operator in ("is", "is_not"):  # the words together, as a phrase
        found = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", said) is not None
        return found == (operator == "is")
    if operator.endswith("_string"):
        return (wanted in said) == (operator == "includes_string")
    words = set(re.findall(r"\w+", said))
    return any(each in words for each in re.findall(r"\w+", wanted)) == (operator == "includes")


def _comment_public(operator: str, value: Any, situation: Situation) -> bool:
    # Zendesk's own words: true, false, not_relevant (any comment), requester_can_see_comment.
    comment, wanted = situation.comment, _plain(value)
    if wanted == "not_relevant":
        return comment is not None
    if comment is None:
        return False
    wants_public = wanted in ("true", "requester_can_see_comment")
    return (bool(comment.get("public")) == wants_public) == (operator != "is_not")


def _update_type(operator: str, value: Any, situation: Situation) -> bool:
    wanted_create = _plain(value) == "create"
    return ((situation.before is None) == wanted_create) == (operator == "is")


def _channel(channel: Any, operator: str, value: Any) -> bool:
    return _same(channel, _VIA_IDS.get(_plain(value), value)) == (operator == "is")


def _current_user(operator: str, value: Any, situation: Situation) -> bool:
    match _plain(value):
        case "agent":
            found = situation.actor_role in ("agent", "admin")
        case "end_user":
            found = situation.actor_role == "end-user"
        case "requester_id":
            found = situation.actor_id == situation.ticket.get("requester_id")
        case "assignee_id":
            found = situation.actor_id == situation.ticket.get("assignee_id")
        case wanted:
            found = wanted == _plain(situation.actor_id)
    return found == (operator == "is")


def _role(role: str, operator: str, value: Any) -> bool:
    wanted = _plain(value).replace("_", "-")
    found = role == wanted or (wanted == "agent" and role == "admin")
    return found == (operator == "is")


_SPECIAL: dict[str, Callable[[str, Any, Situation], bool]] = {
    "current_tags": _tags_hold,
    "subject_includes_word": lambda op, value, s: _words_hold(s.ticket.get("subject"), op, value),
    "description_includes_word": lambda op, value, s: _words_hold(s.ticket.get("description"), op, value),
    "comment_includes_word": lambda op, value, s: _words_hold((s.comment or {}).get("body"), op, value),
    "comment_is_public": _comment_public,
    "update_type": _update_type,
    "via_id": lambda op, value, s: _channel((s.ticket.get("via") or {}).get("channel"), op, value),
    "current_via_id": lambda op, value, s: _channel(s.via, op, value),
    "current_user_id": _current_user,
    "role": lambda op, value, s: _role(s.actor_role, op, value),
    "requester_role": lambda op, value, s: _role(s.requester_role, op, value),
}
