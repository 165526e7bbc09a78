"""What is tried again, what is lost, and when the circuit breaker opens."""

import socket
import time
from collections.abc import Callable

import pytest

from integration.rehearsal.config import SenderOptions
from integration.rehearsal.delivery import Answer as Came
from integration.rehearsal.delivery import Breaker, judge
from tests.rehearsal.outside import COMMENTED, Outside
from tests.rehearsal.receiver import Answer, receiving


def retry_after(seconds: str, status: int = 503) -> Answer:
    return Answer(status, (("Retry-After", seconds),))


def test_a_conflict_is_tried_three_more_times(outside: Outside) -> None:
    with receiving(otherwise=409) as receiver:
        webhook = outside.webhook(receiver.url)
        outside.ticket()
        outside.wait_until_idle()

    assert len(receiver.deliveries) == 4
    assert len({delivery.invocation_id for delivery in receiver.deliveries}) == 1
    assert outside.invocations(webhook)[0]["status"] == "terminated"


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_retry_after_is_honoured(outside: Outside, status: int) -> None:
    with receiving(retry_after("1", status)) as receiver:
        webhook = outside.webhook(receiver.url)
        begun = time.monotonic()
        outside.ticket()
        receiver.wait_for(2)
        outside.wait_until_idle()

    assert time.monotonic() - begun >= 1
    assert outside.invocations(webhook)[0]["status"] == "success"


@pytest.mark.parametrize(
    "answer",
    [
        *[Answer(status) for status in (403, 404, 429, 500, 502, 503)],
        retry_after("60"),
        retry_after("Wed, 21 Oct 2026 07:28:00 GMT"),
    ],
)
def test_other_failures_lose_the_delivery(outside: Outside, answer: Answer) -> None:
    with receiving(answer) as receiver:
        webhook = outside.webhook(receiver.url)
        outside.ticket()
        outside.wait_until_idle()

    assert len(receiver.deliveries) == 1
    assert outside.invocations(webhook)[0] | {"id": "", "latest_completed_at": ""} == {
        "id": "",
        "latest_completed_at": "",
        "status": "terminated",
        "status_code": answer.status,
    }


def test_a_redirect_is_not_followed(outside: Outside) -> None:
    with receiving() as elsewhere, receiving(Answer(302, (("Location", elsewhere.url),))) as receiver:
        outside.webhook(receiver.url)
        outside.ticket()
        outside.wait_until_idle()

    assert len(receiver.deliveries) == 1
    assert elsewhere.deliveries == []


def test_each_attempt_is_signed_anew(outside: Outside) -> None:
    with receiving(retry_after("1")) as receiver:
        webhook = outside.webhook(receiver.url)
        outside.ticket()
        first, second = receiver.wait_for(2)

    assert first.body == second.body
    assert first.signed_at < second.signed_at
    assert second.is_signed_with(webhook["secret"])


def test_a_silent_receiver_is_tried_five_more_times(rehearse: Callable[..., Outside]) -> None:
    outside = rehearse(sender=SenderOptions(timeout=0.2, retry_seconds=0.01))
    with receiving(*[Answer(seconds=0.6)] * 6) as receiver:
        webhook = outside.webhook(receiver.url)
        outside.ticket()
        outside.wait_until_idle(seconds=20)

    assert len(receiver.deliveries) == 6
    assert outside.invocations(webhook)[0]["status"] == "timeout"


def test_an_endpoint_nobody_listens_on_is_a_bad_gateway(outside: Outside) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        webhook = outside.webhook(f"http://127.0.0.1:{unused.getsockname()[1]}/")
        outside.ticket()
        outside.wait_until_idle()

    assert outside.invocations(webhook)[0]["status_code"] == 502


def test_an_answer_that_breaks_off_is_a_failure_and_not_the_end_of_the_sender(outside: Outside) -> None:
    broken = Answer(200, (("Content-Length", "50"), ("Connection", "close")))
    with receiving(broken) as receiver:
        webhook = outside.webhook(receiver.url)
        for _ in range(6):
            outside.ticket()
            outside.wait_until_idle()

    *rest, first = [invocation["status"] for invocation in outside.invocations(webhook)]
    assert (first, rest) == ("terminated", ["success"] * 5)


def test_a_body_of_256_kb_is_not_sent(outside: Outside) -> None:
    with receiving() as receiver:
        webhook = outside.webhook(receiver.url, COMMENTED)
        outside.ticket(comment={"body": "<" * 60_000})
        outside.wait_until_idle()

    assert receiver.deliveries == []
    assert outside.invocations(webhook)[0]["status"] == "terminated"


def test_a_failing_webhook_is_cut_off_and_its_events_are_lost(rehearse: Callable[..., Outside]) -> None:
    outside = rehearse(sender=SenderOptions(breaker_pause=60))
    with receiving(otherwise=500) as receiver:
        webhook = outside.webhook(receiver.url)
        for _ in range(10):
            outside.ticket()
        outside.wait_until_idle()
        outside.ticket(subject="lost")
        outside.wait_until_idle()

    assert len(receiver.deliveries) == 10
    assert outside.invocations(webhook)[0]["status"] == "circuit broken"


def test_after_the_pause_a_probe_closes_the_breaker(outside: Outside) -> None:
    with receiving(*[500] * 10) as receiver:
        outside.webhook(receiver.url)
        for _ in range(10):
            outside.ticket()
        outside.wait_until_idle()
        time.sleep(0.4)
        outside.ticket(subject="probe")
        outside.wait_until_idle()
        outside.ticket(subject="next")
        deliveries = receiver.wait_for(12)

    assert [delivery.json["detail"]["subject"] for delivery in deliveries[10:]] == ["probe", "next"]


def test_breaker_opens_above_a_thousand_errors_however_many_calls_went_well() -> None:
    breaker = Breaker(pause=5)
    for _ in range(3000):
        breaker.record(0.0, error=False)
    for _ in range(1000):
        breaker.record(1.0, error=True)
    assert breaker.allows(1.0)

    breaker.record(1.0, error=True)

    assert not breaker.allows(5.9)
    assert breaker.allows(6.1)


def test_breaker_forgets_errors_after_five_minutes() -> None:
    breaker = Breaker(pause=5)
    for _ in range(9):
        breaker.record(0.0, error=True)

    breaker.record(301.0, error=True)

    assert breaker.allows(301.0)


def test_a_failed_probe_opens_the_breaker_again() -> None:
    breaker = Breaker(pause=5)
    for _ in range(10):
        breaker.record(0.0, error=True)
    assert breaker.allows(5.0)
    assert not breaker.allows(5.0), "only one probe at a time"

    breaker.record(5.1, error=True)

    assert not breaker.allows(10.0)
    assert breaker.allows(10.2)


def test_pauses_between_attempts_double() -> None:
    waits = [judge(Came(409), attempts=n, retry_seconds=2.0).wait for n in (1, 2, 3, 4)]

    assert waits == [2.0, 4.0, 8.0, None]


def test_a_trial_account_is_throttled_after_sixty_invocations(rehearse: Callable[..., Outside]) -> None:
    trial = rehearse(trial=True)
    with receiving() as receiver:
        trial.webhook(receiver.url)
        for _ in range(61):
            trial.ticket()
        receiver.wait_for(60)
        while len(attempts := trial.control("GET", "deliveries")["deliveries"]) < 61:
            time.sleep(0.01)

    assert len(receiver.deliveries) == 60
    assert [attempt["status"] for attempt in attempts].count("throttled") == 1
    assert trial.control("GET", "idle")["pending"] == 1
