"""The fault desk breaks what it is told to break, as often as it is told, and says so."""

import http.client
import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests

from integration.rehearsal.errors import BadRequest
from integration.rehearsal.faults import FaultDesk
from tests.rehearsal.outside import Outside
from tests.rehearsal.receiver import receiving

COMMENT = {"ticket": {"comment": {"body": "A note", "public": False}}}


def set_api_faults(outside: Outside, *faults: dict[str, Any]) -> None:
    outside.control("POST", "faults", {"api": list(faults)})


def test_a_duplicated_event_comes_twice_under_two_invocations(outside: Outside) -> None:
    outside.control("POST", "faults", {"deliveries": {"duplicate": 1}})
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.ticket()
        first, second = receiver.wait_for(2)

    assert first.json["id"] == second.json["id"]
    assert first.invocation_id != second.invocation_id
    assert outside.control("GET", "faults")["injected"] == {"duplicate": 1}


def test_a_dropped_event_never_comes(outside: Outside) -> None:
    outside.control("POST", "faults", {"deliveries": {"drop": 1}})
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.ticket(subject="dropped")
        outside.wait_until_idle()
        outside.control("DELETE", "faults")
        outside.ticket(subject="sent")
        [delivery] = receiver.wait_for(1)

    assert delivery.json["detail"]["subject"] == "sent"


def test_a_reordered_event_is_overtaken(outside: Outside) -> None:
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.control("POST", "faults", {"deliveries": {"reorder": 1}})
        outside.ticket(subject="first")
        while outside.control("GET", "faults")["injected"] != {"reorder": 1}:
            pass
        outside.control("DELETE", "faults")
        outside.ticket(subject="second")
        deliveries = receiver.wait_for(2)

    assert [delivery.json["detail"]["subject"] for delivery in deliveries] == ["second", "first"]


def test_a_wrong_signature_does_not_verify(outside: Outside) -> None:
    outside.control("POST", "faults", {"deliveries": {"wrong_signature": 1}})
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url)
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert not delivery.is_signed_with(webhook["secret"])


def test_an_unsigned_delivery_has_no_signature_headers(outside: Outside) -> None:
    outside.control("POST", "faults", {"deliveries": {"unsigned": 1}})
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.ticket()
        [delivery] = receiver.wait_for(1)

    assert [name for name in delivery.headers if "Signature" in name] == []


def test_delayed_deliveries_count_as_pending(outside: Outside) -> None:
    outside.control("POST", "faults", {"deliveries": {"delay_seconds": [1.0, 1.2]}})
    with receiving() as receiver:
        outside.webhook(receiver.url)
        outside.ticket()
        assert outside.control("GET", "idle")["idle"] is False
        assert receiver.deliveries == []
        receiver.wait_for(1)


def test_a_429_names_the_seconds_to_wait(outside: Outside) -> None:
    set_api_faults(outside, {"kind": "429", "retry_after": 7, "times": 1})

    refused, answered = outside.api("GET", "users/me"), outside.api("GET", "users/me")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "7")
    assert answered.status_code == 200


@pytest.mark.parametrize("kind", ["500", "503"])
def test_errors_carry_json(outside: Outside, kind: str) -> None:
    set_api_faults(outside, {"kind": kind})
    answer = outside.api("GET", "users/me")

    assert answer.status_code == int(kind)
    assert "error" in answer.json()


def test_html_comes_with_status_200(outside: Outside) -> None:
    set_api_faults(outside, {"kind": "html"})
    answer = outside.api("GET", "users/me")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(("kind", "notes"), [("drop_before", 0), ("drop_after_write", 1)])
def test_a_dropped_connection_says_nothing_about_whether_it_was_written(
    outside: Outside, kind: str, notes: int
) -> None:
    ticket_id = outside.ticket()["id"]
    set_api_faults(outside, {"kind": kind, "methods": ["PUT"], "path": r"^/api/v2/tickets/\d+$"})

    with pytest.raises(requests.ConnectionError):
        outside.api("PUT", f"tickets/{ticket_id}.json", COMMENT)

    assert len(outside.account.comments(ticket_id)) == 1 + notes
    assert outside.control("GET", "faults")["injected"] == {kind: 1}


def test_a_dropped_connection_is_closed_without_a_byte(outside: Outside) -> None:
    set_api_faults(outside, {"kind": "drop_before"})
    host, port = outside.server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(b"GET /api/v2/users/me HTTP/1.1\r\nHost: rehearsal\r\n\r\n")

        assert connection.recv(1000) == b""


def test_a_timeout_is_longer_than_the_client_waits(outside: Outside) -> None:
    set_api_faults(outside, {"kind": "timeout", "seconds": 1, "times": 1})

    with pytest.raises(requests.ReadTimeout):
        outside.api("GET", "users/me", timeout=0.2)

    assert outside.api("GET", "users/me").status_code == 200


def test_faults_hit_only_the_methods_and_paths_they_name(outside: Outside) -> None:
    ticket_id = outside.ticket()["id"]
    set_api_faults(outside, {"kind": "500", "methods": ["PUT"], "path": "/tickets/"})

    assert outside.api("GET", f"tickets/{ticket_id}").status_code == 200
    assert outside.api("PUT", f"tickets/{ticket_id}", COMMENT).status_code == 500
    assert outside.control("GET", "state")["subdomain"] == "rehearsal"


def test_an_error_leaves_a_kept_connection_usable(outside: Outside) -> None:
    ticket_id = outside.ticket()["id"]
    set_api_faults(outside, {"kind": "500", "times": 1})
    host, port = outside.server.url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=5)
    headers = {"Authorization": f"Bearer {outside.token}", "Content-Type": "application/json"}
    statuses = []
    for _ in range(2):
        connection.request("PUT", f"/api/v2/tickets/{ticket_id}", json.dumps(COMMENT), headers)
        answer = connection.getresponse()
        answer.read()
        statuses.append(answer.status)
    connection.close()

    assert statuses == [500, 200]


def rolls(seed: int) -> list[bool]:
    desk = FaultDesk()
    desk.set({"api": [{"kind": "500", "rate": 0.3}], "seed": seed})
    return [desk.for_request("GET", "/api/v2/tickets") is not None for _ in range(200)]


def test_the_same_seed_breaks_the_same_requests() -> None:
    assert rolls(7) == rolls(7)
    assert rolls(7) != rolls(8)
    assert 30 < sum(rolls(7)) < 90


def test_delivery_rates_are_kept_and_counted() -> None:
    desk = FaultDesk()
    desk.set({"deliveries": {"duplicate": 0.2, "drop": 0.05}, "seed": 3})
    names = [desk.for_delivery().name for _ in range(1000)]

    assert desk.report()["injected"] == {name: names.count(name) for name in ("duplicate", "drop")}
    assert 140 < names.count("duplicate") < 260
    assert 25 < names.count("drop") < 85


@pytest.mark.parametrize(
    "wishes",
    [
        {"api": [{"kind": "418"}]},
        {"api": [{"kind": "500", "rate": 2}]},
        {"api": [{"kind": "500", "path": "("}]},
        {"api": [{"kind": "timeout", "seconds": 3600}]},
        {"deliveries": {"lose": 1}},
        {"deliveries": {"delay_seconds": [2, 1]}},
        {"deliveries": {"delay_seconds": 5}},
        {"deliveries": "all"},
        {"api": "500"},
        {"api": [{"kind": "timeout", "seconds": "long"}]},
        {"api": [{"kind": "500", "methods": 5}]},
        {"seed": "x"},
        {"delivery": {}},
    ],
    ids=json.dumps,
)
def test_a_mistaken_wish_is_refused_and_changes_nothing(wishes: dict[str, Any]) -> None:
    desk = FaultDesk()
    desk.set({"api": [{"kind": "500"}]})

    with pytest.raises(BadRequest):
        desk.set(wishes)

    assert desk.for_request("GET", "/api/v2/tickets") is not None


def test_dropped_calls_are_in_the_ledger_with_status_0(rehearse: Callable[..., Outside]) -> None:
    outside = rehearse()
    set_api_faults(outside, {"kind": "drop_before", "methods": ["GET"]})
    with pytest.raises(requests.ConnectionError):
        outside.api("GET", "users/me")

    assert outside.control("GET", "calls")["calls"][-1]["status"] == 0
