"""Each condition of a rule decides as Zendesk's does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integration.rehearsal.conditions import Situation, holds, met
from integration.rehearsal.placeholders import expand, within_json

NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
BEFORE = {"status": "open", "priority": "normal", "tags": ["a"], "custom_fields": [{"id": 7, "value": "old"}]}
TICKET = {
    "status": "pending",
    "priority": "normal",
    "type": None,
    "tags": ["a", "vip"],
    "requester_id": 10,
    "assignee_id": 20,
    "subject": "Where is my refund?",
    "description": "It never came.",
    "via": {"channel": "email"},
    "custom_fields": [{"id": 7, "value": "new"}, {"id": 8, "value": True}, {"id": 9, "value": "2026-11-20"}],
}
SITUATION = Situation(
    ticket=TICKET,
    before=BEFORE,
    now=NOW,
    comment={"public": True, "body": "Please hurry"},
    actor_id=10,
    via="web",
    entered={
        "PENDING": datetime(2026, 11, 22, 10, 0, tzinfo=UTC),
        "until_due_date": datetime(2026, 11, 23, 13, tzinfo=UTC),
    },
)


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("status", "is", "pending", True),
        ("status", "is_not", "pending", False),
        ("status", "less_than", "solved", True),
        ("status", "less_than", "pending", False),
        ("status", "greater_than", "open", True),
        ("status", "changed", None, True),
        ("status", "changed_to", "pending", True),
        ("status", "value", "open", False),
        ("status", "value_previous", "open", True),
        ("status", "not_value_previous", "open", False),
        ("priority", "changed", None, False),
        ("priority", "not_changed", None, True),
        ("priority", "greater_than", "low", True),
        ("type", "is", "", True),
        ("assignee_id", "is", "20", True),
        ("requester_id", "is", "current_user", True),
        ("current_tags", "includes", "gold vip", True),
        ("current_tags", "not_includes", "gold vip", False),
        ("current_tags", "changed", None, True),
        ("subject_includes_word", "includes", "return refund", True),
        ("subject_includes_word", "includes", "fund", False),
        ("subject_includes_word", "not_includes", "return", True),
        ("subject_includes_word", "is", "my refund", True),
        ("subject_includes_word", "includes_string", "fund", True),
        ("comment_includes_word", "includes", "hurry", True),
        ("description_includes_word", "includes", "never", True),
        ("comment_is_public", "is", "true", True),
        ("comment_is_public", "is", "false", False),
        ("comment_is_public", "is", "not_relevant", True),
        ("update_type", "is", "Change", True),
        ("update_type", "is", "Create", False),
        ("via_id", "is", "4", True),
        ("via_id", "is", "web", False),
        ("current_via_id", "is", "web", True),
        ("current_user_id", "is", "end_user", True),
        ("current_user_id", "is_not", "agent", True),
        ("current_user_id", "is", "requester_id", True),
        ("current_user_id", "is", "10", True),
        ("role", "is", "end_user", True),
        ("custom_fields_7", "is", "new", True),
        ("custom_fields_7", "changed", None, True),
        ("ticket_fields_8", "is", "true", True),
        ("custom_fields_9", "less_than", "2026-11-21", True),
        ("custom_fields_404", "present", None, False),
        ("custom_fields_7", "present", None, True),
        ("PENDING", "is", "2", True),
        ("PENDING", "greater_than", "2", False),
        ("PENDING", "less_than", "3", True),
        ("SOLVED", "greater_than", "0", False),
        ("until_due_date", "less_than", "25", True),
    ],
)
def test_condition(field: str, operator: str, value: Any, expected: bool) -> None:
    assert holds({"field": field, "operator": operator, "value": value}, SITUATION) is expected


def test_all_must_hold_and_one_of_any() -> None:
    yes = {"field": "status", "operator": "is", "value": "pending"}
    no = {"field": "status", "operator": "is", "value": "new"}

    assert met({"all": [yes], "any": [no, yes]}, SITUATION)
    assert met({"all": [], "any": [yes]}, SITUATION)
    assert not met({"all": [yes], "any": [no]}, SITUATION)
    assert not met({"all": [yes, no], "any": []}, SITUATION)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ticket.id}} and {{ ticket.title }}", '7 and Say "hi"'),
        ("{{ticket.title | upcase}}", 'SAY "HI"'),
        ("{{ticket.none | default: 'nobody'}}", "nobody"),
        ("{{ticket.title | truncate: 6}}", "Say..."),
        ("{{ticket}} {{other.thing}} {{ticket.title.more}}", "  "),
        (r"\{{ticket.id}} \\{{ticket.id}}", "{{ticket.id}} {{ticket.id}}"),
        ("{{ticket.lazy}}", "asked"),
    ],
)
def test_placeholder(text: str, expected: str) -> None:
    values = {"ticket": {"id": 7, "title": 'Say "hi"', "none": None, "lazy": lambda: "asked"}}

    assert expand(text, values) == expected


def test_values_are_escaped_and_the_authors_text_is_not() -> None:
    expanded = expand('{"t": "{{t}}"}', {"t": 'a "b"\n\\'}, escape=within_json)

    assert expanded == '{"t": "a \\"b\\"\\n\\\\"}'
