"""Whether an automation ends by itself: Zendesk stores none that would fire on the same ticket every hour."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from integration.rehearsal import conditions, rule_actions
from integration.rehearsal.base import Doc

_ANCHORS = {"status", "type", "group_id", "assignee_id", "requester_id"}
_STATUS_HOURS = {"NEW", "OPEN", "PENDING", "HOLD", "SOLVED", "CLOSED"}
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # none of the conditions asked here depends on it


def problem(automation: Mapping[str, Any]) -> str | None:
    """Say why an automation may not be stored, None if it may."""
    every = automation["conditions"]["all"]
    if not {condition["field"] for condition in every} & (_ANCHORS | _STATUS_HOURS):
        return "An automation needs one of status, type, group, assignee or requester in all its conditions"
    if not any(_passes(each) or _made_false(each, automation["actions"]) for each in every):
        return "An automation must contain an action that nullifies at least one of its conditions"
    return None


def _passes(condition: Mapping[str, Any]) -> bool:
    # "Hours since pending is 24" holds for one hour only.
    is_hours = condition["field"] in (*conditions.HOURS_SINCE, conditions.HOURS_UNTIL)
    return is_hours and str(condition.get("operator")).startswith("is")


def _made_false(condition: Mapping[str, Any], actions: list[Doc]) -> bool:
    name = condition["field"]
    words = str(condition.get("value") or "").split() if name == "current_tags" else []
    before: Doc = {"tags": words if condition.get("operator") == "includes" else [], "custom_fields": []}
    update = rule_actions.as_update(actions, before, actor_id=None, values={})
    if name in _STATUS_HOURS:
        return "status" in update and str(update["status"]).upper() != name
    is_custom = conditions.custom_field_id(name) is not None
    touched = "custom_fields" if is_custom else {"current_tags": "tags"}.get(name, name)
    if touched not in update:
        return False
    situation = conditions.Situation(ticket={**before, **update}, before=before, now=_ANY_TIME)
    return not conditions.holds(condition, situation)
