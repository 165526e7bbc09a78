"""Tokens: who gets one, how long it lives, what it allows."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.rehearsal.outside import Outside


def ask(outside: Outside, *, form: bool = False, **changes: Any) -> requests.Response:
    config = outside.account.config
    wanted = {
        "grant_type": "client_credentials",
        "client_id": config.oauth_client_id,
        "client_secret": config.oauth_client_secret,
        "scope": "read",
        **changes,
    }
    body: dict[str, Any] = {"data": wanted} if form else {"json": wanted}
    return requests.post(f"{outside.server.url}/oauth/tokens", timeout=10, **body)


def call(outside: Outside, method: str, path: str, token: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return outside.session.request(
        method,
        f"{outside.server.url}/api/v2/{path}",
        headers=headers,
        json={} if method != "GET" else None,
        timeout=10,
    )


@pytest.mark.parametrize("form", [False, True])
def test_the_client_gets_a_token_of_half_an_hour(outside: Outside, form: bool) -> None:
    answer = ask(outside, form=form).json()

    assert answer["expires_in"] == 1800
    assert answer["token_type"] == "bearer"
    assert "refresh_token" not in answer
    assert call(outside, "GET", "users/me", answer["access_token"]).json()["user"]["role"] == "admin"


def test_a_wrong_secret_is_401_in_json(outside: Outside) -> None:
    answer = ask(outside, client_secret="wrong")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_other_grants_are_refused(outside: Outside) -> None:
    answer = ask(outside, grant_type="password")

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(("seconds", "status"), [(300, 200), (172_800, 200), (299, 400), (172_801, 400)])
def test_lifetimes_run_from_five_minutes_to_two_days(outside: Outside, seconds: int, status: int) -> None:
    assert ask(outside, expires_in=seconds).status_code == status


def test_a_token_dies_by_the_accounts_clock(outside: Outside) -> None:
    assert outside.api("GET", "users/me").status_code == 200
    outside.control("POST", "clock", {"advance_seconds": 1801})

    answer = outside.api("GET", "users/me")

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_a_missing_scope_is_403_and_named(outside: Outside) -> None:
    token = ask(outside, scope="tickets:read users:write").json()["access_token"]

    assert call(outside, "GET", "tickets", token).status_code == 200
    refused = call(outside, "POST", "tickets", token)
    assert refused.status_code == 403
    assert "write or tickets:write" in refused.json()["description"]


def test_audits_and_fields_need_the_global_scope(outside: Outside) -> None:
    ticket = outside.ticket()
    token = ask(outside, scope="tickets:read").json()["access_token"]

    for path in (f"tickets/{ticket['id']}/audits", "ticket_fields", "search?query=x"):
        refused = call(outside, "GET", path, token)
        assert (refused.status_code, refused.json()["error"]) == (403, "Forbidden")
        assert refused.json()["description"].endswith(": read")


def test_api_tokens_are_refused_unless_the_account_still_has_one(rehearse: Callable[..., Outside]) -> None:
    outside = rehearse()
    login = ("makegood@rehearsal.example/token", "old-token")
    url = f"{outside.server.url}/api/v2/users/me"
    assert requests.get(url, auth=login, timeout=10).status_code == 401


def test_an_account_with_an_api_token_takes_it(rehearse: Callable[..., Outside]) -> None:
    outside = rehearse(api_token="old-token")
    url = f"{outside.server.url}/api/v2/users/me"

    assert requests.get(url, auth=("makegood@rehearsal.example/token", "old-token"), timeout=10).ok
    assert requests.get(url, auth=("makegood@rehearsal.example", "old-token"), timeout=10).status_code == 401


def test_nothing_is_told_to_strangers(outside: Outside) -> None:
    answer = requests.get(f"{outside.server.url}/api/v2/tickets.json", timeout=10)

    assert answer.status_code == 401
    assert answer.json() == {"error": "Couldn't authenticate you"}


def test_a_token_is_worth_what_its_user_is(outside: Outside) -> None:
    rosa = outside.account.tokens.issue(outside.requester_id, ["read"])
    agent = outside.account.tokens.issue(outside.agent_id, ["read"])
    outside.account.delete_user(outside.agent_id)

    assert call(outside, "GET", "tickets", rosa).status_code == 403
    assert call(outside, "GET", "tickets", agent).json()["error"] == "invalid_token"
