"""What Makegood relies on in zenpy, private names included: an upgrade that moves one is seen here."""

import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import responses
from zenpy import Zenpy

from integration.zendesk.errors import RateLimited, UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.oauth import AccessToken
from integration.zendesk.zenpy_calls import ZenpyClients

ACCOUNT = "https://example.zendesk.com"
TICKET = {"id": 1, "subject": "s", "custom_fields": [{"id": 5, "value": None}], "via": {"channel": "web"}}


@pytest.fixture
def stub() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as requests_mock:
        requests_mock.post(f"{ACCOUNT}/oauth/tokens", json={"access_token": "t", "expires_in": 1800})
        yield requests_mock


@pytest.fixture
def session() -> ZendeskSession:
    return ZendeskSession(ACCOUNT, AccessToken(ACCOUNT, "makegood", "made-up"))


def test_a_session_that_says_it_is_authorized_is_left_alone():
    session = ZendeskSession(ACCOUNT, AccessToken(ACCOUNT, "makegood", "made-up"))

    client = Zenpy(subdomain="example", session=session)

    assert client.tickets.session is session
    assert session.auth is None
    assert "Authorization" not in session.headers


def test_build_url_makes_the_accounts_own_url(session: ZendeskSession):
    api = Zenpy(subdomain="example", domain="zendesk.com", session=session).tickets

    assert api._build_url(api.endpoint(id=1)) == f"{ACCOUNT}/api/v2/tickets/1.json"
    assert api._build_url(api.endpoint()) == f"{ACCOUNT}/api/v2/tickets.json"


def test_call_api_sends_nulls_and_headers_as_given(stub: responses.RequestsMock, session: ZendeskSession):
    stub.post(f"{ACCOUNT}/api/v2/tickets.json", json={"ticket": TICKET}, status=201)

    ZenpyClients(session).create_ticket({"custom_fields": [{"id": 5, "value": None}]}, key="k")

    request = stub.calls[-1].request
    assert json.loads(request.body) == {"ticket": {"custom_fields": [{"id": 5, "value": None}]}}
    assert request.headers["Idempotency-Key"] == "k"


def test_a_429_is_raised_before_zenpy_waits_for_it(stub: responses.RequestsMock, session: ZendeskSession):
    stub.put(f"{ACCOUNT}/api/v2/tickets/1.json", status=429, headers={"Retry-After": "900"}, json={})

    with pytest.raises(RateLimited):
        ZenpyClients(session).update_ticket(1, {})


def test_a_ticket_becomes_plain_json_with_one_request(stub: responses.RequestsMock, session: ZendeskSession):
    organized = TICKET | {"organization_id": 7, "requester_id": 9}
    stub.get(f"{ACCOUNT}/api/v2/tickets/1.json", json={"ticket": organized})

    data = ZenpyClients(session).ticket(1)

    assert (data["id"], data["requester_id"]) == (1, 9)
    assert data["custom_fields"] == [{"id": 5, "value": None}]
    assert len(stub.calls) == 2


@pytest.mark.parametrize("body", [{"x": 1}, [], {"ticket": None}])
def test_what_zenpy_cannot_read_becomes_our_error(
    stub: responses.RequestsMock, session: ZendeskSession, body: object
):
    stub.get(f"{ACCOUNT}/api/v2/tickets/1.json", json=body)

    with pytest.raises(UnexpectedAnswer):
        ZenpyClients(session).ticket(1)


def test_an_unreadable_answer_to_a_write_leaves_its_outcome_open(
    stub: responses.RequestsMock, session: ZendeskSession
):
    stub.put(f"{ACCOUNT}/api/v2/tickets/1.json", json=["odd"])

    with pytest.raises(UnexpectedAnswer) as caught:
        ZenpyClients(session).update_ticket(1, {})

    assert caught.value.outcome_unknown


def test_each_thread_has_a_client_of_its_own(session: ZendeskSession):
    clients = ZenpyClients(session)
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(clients._client).result()

    assert clients._client() is clients._client()
    assert other is not clients._client()


def test_zenpy_does_not_log_bodies(session: ZendeskSession):
    ZenpyClients(session)

    assert not logging.getLogger("zenpy.lib.api").isEnabledFor(logging.DEBUG)


def test_forcing_zenpy_elsewhere_by_the_environment_sends_nothing(
    session: ZendeskSession, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", "evil.example")

    with pytest.raises(UnexpectedAnswer):
        ZenpyClients(session).ticket(1)


def test_a_host_without_a_dot_is_refused_with_a_hint():
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        ZenpyClients(ZendeskSession("http://localhost:1", AccessToken("http://localhost:1", "a", "b")))
