"""Requests that make no sense are refused as such; a server error would say that Zendesk is broken."""

import socket

import pytest

from tests.rehearsal.outside import Outside

BEYOND = "9" * 30  # more than any database's id
SUPERSCRIPT = "\u00b2"  # a digit for `str.isdigit`, no number for `int`

ODD_PATHS = {
    f"tickets/{BEYOND}": 404,
    f"users/{BEYOND}/tickets/requested": 404,
    f"tickets/show_many?ids=1,{BEYOND}": 400,
    f"tickets?page[size]={SUPERSCRIPT}": 400,
    f"incremental/tickets/cursor?start_time={SUPERSCRIPT}": 400,
    f"search?query=type:ticket requester:{BEYOND}": 200,
    f"search?query=type:ticket created>{BEYOND}days": 422,
}
ODD_BODIES = [
    ("POST", "tickets", {"ticket": {"comment": {"body": "a"}, "assignee_id": "--5"}}),
    ("POST", "tickets", {"ticket": {"comment": {"body": "a"}, "requester_id": BEYOND}}),
    ("POST", "tickets", {"ticket": {"comment": {"body": "a"}, "custom_fields": [{"id": SUPERSCRIPT}]}}),
    ("POST", "users", {"user": {"name": "A", "locale": ["de"]}}),
    ("POST", "users/create_or_update", {"user": {"name": "A", "external_id": {"a": 1}}}),
    ("POST", "ticket_fields", {"ticket_field": {"title": "A", "type": ["tagger"]}}),
    (
        "POST",
        "ticket_fields",
        {"ticket_field": {"title": "A", "type": "tagger", "custom_field_options": [1]}},
    ),
    ("POST", "webhooks/test", {"request": {"endpoint": "http://127.0.0.1:9/", "custom_headers": [1]}}),
    ("POST", "webhooks/test", {"request": {"endpoint": "http://127.0.0.1:9/", "authentication": "token"}}),
]


def test_numbers_that_are_none_are_refused(outside: Outside) -> None:
    seen = {path: outside.api("GET", path).status_code for path in ODD_PATHS}

    assert seen == ODD_PATHS


def test_values_of_the_wrong_kind_are_refused_by_name(outside: Outside) -> None:
    answers = [outside.api(method, path, body) for method, path, body in ODD_BODIES]

    assert [answer.status_code for answer in answers if answer.status_code not in {400, 422}] == []


@pytest.mark.parametrize("ids", [None, 5, [], [BEYOND]])
def test_a_merge_needs_tickets(outside: Outside, ids: object) -> None:
    answer = outside.api("POST", f"tickets/{outside.ticket()['id']}/merge", {"ids": ids})

    assert (answer.status_code, answer.json()["error"]) == (400, "ParameterMissing")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"Transfer-Encoding: chunked\r\n\r\n-5\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n", b"413"),
        (b"Content-Length: \xb2\r\n\r\n", b"413"),
        (b"Content-Length: " + BEYOND.encode() + b"\r\n\r\n", b"413"),
    ],
)
def test_a_body_without_a_sensible_length_is_refused_at_once(
    outside: Outside, body: bytes, status: bytes
) -> None:
    place = outside.server.url.removeprefix("http://").split(":")
    with socket.create_connection((place[0], int(place[1])), timeout=10) as connection:
        connection.sendall(b"POST /oauth/tokens HTTP/1.1\r\nHost: here\r\n" + body)

        assert connection.recv(100).split()[1] == status
