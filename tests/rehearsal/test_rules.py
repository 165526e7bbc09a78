"""Triggers fire on changes, automations on time passing; both refuse what Zendesk refuses."""

import json
from datetime import timedelta
from typing import Any

import pytest
from zenpy import Zenpy
from zenpy.lib.api_objects import Automation, Trigger

from tests.rehearsal.outside import Outside
from tests.rehearsal.receiver import receiving

CONDITIONAL = "conditional_ticket_events"
ON_CREATE = {"field": "update_type", "operator": "is", "value": "Create"}
ON_CHANGE = {"field": "update_type", "operator": "is", "value": "Change"}


def condition(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def add_rule(outside: Outside, kind: str, conditions: list[Any], *actions: tuple[str, Any]) -> Any:
    wanted = {
        "title": f"A {kind}",
        "conditions": {"all": conditions, "any": []},
        "actions": [{"field": field, "value": value} for field, value in actions],
    }
    return outside.api("POST", f"{kind}s", {kind: wanted})


def trigger(outside: Outside, conditions: list[Any], *actions: tuple[str, Any]) -> None:
    answer = add_rule(outside, "trigger", conditions, *actions)
    assert answer.status_code == 201, answer.text


def automation(outside: Outside, conditions: list[Any], *actions: tuple[str, Any]) -> None:
    answer = add_rule(outside, "automation", conditions, *actions)
    assert answer.status_code == 201, answer.text


def after_hours(outside: Outside, hours: float) -> dict[str, int]:
    """Let time pass and the hour of the automations come."""
    outside.account.clock.advance(timedelta(hours=hours))
    fired: dict[str, int] = outside.control("POST", "automations/run")["fired"]
    return fired


# -- triggers


def test_a_trigger_changes_what_it_says(outside: Outside) -> None:
    trigger(
        outside,
        [ON_CREATE],
        ("priority", "high"),
        ("current_tags", "seen by_rule"),
        ("assignee_id", outside.agent_id),
    )
    ticket = outside.account.ticket(outside.ticket(tags=["old"])["id"])

    assert ticket["priority"] == "high"
    assert sorted(ticket["tags"]) == ["by_rule", "old", "seen"]
    assert ticket["assignee_id"] == outside.agent_id


def test_a_trigger_whose_conditions_fail_does_nothing(outside: Outside) -> None:
    trigger(
        outside, [ON_CREATE, condition("subject_includes_word", "includes", "refund")], ("priority", "high")
    )

    assert outside.account.ticket(outside.ticket()["id"])["priority"] is None
    assert outside.account.ticket(outside.ticket(subject="My refund!")["id"])["priority"] == "high"


def test_an_earlier_trigger_gets_its_chance_after_a_later_one_changed_the_ticket(outside: Outside) -> None:
    trigger(outside, [condition("priority", "is", "urgent")], ("current_tags", "escalated"))
    trigger(outside, [ON_CREATE], ("priority", "urgent"))

    assert outside.account.ticket(outside.ticket()["id"])["tags"] == ["escalated"]


def test_two_triggers_that_undo_each_other_fire_once_each(outside: Outside) -> None:
    trigger(outside, [condition("priority", "is_not", "low")], ("priority", "low"))
    trigger(outside, [condition("priority", "is", "low")], ("priority", "high"))
    ticket_id = outside.ticket()["id"]

    assert outside.account.ticket(ticket_id)["priority"] == "high"
    by_rule = [
        audit["via"] for audit in outside.account.audits(ticket_id) if audit["via"]["channel"] == "rule"
    ]
    assert [via["source"]["rel"] for via in by_rule] == ["trigger", "trigger"]


def test_changed_to_looks_at_this_update_alone(outside: Outside) -> None:
    trigger(outside, [ON_CHANGE, condition("status", "value", "pending")], ("comment_value", "Now pending"),
            ("comment_mode_is_public", "false"))  # fmt: skip
    ticket_id = outside.ticket()["id"]
    outside.account.update_ticket(ticket_id, {"status": "pending"}, actor_id=outside.agent_id)
    outside.account.update_ticket(ticket_id, {"priority": "low"}, actor_id=outside.agent_id)
    notes = outside.account.comments(ticket_id)[1:]

    assert [(note["plain_body"], note["public"]) for note in notes] == [("Now pending", False)]


def test_a_trigger_can_tell_customers_from_agents(outside: Outside) -> None:
    said_in_public = condition("comment_is_public", "is", "true")
    trigger(outside, [condition("current_user_id", "is", "end_user"), said_in_public],
            ("current_tags", "customer_wrote"))  # fmt: skip
    ticket = outside.account.create_ticket(
        {"subject": "By an agent", "comment": {"body": "x"}, "requester_id": outside.requester_id},
        actor_id=outside.agent_id,
    )
    assert outside.account.ticket(ticket["id"])["tags"] == []

    outside.account.update_ticket(ticket["id"], {"comment": {"body": "y"}}, actor_id=outside.requester_id)

    assert outside.account.ticket(ticket["id"])["tags"] == ["customer_wrote"]


def test_a_closed_ticket_is_left_alone(outside: Outside) -> None:
    trigger(outside, [condition("status", "is", "closed")], ("current_tags", "too_late"))
    ticket_id = outside.ticket()["id"]
    outside.account.update_ticket(ticket_id, {"status": "closed"}, actor_id=outside.agent_id)

    assert outside.account.ticket(ticket_id)["tags"] == []


def test_a_trigger_sends_its_own_body_with_values_escaped_for_json(outside: Outside) -> None:
    body = """{"ticket": {{ticket.id}}, "title": "{{ticket.title}}", "from": "{{ticket.requester.name}}",
        "said": "{{ticket.latest_comment}}", "at": "{{ticket.updated_at_with_timestamp}}", "no": "{{no}}"}"""
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url, CONDITIONAL)
        trigger(outside, [ON_CREATE], ("notification_webhook", [webhook["id"], body]))
        ticket = outside.ticket(subject='A "quoted"\\ title', comment={"body": "line one\nline two"})
        [delivery] = receiver.wait_for(1)

    assert delivery.is_signed_with(webhook["secret"])
    assert delivery.json == {
        "ticket": ticket["id"],
        "title": 'A "quoted"\\ title',
        "from": "Rosa Diaz",
        "said": "line one\nline two",
        "at": ticket["updated_at"],
        "no": "",
    }


def test_a_webhook_of_rules_hears_no_events(outside: Outside) -> None:
    with receiving() as receiver:
        outside.webhook(receiver.url, CONDITIONAL)
        outside.ticket()
        outside.wait_until_idle()

    assert receiver.deliveries == []


def test_a_get_webhook_signs_the_timestamp_alone(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url, CONDITIONAL, http_method="GET")
        trigger(outside, [ON_CREATE], ("notification_webhook", [webhook["id"]]))
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert (delivery.method, delivery.body) == ("GET", b"")
    assert delivery.is_signed_with(webhook["secret"])


def test_our_own_update_over_the_api_sets_triggers_off_again(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url, CONDITIONAL)
        trigger(outside, [ON_CHANGE], ("notification_webhook", [webhook["id"], "{}"]))
        ticket_id = outside.ticket()["id"]
        outside.api("PUT", f"tickets/{ticket_id}", {"ticket": {"comment": {"body": "n", "public": False}}})
        receiver.wait_for(1)


def test_placeholders_in_customers_words_stay_as_they_are(outside: Outside) -> None:
    trigger(outside, [ON_CREATE], ("comment_value", "You wrote: {{ticket.title}}"),
            ("comment_mode_is_public", "false"))  # fmt: skip
    ticket_id = outside.ticket(subject="{{ticket.requester.email}}")["id"]

    assert outside.account.comments(ticket_id)[-1]["plain_body"] == "You wrote: {{ticket.requester.email}}"


def test_drop_down_values_and_their_titles_fill_placeholders(outside: Outside) -> None:
    options = [{"name": "Confirmed", "value": "complaint_confirmed"}]
    field = outside.account.create_ticket_field(
        {"type": "tagger", "title": "Complaint", "custom_field_options": options}
    )
    name = f"custom_fields_{field['id']}"
    trigger(outside, [ON_CREATE], (name, "complaint_confirmed"))
    trigger(
        outside,
        [condition(name, "is", "complaint_confirmed")],
        ("comment_value", f"{{{{ticket.ticket_field_{field['id']}}}}}"),
        ("comment_mode_is_public", "false"),
    )
    ticket_id = outside.ticket()["id"]

    assert outside.account.comments(ticket_id)[-1]["plain_body"] == "complaint_confirmed"
    assert "complaint_confirmed" in outside.account.ticket(ticket_id)["tags"]


@pytest.mark.parametrize(
    ("conditions", "action", "word"),
    [
        ([], ("priority", "high"), "condition"),
        ([condition("mood", "is", "angry")], ("priority", "high"), "mood"),
        ([condition("status", "resembles", "open")], ("priority", "high"), "resembles"),
        ([condition("PENDING", "is", "24")], ("priority", "high"), "PENDING"),
        ([ON_CREATE], ("launch", "rocket"), "launch"),
        ([ON_CREATE], ("notification_webhook", ["01HANAN7NVBM93Z21ZGCXESV8X", "{}"]), "webhook"),
        ([ON_CREATE], ("comment_value", "{% if a %}b{% endif %}"), "Liquid"),
        ([ON_CREATE], ("comment_value", "x" * 66_000), "long"),
    ],
)
def test_a_trigger_that_cannot_run_is_refused(
    outside: Outside, conditions: list[Any], action: tuple[str, Any], word: str
) -> None:
    answer = add_rule(outside, "trigger", conditions, action)

    assert answer.status_code == 422
    assert answer.json()["error"] == "RecordInvalid"
    assert word in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": 5},
        {"active": "yes"},
        {"position": "first"},
        {"actions": None},
        {"actions": ["close"]},
        {"conditions": []},
        {"conditions": {"all": 5}},
        {"conditions": {"all": ["new"]}},
        {"conditions": {"all": [{"field": ["status"]}]}},
    ],
    ids=json.dumps,
)
def test_a_misshapen_rule_is_refused(outside: Outside, wrong: dict[str, Any]) -> None:
    right = {
        "title": "t",
        "conditions": {"all": [ON_CREATE]},
        "actions": [{"field": "status", "value": "open"}],
    }

    assert outside.api("POST", "triggers", {"trigger": right}).status_code == 201
    assert outside.api("POST", "triggers", {"trigger": {**right, **wrong}}).status_code == 422


def test_rules_cannot_call_a_webhook_of_events(outside: Outside) -> None:
    webhook = outside.webhook("https://makegood.example/")

    assert (
        add_rule(outside, "trigger", [ON_CREATE], ("notification_webhook", [webhook["id"], "{}"])).status_code
        == 422
    )


# -- automations


def test_an_automation_waits_for_its_hours(outside: Outside) -> None:
    automation(outside, [condition("status", "is", "pending"), condition("PENDING", "greater_than", "24")],
               ("status", "open"), ("current_tags", "bumped"))  # fmt: skip
    ticket_id = outside.ticket(status="pending")["id"]

    after_hours(outside, 24.5)
    assert outside.account.ticket(ticket_id)["status"] == "pending"
    after_hours(outside, 1)
    assert outside.account.ticket(ticket_id)["status"] == "open"
    assert outside.account.ticket(ticket_id)["tags"] == ["bumped"]


def test_hours_count_from_when_the_status_was_entered(outside: Outside) -> None:
    automation(outside, [condition("status", "is", "pending"), condition("PENDING", "is", "2")],
               ("current_tags", "two_hours"))  # fmt: skip
    ticket_id = outside.ticket()["id"]
    after_hours(outside, 10)
    outside.account.update_ticket(ticket_id, {"status": "pending"}, actor_id=outside.agent_id)

    assert after_hours(outside, 1)["A automation"] == 0
    assert after_hours(outside, 1.1)["A automation"] == 1
    assert after_hours(outside, 1)["A automation"] == 0


def test_an_automation_sets_triggers_off(outside: Outside) -> None:
    automation(outside, [condition("status", "is", "new"), condition("created_at", "greater_than", "1")],
               ("status", "open"))  # fmt: skip
    trigger(outside, [ON_CHANGE, condition("status", "changed_to", "open")], ("current_tags", "triggered"))
    ticket_id = outside.ticket()["id"]
    after_hours(outside, 3)

    assert outside.account.ticket(ticket_id)["tags"] == ["triggered"]


def test_solved_tickets_close_after_four_days(outside: Outside) -> None:
    ticket_id = outside.ticket()["id"]
    outside.account.update_ticket(ticket_id, {"status": "solved"}, actor_id=outside.agent_id)

    after_hours(outside, 96)
    assert outside.account.ticket(ticket_id)["status"] == "solved"
    after_hours(outside, 1)
    assert outside.account.ticket(ticket_id)["status"] == "closed"


def test_solved_tickets_close_after_28_days_whatever_the_rules_say(outside: Outside) -> None:
    [rule] = outside.api("GET", "automations").json()["automations"]
    outside.api("PUT", f"automations/{rule['id']}", {"automation": {"active": False}})
    ticket_id = outside.ticket()["id"]
    outside.account.update_ticket(ticket_id, {"status": "solved"}, actor_id=outside.agent_id)

    after_hours(outside, 27 * 24)
    assert outside.account.ticket(ticket_id)["status"] == "solved"
    after_hours(outside, 24)
    assert outside.account.ticket(ticket_id)["status"] == "closed"


def test_an_automation_takes_a_thousand_tickets_an_hour(outside: Outside) -> None:
    automation(outside, [condition("status", "is", "new"), condition("NEW", "greater_than", "1")],
               ("status", "open"))  # fmt: skip
    for _ in range(1005):
        outside.ticket()

    assert after_hours(outside, 3)["A automation"] == 1000
    assert after_hours(outside, 1)["A automation"] == 5


PENDING = condition("status", "is", "pending")
LATE = condition("PENDING", "greater_than", "24")


@pytest.mark.parametrize(
    ("conditions", "action", "allowed"),
    [
        ([PENDING, LATE], ("status", "open"), True),
        ([PENDING, LATE], ("priority", "high"), False),
        ([PENDING, LATE], ("status", "pending"), False),
        ([PENDING, condition("PENDING", "is", "24")], ("priority", "high"), True),
        (
            [PENDING, LATE, condition("current_tags", "not_includes", "bumped")],
            ("current_tags", "bumped"),
            True,
        ),
        (
            [PENDING, LATE, condition("current_tags", "not_includes", "bumped")],
            ("current_tags", "other"),
            False,
        ),
        ([PENDING, LATE, condition("current_tags", "includes", "wait")], ("remove_tags", "wait"), True),
        ([PENDING, LATE, condition("priority", "is_not", "high")], ("priority", "high"), True),
        ([condition("created_at", "is", "24")], ("priority", "high"), False),
        ([condition("PENDING", "is", "24")], ("status", "open"), True),
        ([PENDING, condition("PENDING", "greater_than", "1.5")], ("status", "open"), False),
    ],
    ids=json.dumps,
)
def test_an_automation_must_end_by_itself(
    outside: Outside, conditions: list[Any], action: tuple[str, Any], allowed: bool
) -> None:
    answer = add_rule(outside, "automation", conditions, action)

    assert answer.status_code == (201 if allowed else 422), answer.text


# -- the API


@pytest.fixture
def zenpy(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Zenpy:
    """A stock client; these variables are its own way to another host."""
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", outside.server.url.removeprefix("http://"))
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    return Zenpy(subdomain="rehearsal", oauth_token=outside.token)


def test_a_stock_client_keeps_rules_as_recorded_on_a_live_account(zenpy: Zenpy) -> None:
    solved = condition("status", "less_than", "solved")
    actions = [{"field": "status", "value": "open"}]
    made = zenpy.triggers.create(Trigger(title="t", all=[solved, ON_CREATE], actions=actions))
    waits = [PENDING, condition("PENDING", "greater_than", "24")]
    timed = zenpy.automations.create(Automation(title="a", all=waits, actions=actions))

    assert made.conditions.all[1]["value"] == "Create"
    assert made.to_dict()["raw_title"] == "t"
    assert timed.to_dict()["position"] == 2
    assert [found.title for found in zenpy.triggers()] == ["t"]


def test_a_stock_client_updates_and_deletes_rules(zenpy: Zenpy) -> None:
    made = zenpy.triggers.create(
        Trigger(title="t", all=[ON_CREATE], actions=[{"field": "status", "value": "open"}])
    )
    made.title = "renamed"
    zenpy.triggers.update(made)

    assert [found.title for found in zenpy.triggers()] == ["renamed"]
    zenpy.triggers.delete(made)
    assert list(zenpy.triggers()) == []


def test_an_inactive_trigger_does_not_run(outside: Outside) -> None:
    trigger(outside, [ON_CREATE], ("priority", "high"))
    [rule] = outside.api("GET", "triggers/active").json()["triggers"]
    outside.api("PUT", f"triggers/{rule['id']}", {"trigger": {"active": False}})

    assert outside.account.ticket(outside.ticket()["id"])["priority"] is None
    assert outside.api("GET", "triggers/active").json()["triggers"] == []
