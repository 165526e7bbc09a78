"""The agent workspace and its app over HTTP: launches, submitting, the proxy, the pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from flask.testing import FlaskClient

from integration.rehearsal import apps
from integration.rehearsal.account import Account
from integration.rehearsal.oauth import Tokens
from integration.rehearsal.server import RehearsalServer

LOCATIONS = {"ticket_sidebar": "http://localhost:4567/sidebar", "nav_bar": "http://localhost:4567/admin"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RehearsalServer]:
    with RehearsalServer(tmp_path / "rehearsal.sqlite3") as running:
        yield running


@pytest.fixture
def account(server: RehearsalServer) -> Account:
    return server.account


@pytest.fixture
def browser(server: RehearsalServer) -> FlaskClient:
    return server.app.test_client()


@pytest.fixture
def ticket(account: Account) -> dict[str, Any]:
    requester = {"name": "<b>Bob</b>", "email": "bob@mail.example"}
    data = {
        "requester": requester,
        "subject": "<script>1</script>",
        "comment": {"body": "It is broken {{ticket.id}}"},
    }
    return account.create_ticket(data, actor_id=account.admin_user_id, channel="web")


def rest(account: Account, user_id: int | None = None) -> dict[str, str]:
    token = Tokens(account.db, account.clock, account.config).issue(
        user_id or account.service_user_id, ("read",)
    )
    return {"Authorization": f"Bearer {token}"}


def launch(browser: FlaskClient, location: str = "ticket_sidebar") -> dict[str, Any]:
    answer = browser.post("/agent/api/launch", json={"location": location, "colorScheme": "dark"})
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_launch_token_is_signed_by_the_key_that_rest_shows(account: Account, browser: FlaskClient) -> None:
    app = apps.install(account, "Makegood", LOCATIONS)
    pem = browser.get(f"/api/v2/apps/{app.app_id}/public_key", headers=rest(account))
    base = account.config.base_url

    audience = f"{base}/api/v2/apps/installations/{app.installation_id}.json"
    claims = jwt.decode(launch(browser)["token"], pem.text, ["RS256"], audience=audience)

    assert pem.mimetype == "text/plain"
    assert claims["iss"] == urlsplit(base).netloc
    assert claims["sub"] == f"{base}/api/v2/users/{account.admin_user_id}.json"
    assert claims["context"] == {"product": "support", "location": "ticket_sidebar"}
    assert claims["exp"] - claims["iat"] == 300


def test_launch_goes_to_the_location_with_what_the_sdk_needs(account: Account, browser: FlaskClient) -> None:
    apps.install(account, "Makegood", {"nav_bar": "http://localhost:4567/admin?lang=en"})

    url = urlsplit(launch(browser, "nav_bar")["action"])
    query = parse_qs(url.query)

    assert url.path == "/admin"
    assert query["origin"] == [account.config.base_url]
    assert (query["colorScheme"], query["lang"], len(query["app_guid"])) == (["dark"], ["en"], 1)


def test_launch_tokens_follow_the_accounts_clock_and_are_never_equal(
    account: Account, browser: FlaskClient
) -> None:
    apps.install(account, "Makegood", LOCATIONS)
    account.clock.advance(timedelta(days=30))
    claims = [jwt.decode(launch(browser)["token"], options={"verify_signature": False}) for _ in range(2)]

    assert abs(claims[0]["iat"] - account.clock.now().timestamp()) < 10
    assert claims[0]["jti"] != claims[1]["jti"]


def test_installing_again_keeps_the_key_and_shows_in_the_state(
    account: Account, browser: FlaskClient
) -> None:
    first = browser.post("/rehearsal/api/apps", json={"name": "Makegood", "locations": LOCATIONS}).get_json()
    again = browser.post(
        "/rehearsal/api/apps", json={"name": "Makegood 2", "locations": {"nav_bar": LOCATIONS["nav_bar"]}}
    ).get_json()

    assert again["public_key"] == first["public_key"]
    assert (again["name"], list(again["locations"])) == ("Makegood 2", ["nav_bar"])
    assert browser.get("/rehearsal/api/state").get_json()["app"] == again
    listed = browser.get("/api/v2/apps/installations.json", headers=rest(account)).get_json()
    assert listed["installations"][0]["id"] == again["installation_id"]


@pytest.mark.parametrize(
    "locations", [{}, {"background": "http://localhost/x"}, {"nav_bar": "https://example.org/"}, "x", None]
)
def test_apps_elsewhere_or_in_unknown_locations_are_refused(browser: FlaskClient, locations: Any) -> None:
    answer = browser.post("/rehearsal/api/apps", json={"name": "Makegood", "locations": locations})

    assert answer.status_code == 422
    assert "locations" in answer.get_json()["details"]


def test_without_an_app_there_is_no_launch_and_no_public_key(account: Account, browser: FlaskClient) -> None:
    assert browser.post("/agent/api/launch", json={"location": "nav_bar"}).status_code == 404
    assert browser.get(f"/api/v2/apps/{apps.APP_ID}/public_key", headers=rest(account)).status_code == 404


def test_the_public_key_is_for_those_who_are_signed_in(account: Account, browser: FlaskClient) -> None:
    app = apps.install(account, "Makegood", LOCATIONS)

    assert browser.get(f"/api/v2/apps/{app.app_id}/public_key").status_code == 401


def test_ticket_text_is_inert_in_pages(browser: FlaskClient, ticket: dict[str, Any]) -> None:
    for page in (browser.get("/agent").text, browser.get(f"/agent/tickets/{ticket['id']}").text):
        assert "<script>1" not in page
        assert "<b>Bob" not in page
    assert browser.get("/agent").headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_submitting_stores_a_comment_by_the_agent_with_harmless_html(
    account: Account, browser: FlaskClient, ticket: dict[str, Any]
) -> None:
    agent = account.users(role="agent")[0]
    browser.get(f"/agent?agent={agent['id']}")
    comment = {"html_body": "<p onclick=x()>Sorry<script>x()</script></p><img src=//x>", "public": False}

    browser.post(f"/agent/api/tickets/{ticket['id']}", json={"status": "pending", "comment": comment})

    stored = account.comments(ticket["id"])[-1]
    assert (stored["author_id"], stored["public"], stored["plain_body"]) == (agent["id"], False, "Sorry")
    assert "onclick" not in stored["html_body"]
    assert "<img" not in stored["html_body"]
    assert account.ticket(ticket["id"])["status"] == "pending"


def test_a_new_ticket_is_written_by_the_agent_for_a_person_who_was_looked_up(
    account: Account, browser: FlaskClient, ticket: dict[str, Any]
) -> None:
    agent = account.users(role="agent")[0]
    browser.get(f"/agent?agent={agent['id']}")
    assert "new_ticket_page.js" in browser.get("/agent/tickets/new").text
    assert browser.get("/agent/api/people?q=%25").get_json()["people"] == []
    (bob,) = browser.get("/agent/api/people?q=BOB@").get_json()["people"]
    wanted = {"requester_id": bob["id"], "subject": "Lamp", "comment": {"body": "Hello", "public": True}}

    made = browser.post("/agent/api/tickets", json=wanted).get_json()

    stored = account.ticket(made["id"])
    assert (stored["requester_id"], stored["submitter_id"]) == (ticket["requester_id"], agent["id"])
    assert [comment["author_id"] for comment in account.comments(made["id"])] == [agent["id"]]
    assert browser.post("/agent/api/tickets", data={"subject": "x"}).status_code == 400


def test_submitting_says_in_words_why_it_was_refused(browser: FlaskClient, ticket: dict[str, Any]) -> None:
    path = f"/agent/api/tickets/{ticket['id']}"
    unsaid = browser.post(path, json={"comment": {"body": "x"}})
    browser.post(path, json={"status": "solved"})
    browser.post(path, json={"status": "closed"})
    closed = browser.post(path, json={"comment": {"body": "x", "public": True}})

    assert (unsaid.status_code, closed.status_code) == (422, 422)
    assert "public" in str(unsaid.get_json()["details"])
    assert "closed" in str(closed.get_json()["details"])


def test_a_form_of_another_site_changes_nothing(
    account: Account, browser: FlaskClient, ticket: dict[str, Any]
) -> None:
    answer = browser.post(f"/agent/api/tickets/{ticket['id']}", data={"status": "solved"})

    assert answer.status_code == 400
    assert account.ticket(ticket["id"])["status"] == ticket["status"]


def test_same_account_requests_run_as_the_agent(
    account: Account, browser: FlaskClient, ticket: dict[str, Any]
) -> None:
    agent = account.users(role="agent")[0]
    browser.get(f"/agent?agent={agent['id']}")
    wanted = {"url": "/api/v2/users/me.json", "headers": {"Authorization": "Bearer stolen"}}

    answer = browser.post("/agent/api/proxy", json=wanted).get_json()

    assert answer["status"] == 200
    assert f'"id":{agent["id"]}' in answer["text"].replace(" ", "")


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:1/",
        "http://127.0.0.1:4567/",
        "https://example.org/",
        "/rehearsal/api/state",
        "//example.org/",
        "",
    ],
)
def test_the_proxy_reaches_nothing_but_the_api_and_the_app(
    account: Account, browser: FlaskClient, url: str
) -> None:
    apps.install(account, "Makegood", LOCATIONS)

    assert browser.post("/agent/api/proxy", json={"url": url}).status_code == 400


def test_the_list_filters_by_status_and_finds_by_subject_person_and_number(
    account: Account, browser: FlaskClient, ticket: dict[str, Any]
) -> None:
    data = {
        "requester": {"name": "Zoë 100%", "email": "zoe@mail.example"},
        "subject": "Lamp",
        "comment": {"body": "x"},
    }
    lamp = account.create_ticket({**data, "status": "solved"}, actor_id=account.admin_user_id)
    link = f'/agent/tickets/{lamp["id"]}"'

    assert link not in browser.get("/agent").text
    for query in (
        "?status=solved",
        "?status=all&q=lam",
        "?status=all&q=100%25",
        f"?status=all&q=%23{lamp['id']}",
    ):
        assert link in browser.get(f"/agent{query}").text
    assert link not in browser.get("/agent?status=all&q=1_0").text


@pytest.mark.parametrize("path", ["/agent/tickets/999999", "/agent/nowhere"])
def test_what_does_not_exist_leads_back(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path)

    assert answer.status_code == 404
    assert "Back to the tickets" in answer.text


def test_an_unknown_agent_is_not_signed_in(browser: FlaskClient, account: Account) -> None:
    browser.get("/agent?agent=12345")
    admin = account.user(account.admin_user_id)

    assert f'value="{admin["id"]}" selected' in browser.get("/agent").text


def test_unknown_paths_of_the_api_keep_their_json_answer(browser: FlaskClient, account: Account) -> None:
    answer = browser.get("/api/v2/nonsense", headers=rest(account))

    assert answer.get_json()["error"] == "InvalidEndpoint"
