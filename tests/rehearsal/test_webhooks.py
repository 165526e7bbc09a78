"""Webhooks are delivered as Zendesk delivers them: signed, with its headers, to those who want them."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from integration.rehearsal import signing
from tests.rehearsal.outside import COMMENTED, CREATED, Outside
from tests.rehearsal.receiver import receiving


def test_signature_covers_timestamp_then_body_with_the_secret_as_text() -> None:
    # A vector of our own, computed apart from this code; Zendesk publishes none for this order.
    made = signing.sign(signing.TEST_SECRET, "2021-03-25T05:09:27Z", b'{"say":"hello"}')

    assert made == "wBdX7hmsSGAyH374HQHKkutrZr75lt2XToKC8DRbnpA="


def test_an_event_arrives_signed_over_its_raw_bytes(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url, CREATED)
        ticket = outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert delivery.is_signed_with(webhook["secret"])
    assert not delivery.is_signed_with(signing.TEST_SECRET)
    assert delivery.json["type"] == CREATED
    assert delivery.json["detail"]["id"] == str(ticket["id"])


def test_headers_are_those_of_a_recorded_delivery(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url)
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert delivery.method == "POST"
    assert delivery.headers["User-Agent"] == "Zendesk Webhook"
    assert delivery.headers["Content-Type"] == "application/json; charset=utf-8"
    assert delivery.headers["X-Zendesk-Account-Id"] == str(outside.account.config.account_id)
    assert delivery.headers["X-Zendesk-Webhook-Id"] == webhook["id"]
    assert len(delivery.invocation_id) == len(webhook["id"]) == 26


def test_body_is_indented_and_ends_with_a_line_end(outside: Outside) -> None:
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert delivery.body.startswith(b'{\n  "account_id"')
    assert delivery.body.endswith(b"}\n")


def test_signature_follows_the_moved_clock(outside: Outside) -> None:
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.account.clock.advance(timedelta(days=30))
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert delivery.signed_at[:10] == outside.account.clock.now().date().isoformat()


def test_only_subscribed_events_are_sent(outside: Outside) -> None:
    with receiving() as receiver:
        outside.webhook(receiver.url, COMMENTED)
        ticket = outside.ticket()
        outside.account.update_ticket(ticket["id"], {"priority": "high"}, actor_id=outside.agent_id)
        outside.wait_until_idle()

    assert [delivery.json["type"] for delivery in receiver.deliveries] == [COMMENTED]


def test_events_from_before_the_webhook_are_not_sent(outside: Outside) -> None:
    outside.control("POST", "webhooks/pause")
    outside.ticket(subject="before")
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.ticket(subject="after")
        outside.control("POST", "webhooks/resume")
        outside.wait_until_idle()

    assert [delivery.json["detail"]["subject"] for delivery in receiver.deliveries] == ["after"]


def test_an_inactive_webhook_is_silent_and_hears_nothing_of_that_time_later(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url)
        outside.api("PATCH", f"webhooks/{webhook['id']}", {"webhook": {"status": "inactive"}})
        outside.ticket(subject="unheard")
        outside.api("PATCH", f"webhooks/{webhook['id']}", {"webhook": {"status": "active"}})
        outside.ticket(subject="heard")
        outside.wait_until_idle()

    assert [delivery.json["detail"]["subject"] for delivery in receiver.deliveries] == ["heard"]


def test_a_reset_secret_signs_from_then_on(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url)
        answer = outside.api("POST", f"webhooks/{webhook['id']}/signing_secret")
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert answer.status_code == 201
    assert delivery.is_signed_with(answer.json()["signing_secret"]["secret"])
    assert not delivery.is_signed_with(webhook["secret"])


@pytest.mark.parametrize(
    ("authentication", "header", "value"),
    [
        ({"type": "basic_auth", "data": {"username": "u", "password": "p"}}, "Authorization", "Basic dTpw"),
        ({"type": "bearer_token", "data": {"token": "t0ken"}}, "Authorization", "Bearer t0ken"),
        ({"type": "api_key", "data": {"name": "X-Key", "value": "k3y"}}, "X-Key", "k3y"),
    ],
)
def test_authentication_comes_beside_the_signature(
    outside: Outside, authentication: dict[str, object], header: str, value: str
) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url, authentication={**authentication, "add_position": "header"})
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert delivery.headers[header] == value
    assert delivery.is_signed_with(webhook["secret"])


def test_deliveries_wait_while_paused(outside: Outside) -> None:
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.control("POST", "webhooks/pause")
        outside.ticket()
        assert outside.control("GET", "idle") == {"idle": False, "pending": 1, "paused": True}
        assert receiver.deliveries == []

        outside.control("POST", "webhooks/resume")
        receiver.wait_for(1)
        outside.wait_until_idle()


def test_what_waited_at_a_stop_is_sent_after_the_next_start(rehearse: Callable[..., Outside]) -> None:
    with receiving() as receiver:
        first = rehearse()
        first.webhook(receiver.url)
        first.control("POST", "webhooks/pause")
        first.ticket(subject="kept")
        first.server.stop()
        assert receiver.deliveries == []

        rehearse()
        [delivery] = receiver.wait_for(1)

    assert delivery.json["detail"]["subject"] == "kept"


def test_more_than_a_hundred_deliveries_go_out_in_a_second(outside: Outside) -> None:
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.control("POST", "webhooks/pause")
        for _ in range(400):
            outside.ticket()
        outside.control("POST", "webhooks/resume")
        deliveries = receiver.wait_for(400, seconds=4)

    assert len({delivery.json["id"] for delivery in deliveries}) == 400
