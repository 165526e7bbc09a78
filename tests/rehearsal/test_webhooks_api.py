"""The webhooks API takes what Zendesk takes, refuses what it refuses, and shows what was sent."""

import json
from typing import Any

import pytest
from zenpy import Zenpy
from zenpy.lib.api_objects import Webhook

from integration.rehearsal.signing import TEST_SECRET
from integration.rehearsal.webhooks import endpoint_problem
from tests.rehearsal.outside import COMMENTED, CREATED, Outside
from tests.rehearsal.receiver import receiving

CONDITIONAL = "conditional_ticket_events"
VALID = {
    "name": "Makegood",
    "status": "active",
    "endpoint": "https://makegood.example/zendesk/events",
    "http_method": "POST",
    "request_format": "json",
    "subscriptions": [CREATED],
}


@pytest.fixture
def zenpy(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Zenpy:
    """A stock client; these variables are its own way to another host."""
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", outside.server.url.removeprefix("http://"))
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    return Zenpy(subdomain="rehearsal", oauth_token=outside.token)


def test_a_stock_client_creates_lists_changes_and_deletes(zenpy: Zenpy) -> None:
    created = zenpy.webhooks.create(Webhook(**{**VALID, "name": "One of ours"}))
    created.name = "Renamed"

    assert zenpy.webhooks.patch(created).status_code == 204
    assert zenpy.webhooks(id=created.id).name == "Renamed"
    assert zenpy.webhooks.update(created.id, Webhook(**{**VALID, "name": "Put"})).status_code == 204
    assert [found.name for found in zenpy.webhooks.list(filter="pU")] == ["Put"]
    assert [found.name for found in zenpy.webhooks.list(filter="absent")] == []
    zenpy.webhooks.delete(created)
    assert list(zenpy.webhooks.list()) == []


def test_a_stock_client_reads_and_resets_the_secret(zenpy: Zenpy) -> None:
    created = zenpy.webhooks.create(Webhook(**VALID))
    shown = zenpy.webhooks.show_secret(created)
    reset = zenpy.webhooks.reset_secret(created)

    assert (shown.algorithm, reset.algorithm) == ("SHA256", "SHA256")
    assert shown.secret != reset.secret == zenpy.webhooks.show_secret(created).secret


def test_a_stock_client_pages_through_the_list(outside: Outside, zenpy: Zenpy) -> None:
    names = [f"webhook {n}" for n in range(5)]
    for name in names:
        outside.webhook("https://makegood.example/", name=name)

    assert [found.name for found in zenpy.webhooks.list(page_size=2)] == names


def test_a_clone_is_a_copy_with_a_secret_of_its_own(outside: Outside) -> None:
    webhook = outside.webhook("https://makegood.example/")
    answer = outside.api("POST", f"webhooks?clone_webhook_id={webhook['id']}")
    clone = answer.json()["webhook"]

    assert answer.status_code == 201
    assert clone["name"] == "Makegood (copy)"
    assert clone["id"] != webhook["id"]
    secret = outside.api("GET", f"webhooks/{clone['id']}/signing_secret").json()["signing_secret"]["secret"]
    assert secret != webhook["secret"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://makegood.example/"},
        {"endpoint": "ftp://makegood.example/"},
        {"endpoint": "https://user:pass@makegood.example/"},
        {"endpoint": None},
        {"name": ""},
        {"status": "paused"},
        {"http_method": "FETCH"},
        {"http_method": "PUT"},
        {"request_format": "xml"},
        {"subscriptions": []},
        {"subscriptions": [CREATED, CONDITIONAL]},
        {"subscriptions": ["zen:event-type:ticket.updated"]},
        {"subscriptions": ["zen:event-type:ticket.solved"]},
        {"authentication": {"type": "basic_auth", "data": {"username": "u"}}},
        {"authentication": {"type": ["basic_auth"]}},
        {"authentication": {"type": "bearer_token", "data": {"token": "two\nlines"}}},
        {"custom_headers": {"X-Zendesk-Webhook-Id": "mine"}},
        {"custom_headers": ["X-Mine"]},
        {"name": 5},
        {"subscriptions": CREATED},
    ],
    ids=json.dumps,
)
def test_what_cannot_be_delivered_is_refused(outside: Outside, wrong: dict[str, Any]) -> None:
    answer = outside.api("POST", "webhooks", {"webhook": {**VALID, **wrong}})

    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.json()["description"] or "http_method" in answer.json()["description"]
    assert outside.api("GET", "webhooks").json()["webhooks"] == []


def test_the_kind_of_a_webhook_cannot_change(outside: Outside) -> None:
    webhook = outside.webhook("https://makegood.example/", CREATED)
    path = f"webhooks/{webhook['id']}"

    refused = outside.api("PATCH", path, {"webhook": {"subscriptions": [CONDITIONAL]}})
    allowed = outside.api("PATCH", path, {"webhook": {"subscriptions": [COMMENTED]}})

    assert (refused.status_code, allowed.status_code) == (400, 204)
    assert outside.api("GET", path).json()["webhook"]["subscriptions"] == [COMMENTED]


def test_passwords_are_never_shown_and_survive_being_sent_back_without(outside: Outside) -> None:
    secret = {"type": "basic_auth", "data": {"username": "u", "password": "p"}, "add_position": "header"}
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url, authentication=secret)
        shown = outside.api("GET", f"webhooks/{webhook['id']}").json()["webhook"]
        outside.api("PATCH", f"webhooks/{webhook['id']}", {"webhook": shown})
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert shown["authentication"]["data"] == {"username": "u"}
    assert delivery.headers["Authorization"] == "Basic dTpw"


def test_only_admins_reach_webhooks(outside: Outside) -> None:
    outside.account.update_user(outside.account.service_user_id, {"role": "agent"})

    assert outside.api("GET", "webhooks").status_code == 403


def test_an_unknown_webhook_is_not_found(outside: Outside) -> None:
    unknown = "webhooks/01HANAN7NVBM93Z21ZGCXESV8X"

    assert outside.api("GET", unknown).status_code == 404
    assert outside.api("DELETE", unknown).status_code == 404
    assert outside.api("GET", f"{unknown}/invocations").status_code == 404


def test_a_trial_account_has_ten_webhooks(rehearse: Any) -> None:
    trial = rehearse(trial=True)
    for _ in range(10):
        trial.webhook("https://makegood.example/")

    assert trial.api("POST", "webhooks", {"webhook": VALID}).status_code == 400


def test_attempts_show_what_was_sent_and_answered_without_credentials(outside: Outside) -> None:
    bearer = {"type": "bearer_token", "data": {"token": "t0ken"}, "add_position": "header"}
    with receiving(409, 200) as receiver:
        webhook = outside.webhook(receiver.url, authentication=bearer)
        outside.ticket()
        outside.wait_until_idle()
    [invocation] = outside.invocations(webhook)
    path = f"webhooks/{webhook['id']}/invocations/{invocation['id']}/attempts"
    first, second = outside.api("GET", path).json()["attempts"]

    assert (invocation["status"], invocation["status_code"]) == ("success", 200)
    assert (first["status_code"], second["status_code"]) == (409, 200)
    sent = {header["key"]: header["value"] for header in second["request"]["headers"]}
    assert sent["Authorization"] == "[SCRUBBED]"
    assert second["request"]["payload"].encode() == receiver.deliveries[1].body
    assert "t0ken" not in json.dumps([first, second])


def test_a_stock_client_reads_invocations_and_attempts(outside: Outside, zenpy: Zenpy) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url)
        for _ in range(3):
            outside.ticket()
        outside.wait_until_idle()
    found = list(zenpy.webhooks.invocations(webhook["id"]))

    assert [invocation.status for invocation in found] == ["success"] * 3
    assert len(list(zenpy.webhooks.invocation_attempts(webhook["id"], found[0].id))) == 1


def test_invocations_are_shown_for_seven_days(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url)
        outside.ticket()
        outside.wait_until_idle()
    assert len(outside.account.state["webhooks"]()) == 1
    outside.control("POST", "clock", {"advance_seconds": 8 * 86400})

    fresh = Outside(outside.server)
    try:
        assert fresh.invocations(webhook) == []
    finally:
        fresh.session.close()


def test_a_test_before_creation_is_signed_with_the_public_secret(outside: Outside) -> None:
    with receiving(202) as receiver:
        wanted = {
            "endpoint": receiver.url,
            "http_method": "POST",
            "request_format": "json",
            "payload": '{"a":1}',
        }
        answer = outside.api("POST", "webhooks/test", {"request": wanted})
        [delivery] = receiver.wait_for(1)

    assert answer.json()["response"]["status_code"] == 202
    assert delivery.is_signed_with(TEST_SECRET)
    assert delivery.body == b'{"a":1}'


def test_a_test_of_an_existing_webhook_is_signed_with_its_secret(outside: Outside, zenpy: Zenpy) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url)
        answer = zenpy.webhooks.test(webhook["id"])
        [delivery] = receiver.wait_for(1)

    assert answer.status_code == 200
    assert delivery.is_signed_with(webhook["secret"])


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:8000/e", "http://localhost/e", "https://a.example/e"])
def test_plain_http_is_allowed_on_the_loopback_alone(endpoint: str) -> None:
    assert endpoint_problem(endpoint) is None
    assert endpoint_problem("http://127.0.0.1.example/e") is not None
