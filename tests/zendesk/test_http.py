"""The session against real sockets: what is sent once, how long it may take, and which error it becomes."""

import gzip
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from integration.zendesk.errors import (
    NotAuthorised,
    NotFound,
    RateLimited,
    TicketClosed,
    UnexpectedAnswer,
    UpdateConflict,
    ZendeskError,
    ZendeskRejected,
    ZendeskUnavailable,
)
from integration.zendesk.http import ZendeskSession
from integration.zendesk.oauth import AccessToken
from tests.zendesk.peer import Peer
from tests.zendesk.sockets import TOKEN, SocketServer, answer, hang_up

OK = answer(200, {"ok": True})
PATH = "/api/v2/tickets/1"


def open_session(url: str, **more: Any) -> ZendeskSession:
    return ZendeskSession(url, AccessToken(url, "makegood", "made-up"), **more)


def failure(server: SocketServer, method: str = "PUT", **more: Any) -> ZendeskError:
    with open_session(server.url, **more) as session, pytest.raises(ZendeskError) as caught:
        session.request(method, PATH, json={"ticket": {}})
    return caught.value


def test_every_request_carries_the_token():
    with SocketServer(OK) as server, open_session(server.url) as session:
        session.get(PATH)

    assert server.requests[0].authorization == "Bearer first-token"


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "PATCH", "DELETE"])
def test_a_request_whose_connection_drops_is_not_sent_again(method: str):
    with SocketServer(hang_up) as server:
        error = failure(server, method)

    assert len(server.requests) == 1
    assert isinstance(error, ZendeskUnavailable)
    assert error.outcome_unknown is (method != "GET")


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_request_without_an_answer_ends_in_time_and_is_not_sent_again(method: str):
    with SocketServer(OK) as server:
        server.then(server.keep_silent)
        started = time.monotonic()
        error = failure(server, method, read_seconds=0.2)

    assert time.monotonic() - started < 2
    assert len(server.requests) == 1
    assert error.outcome_unknown is (method == "PUT")
    assert isinstance(error, ZendeskUnavailable)
    assert error.is_slow


def test_an_answer_that_drips_for_ever_is_given_up():
    with SocketServer(OK) as server:
        server.then(server.drip)
        started = time.monotonic()
        error = failure(server, total_seconds=0.4)
        lasted = time.monotonic() - started

    assert 0.3 < lasted < 3
    assert error.outcome_unknown


def test_an_answer_that_is_cut_off_is_no_answer():
    cut = answer(200, {"ticket": {"id": 1}}, Content_Length="500")

    def send_and_hang_up(connection: socket.socket) -> None:
        connection.sendall(cut)
        hang_up(connection)

    with SocketServer(send_and_hang_up) as server:
        assert failure(server).outcome_unknown


def test_compressed_and_chunked_answers_are_read_whole():
    packed = gzip.compress(json.dumps({"words": "x" * 100_000}).encode())
    half = len(packed) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (packed[:half], packed[half:], b""))
    head = b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    server = SocketServer(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
    with server, open_session(server.url) as session:
        words = [session.get(PATH).json()["words"] for _ in range(2)]

    assert [len(each) for each in words] == [100_000, 100_000]


def test_where_nobody_listens_it_is_known_that_nothing_was_done():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        free = f"http://127.0.0.1:{closed.getsockname()[1]}"

    with open_session(free) as session, pytest.raises(ZendeskUnavailable) as caught:
        session.put(PATH, json={})

    assert not caught.value.outcome_unknown
    assert "MAKEGOOD_ZENDESK_URL" in str(caught.value)


def test_a_write_to_a_server_that_went_away_after_the_token_was_not_done():
    with SocketServer(OK) as server:
        session = open_session(server.url)
        session.get(PATH)
    session.close()

    with session, pytest.raises(ZendeskUnavailable) as caught:
        session.put(PATH, json={})

    assert not caught.value.outcome_unknown


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_after_a_servers_error_nobody_knows_whether_a_write_was_done(status: int):
    with SocketServer(answer(status, b"<html>", Content_Type="text/html")) as server:
        error = failure(server)

    assert len(server.requests) == 1
    assert isinstance(error, ZendeskUnavailable)
    assert error.outcome_unknown


@pytest.mark.parametrize(
    "reply",
    [
        answer(200, b"<!DOCTYPE html>", Content_Type="text/html"),
        answer(200, b"", Content_Type="application/json"),
        answer(200, b"", Content_Type="text/plain"),
    ],
)
def test_a_page_in_place_of_json_is_no_success(reply: bytes):
    with SocketServer(reply) as server:
        assert isinstance(failure(server, "GET"), ZendeskUnavailable)


def test_no_content_is_a_success_where_zendesk_answers_so():
    with SocketServer(b"HTTP/1.1 204 X\r\n\r\n") as server, open_session(server.url) as session:
        assert session.delete("/api/v2/webhooks/01H").status_code == 204


WAITS = [
    ({"Retry_After": "3"}, 3.0),
    ({"Retry_After": "1.5"}, 1.5),
    ({"Retry_After": "0"}, 1.0),
    ({"Retry_After": "-4"}, 1.0),
    ({"Retry_After": "nan"}, 30.0),
    ({"Retry_After": "1e9"}, 3600.0),
    ({"Retry_After": "soon"}, 30.0),
    ({}, 30.0),
    ({"zendesk_ratelimit_tickets_update": "total=100; remaining=0; resets=16"}, 16.0),
    ({"ratelimit_limit": "400", "ratelimit_remaining": "0", "ratelimit_reset": "9"}, 9.0),
]


@pytest.mark.parametrize(("headers", "seconds"), WAITS)
def test_a_refusal_says_how_long_to_wait_and_is_never_waited_for(headers: dict[str, str], seconds: float):
    with SocketServer(answer(429, {"error": "TooManyRequests"}, **headers)) as server:
        error = failure(server)

    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds
    assert not error.outcome_unknown
    assert len(server.requests) == 1


def test_a_refusal_may_name_a_date():
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    with SocketServer(answer(429, {}, Retry_After=date)) as server:
        error = failure(server)

    assert isinstance(error, RateLimited)
    assert 35 < error.retry_after <= 40


def test_a_refusal_names_the_limit_that_is_spent():
    spent = {"zendesk_ratelimit_tickets_update": "total=100; remaining=0; resets=16"}
    left = {"ratelimit_limit": "400", "ratelimit_remaining": "380", "ratelimit_reset": "9"}
    with SocketServer(answer(429, {}, **left, **spent)) as server:
        error = failure(server)

    assert isinstance(error, RateLimited)
    assert error.limit == "tickets-update"


CLOSED = {"status": [{"description": "Status: closed prevents ticket update"}]}
REFUSALS = [
    (404, {"error": "RecordNotFound", "description": "Not found"}, NotFound),
    (404, {"error": "InvalidEndpoint", "description": "Not found"}, ZendeskRejected),
    (409, {"error": "UpdateConflict"}, UpdateConflict),
    (422, {"error": "RecordInvalid", "details": CLOSED}, TicketClosed),
    (422, {"error": "RecordInvalid", "details": {"subject": [{"description": "x"}]}}, ZendeskRejected),
    (403, {"error": {"title": "Forbidden", "message": "No access"}}, NotAuthorised),
    (400, ["odd"], ZendeskRejected),
    (400, "odd", ZendeskRejected),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_each_refusal_has_an_error_of_its_own(status: int, body: object, kind: type[ZendeskError]):
    with SocketServer(answer(status, body)) as server:
        error = failure(server)

    assert type(error) is kind
    assert not error.outcome_unknown


def test_a_404_of_the_whole_account_is_not_taken_for_a_deleted_ticket():
    page = answer(404, b"<html>No help desk</html>", Content_Type="text/html")
    with SocketServer(page) as server:
        assert isinstance(failure(server, "GET"), UnexpectedAnswer)


def test_what_was_sent_does_not_come_back_in_the_errors_message():
    body = {"error": "RecordInvalid", "description": "Email: anna@example.com is taken"}
    with SocketServer(answer(422, body)) as server:
        error = failure(server)

    assert "anna" not in str(error)


def test_a_redirect_is_not_followed():
    with SocketServer(answer(302, b"", Location="http://127.0.0.2/login")) as server:
        error = failure(server, "GET")

    assert isinstance(error, ZendeskUnavailable)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/api/v2/tickets",
        "http://127.0.0.1.evil.example/api",
        "http://user@127.0.0.1/api",
        "//evil.example/api",
        "ftp://127.0.0.1/x",
        "http://127.0.0.1:1/api",
        "api/v2/tickets",
    ],
)
def test_our_token_goes_to_no_other_host(url: str):
    with SocketServer(OK) as server, open_session(server.url) as session, pytest.raises(UnexpectedAnswer):
        session.get(url)

    assert server.token_requests == 0


def test_a_dead_token_is_renewed_once_and_the_request_sent_again():
    tokens = [answer(200, TOKEN), answer(200, TOKEN | {"access_token": "second"})]
    server = SocketServer(answer(401, {"error": "invalid_token"}), OK, tokens=tokens)
    with server, open_session(server.url) as session:
        session.put(PATH, json={})

    assert [each.authorization for each in server.requests] == ["Bearer first-token", "Bearer second"]


def test_a_token_that_never_counts_is_not_renewed_for_ever():
    with SocketServer(answer(401, {"error": "invalid_token"})) as server:
        error = failure(server)

    assert isinstance(error, NotAuthorised)
    assert (len(server.requests), server.token_requests) == (2, 2)


def test_a_token_with_less_than_a_minute_left_is_renewed_beforehand():
    tokens = [answer(200, TOKEN | {"expires_in": 59}), answer(200, TOKEN)]
    with SocketServer(OK, tokens=tokens) as server, open_session(server.url) as session:
        session.get(PATH)
        session.get(PATH)
        session.get(PATH)

    assert server.token_requests == 2


def test_a_lifetime_in_milliseconds_is_understood():
    server = SocketServer(OK, tokens=[answer(200, TOKEN | {"expires_in": 1_800_000})])
    with server, open_session(server.url) as session:
        session.get(PATH)
        session.get(PATH)

    assert server.token_requests == 1


def test_many_threads_with_a_dead_token_renew_it_once(peer: Peer):
    ticket_id = peer.ticket()
    before = 0
    with peer.session() as session:
        session.get(f"/api/v2/tickets/{ticket_id}")
        peer.control("POST", "clock", advance_seconds=3600)
        before = peer.calls("POST")
        gate = threading.Barrier(8, timeout=10)

        def read(_: int) -> int:
            gate.wait()
            return session.get(f"/api/v2/tickets/{ticket_id}").status_code

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(read, range(8))) == {200}

    assert peer.calls("POST") - before <= 1


def test_threads_that_start_together_fetch_one_token():
    with SocketServer(OK) as server, open_session(server.url) as session, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: session.get(PATH), range(16)))

    assert server.token_requests == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(401, {"error": "invalid_client"}), NotAuthorised),
        (answer(400, {"error": "invalid_scope"}), NotAuthorised),
        (answer(429, {}, Retry_After="5"), RateLimited),
        (answer(503, {}), ZendeskUnavailable),
        (answer(200, {"token": "x"}), UnexpectedAnswer),
        (answer(200, {"access_token": "a\nb"}), UnexpectedAnswer),
        (answer(200, b"{broken"), UnexpectedAnswer),
        (hang_up, ZendeskUnavailable),
    ],
)
def test_without_a_token_no_write_was_sent(reply: Any, kind: type[ZendeskError]):
    with SocketServer(OK, tokens=[reply]) as server:
        error = failure(server)

    assert type(error) is kind
    assert not error.outcome_unknown
    assert server.requests == []


def test_a_wrong_client_secret_names_the_settings(peer: Peer):
    token = AccessToken(peer.url, peer.oauth["client_id"], "wrong")
    with ZendeskSession(peer.url, token) as session, pytest.raises(NotAuthorised, match="OAUTH_CLIENT_ID"):
        session.get(PATH)


def test_a_missing_scope_is_named(peer: Peer):
    ticket_id = peer.ticket()
    with peer.session(scope="read") as session, pytest.raises(NotAuthorised) as caught:
        session.put(f"/api/v2/tickets/{ticket_id}", json={"ticket": {}})

    assert caught.value.missing_scope == "tickets:write"


def test_limits_and_requests_are_told_to_whoever_counts_them(peer: Peer):
    limits: list[tuple[str, int, int, float | None]] = []
    calls: list[tuple[str, int | None, float]] = []
    ticket_id = peer.ticket()
    with peer.session(on_limits=lambda *a: limits.append(a), on_call=lambda *a: calls.append(a)) as session:
        session.put(f"/api/v2/tickets/{ticket_id}", json={"ticket": {"priority": "high"}})

    named = {name: (limit, remaining) for name, limit, remaining, _ in limits}
    assert named["tickets-update"] == (100, 99)
    assert named["account"][0] == 400
    assert [(method, status) for method, status, _ in calls] == [("PUT", 200)]


def test_a_request_without_an_answer_is_counted_too():
    calls: list[tuple[str, int | None, float]] = []
    with SocketServer(hang_up) as server:
        failure(server, on_call=lambda *a: calls.append(a))

    assert [(method, status) for method, status, _ in calls] == [("PUT", None)]


def test_a_renamed_account_is_told_with_its_new_name():
    with SocketServer(answer(301, b"", Location="https://acme-new.zendesk.com/api/v2/tickets/1")) as server:
        told = str(failure(server, "GET"))

    assert "the account is now acme-new.zendesk.com; set MAKEGOOD_ZENDESK_URL" in told


@pytest.mark.parametrize("place", ["https://elsewhere.example/x", "//zendesk.com.evil.example/", "\\:", ""])
def test_a_redirect_to_somebody_else_names_nobody(place: str):
    with SocketServer(answer(302, b"", Location=place)) as server:
        told = str(failure(server, "GET"))

    assert "it redirects (302); check MAKEGOOD_ZENDESK_URL." in told
