"""What is put into the account, repaired there and taken away again."""

import json
from pathlib import Path
from typing import Any

import pytest

from integration.zendesk import provision
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.provision import Action
from tests.zendesk.peer import Peer

ROOT = Path(__file__).parents[2]
URL = "https://makegood.example.com"


def fields(session: ZendeskSession) -> dict[str, dict[str, Any]]:
    rows = session.get("/api/v2/ticket_fields").json()["ticket_fields"]
    return {row["title"]: row for row in rows}


def webhooks(session: ZendeskSession) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = session.get("/api/v2/webhooks").json()["webhooks"]
    return rows


def test_a_plan_writes_nothing(peer: Peer, session: ZendeskSession):
    changes = provision.plan(session, URL)

    assert {change.action for change in changes} == {Action.CREATE}
    assert len(changes) == 7
    assert not webhooks(session)


def test_after_apply_everything_stands_and_the_next_plan_is_empty(session: ZendeskSession):
    made = provision.apply(session, URL)

    assert set(made.field_ids) == {
        "complaint", "severity", "complaints_before", "deadline", "next_follow_up",
    }  # fmt: skip
    assert fields(session)["Makegood: Complaint"]["id"] == made.field_ids["complaint"]
    assert {row["endpoint"] for row in webhooks(session)} == {
        f"{URL}/zendesk/events",
        f"{URL}/zendesk/follow-ups",
    }
    assert len(set(made.signing_secrets)) == 2
    assert provision.plan(session, URL) == ()


def test_applying_again_keeps_ids_and_secrets(session: ZendeskSession):
    assert provision.apply(session, URL) == provision.apply(session, URL)


def test_secrets_do_not_show_when_the_result_is_printed(session: ZendeskSession):
    made = provision.apply(session, URL)

    assert made.signing_secrets[0] not in repr(made)


def test_a_deleted_webhook_and_field_are_made_anew(session: ZendeskSession):
    made = provision.apply(session, URL)
    session.delete(f"/api/v2/webhooks/{made.webhook_ids['events']}")
    session.delete(f"/api/v2/ticket_fields/{made.field_ids['deadline']}")

    again = provision.apply(session, URL)

    assert again.webhook_ids["events"] != made.webhook_ids["events"]
    assert again.webhook_ids["follow_ups"] == made.webhook_ids["follow_ups"]
    assert again.field_ids["complaint"] == made.field_ids["complaint"]


def test_a_drop_down_that_an_admin_renamed_is_known_by_its_tags(session: ZendeskSession):
    made = provision.apply(session, URL)
    path = f"/api/v2/ticket_fields/{made.field_ids['complaint']}"
    session.put(path, json={"ticket_field": {"title": "Reklamation"}})

    assert provision.plan(session, URL) == ()
    assert provision.find(session, URL).field_ids == made.field_ids


def test_any_field_that_an_admin_renamed_is_known_by_its_id(session: ZendeskSession):
    made = provision.apply(session, URL)
    for key in ("complaints_before", "deadline"):
        path = f"/api/v2/ticket_fields/{made.field_ids[key]}"
        session.put(path, json={"ticket_field": {"title": f"Unser Feld {key}"}})

    again = provision.apply(session, URL, made.field_ids)

    assert again.field_ids == made.field_ids
    assert "Makegood: Complaint deadline" not in fields(session)
    assert "Unser Feld deadline" in {
        change.title for change in provision.remove(session, URL, made.field_ids)
    }


def test_an_id_that_somebody_elses_field_has_now_counts_for_nothing(session: ZendeskSession):
    theirs = session.post("/api/v2/ticket_fields", json={"ticket_field": {"title": "Size", "type": "text"}})
    known = {"deadline": theirs.json()["ticket_field"]["id"]}

    made = provision.apply(session, URL, known)

    assert fields(session)["Makegood: Complaint deadline"]["id"] == made.field_ids["deadline"]


def test_fields_that_the_app_brought_are_taken_over(session: ZendeskSession):
    brought = json.loads((ROOT / "manifest" / "requirements.json").read_text("utf-8"))["ticket_fields"]
    for one in brought.values():
        session.post("/api/v2/ticket_fields", json={"ticket_field": one})
    before = fields(session)

    made = provision.apply(session, URL)

    assert fields(session).keys() == before.keys()
    assert made.field_ids["complaint"] == before["Makegood: Complaint"]["id"]


def test_a_webhook_that_was_switched_off_or_narrowed_is_repaired(session: ZendeskSession):
    made = provision.apply(session, URL)
    path = f"/api/v2/webhooks/{made.webhook_ids['events']}"
    session.patch(
        path, json={"webhook": {"status": "inactive", "subscriptions": ["zen:event-type:ticket.created"]}}
    )

    [change] = provision.plan(session, URL)
    again = provision.apply(session, URL)

    assert (change.action, change.why) == (Action.REPAIR, "status, subscriptions changed")
    assert again == made
    assert provision.plan(session, URL) == ()


def test_a_new_public_url_moves_the_webhooks(session: ZendeskSession):
    made = provision.apply(session, URL)

    moved = provision.apply(session, "https://elsewhere.example.com")

    assert moved.webhook_ids == made.webhook_ids
    assert all(row["endpoint"].startswith("https://elsewhere.") for row in webhooks(session))


def test_a_webhook_of_the_wrong_kind_is_replaced(session: ZendeskSession):
    wrong = {
        "name": "Makegood: Events", "endpoint": f"{URL}/zendesk/events", "status": "active",
        "http_method": "POST", "request_format": "json", "subscriptions": ["conditional_ticket_events"],
    }  # fmt: skip
    session.post("/api/v2/webhooks", json={"webhook": wrong})

    provision.apply(session, URL)

    events = [row for row in webhooks(session) if row["name"] == "Makegood: Events"]
    assert [len(row["subscriptions"]) > 20 for row in events] == [True]


def test_the_twin_left_by_a_lost_answer_is_deleted(peer: Peer, session: ZendeskSession):
    made = provision.apply(session, URL)
    original = session.get(f"/api/v2/webhooks/{made.webhook_ids['events']}").json()["webhook"]
    wanted = ("name", "endpoint", "status", "http_method", "request_format", "subscriptions")
    session.post("/api/v2/webhooks", json={"webhook": {key: original[key] for key in wanted}})

    [change] = provision.plan(session, URL)

    assert (change.action, change.why) == (Action.DELETE, "there twice")
    assert provision.apply(session, URL) == made


def test_missing_options_are_added_and_those_of_others_stay(session: ZendeskSession):
    made = provision.apply(session, URL)
    path = f"/api/v2/ticket_fields/{made.field_ids['complaint']}"
    options = [{"name": "Suspicious", "value": "makegood_suspected"}, {"name": "Ours", "value": "our_own"}]
    session.put(path, json={"ticket_field": {"custom_field_options": options, "active": False}})

    provision.apply(session, URL)

    field = session.get(path).json()["ticket_field"]
    values = {option["value"]: option["name"] for option in field["custom_field_options"]}
    assert field["active"]
    assert values["our_own"] == "Ours"
    assert values["makegood_suspected"] == "Suspicious"
    assert "makegood_resolved" in values


def test_a_field_of_another_type_with_our_title_is_not_ours(session: ZendeskSession):
    stranger = {"title": "Makegood: Complaint", "type": "text"}
    theirs = session.post("/api/v2/ticket_fields", json={"ticket_field": stranger}).json()["ticket_field"]

    made = provision.apply(session, URL)
    provision.remove(session, URL)

    assert made.field_ids["complaint"] != theirs["id"]
    assert fields(session)["Makegood: Complaint"]["id"] == theirs["id"]


def test_removal_takes_what_is_ours_and_nothing_else(session: ZendeskSession):
    before = set(fields(session))
    stranger = {
        "name": "Makegood report to us", "endpoint": "https://other.example.com/", "status": "active",
        "http_method": "POST", "request_format": "json", "subscriptions": ["conditional_ticket_events"],
    }  # fmt: skip
    session.post("/api/v2/webhooks", json={"webhook": stranger})
    provision.apply(session, URL)

    planned = provision.plan_removal(session, URL)
    removed = provision.remove(session, URL)

    assert planned == removed
    assert set(fields(session)) == before
    assert [row["name"] for row in webhooks(session)] == ["Makegood report to us"]
    assert provision.remove(session, URL) == ()


def test_before_apply_nothing_is_found_and_the_next_step_is_named(session: ZendeskSession):
    with pytest.raises(UnexpectedAnswer, match="makegood connect"):
        provision.find(session, URL)
