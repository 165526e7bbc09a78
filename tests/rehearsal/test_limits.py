"""Limits: headers of every generation, refusals with Retry-After, windows by the account's clock."""

from collections.abc import Callable

import pytest

from integration.rehearsal.config import Limits
from tests.rehearsal.outside import Outside

NOTE = {"ticket": {"comment": {"body": "n", "public": False}}}


@pytest.fixture
def limited(rehearse: Callable[..., Outside]) -> Outside:
    return rehearse(limits=Limits(plan=50, tickets_update=5, per_ticket_updates=3, incremental_exports=2))


def test_every_answer_counts_down_the_plan_in_three_spellings(limited: Outside) -> None:
    first, second = (limited.api("GET", "users/me") for _ in range(2))

    assert (first.headers["X-Rate-Limit"], first.headers["ratelimit-limit"]) == ("50", "50")
    assert int(first.headers["X-Rate-Limit-Remaining"]) - int(second.headers["X-Rate-Limit-Remaining"]) == 1
    assert first.headers["ratelimit-remaining"] == first.headers["x-rate-limit-remaining"]
    assert 1 <= int(first.headers["ratelimit-reset"]) <= 60


def test_the_plans_limit_refuses_until_its_minute_is_over(limited: Outside) -> None:
    answers = [limited.api("GET", "users/me") for _ in range(51)]

    assert [answer.status_code for answer in answers[-2:]] == [200, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].json()["error"] == "APIRateLimitExceeded"
    limited.control("POST", "clock", {"advance_seconds": 61})
    assert limited.api("GET", "users/me").status_code == 200


def test_one_ticket_takes_few_updates_in_ten_minutes(limited: Outside) -> None:
    ticket = limited.ticket()
    path = f"tickets/{ticket['id']}"

    answers = [limited.api("PUT", path, NOTE) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[0].headers["zendesk-ratelimit-per-ticket-updates"] == "total=3; remaining=2; resets=600"
    assert answers[0].headers["zendesk-ratelimit-tickets-update"] == "total=5; remaining=4; resets=60"
    assert int(answers[-1].headers["Retry-After"]) > 60
    assert len(limited.account.comments(ticket["id"])) == 4


def test_the_accounts_updates_are_counted_together(limited: Outside) -> None:
    tickets = [limited.ticket() for _ in range(6)]

    statuses = [limited.api("PUT", f"tickets/{ticket['id']}", NOTE).status_code for ticket in tickets]

    assert statuses == [200] * 5 + [429]


def test_a_trial_account_makes_twenty_updates_a_minute(rehearse: Callable[..., Outside]) -> None:
    trial = rehearse(trial=True, limits=Limits())

    answer = trial.api("PUT", f"tickets/{trial.ticket()['id']}", {"ticket": {"priority": "low"}})

    assert answer.headers["zendesk-ratelimit-tickets-update"].startswith("total=20; remaining=19;")


def test_agents_at_work_use_up_the_same_updates(limited: Outside) -> None:
    tickets = [limited.ticket() for _ in range(5)]
    for ticket in tickets[:4]:
        limited.control(
            "PATCH", f"tickets/{ticket['id']}", {"actor_id": limited.agent_id, "priority": "high"}
        )

    answer = limited.api("PUT", f"tickets/{tickets[4]['id']}", NOTE)

    assert answer.headers["zendesk-ratelimit-tickets-update"].startswith("total=5; remaining=0")


def test_exports_have_a_limit_of_their_own(limited: Outside) -> None:
    statuses = [limited.api("GET", "incremental/users/cursor?start_time=1").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
