"""Exports go to their end, and only there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
import responses
from responses import matchers

from integration.zendesk.errors import RateLimited, UnexpectedAnswer
from integration.zendesk.export import MAX_EMPTY_PAGES, export_tickets, export_users, readable
from integration.zendesk.http import ZendeskSession
from integration.zendesk.json_shapes import requester_from_json, ticket_from_json
from integration.zendesk.oauth import AccessToken
from tests.zendesk.peer import Peer

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ACCOUNT = "https://example.zendesk.com"
PATH = f"{ACCOUNT}/api/v2/incremental/tickets/cursor"


def past_the_last_minute(peer: Peer) -> None:
    peer.control("POST", "clock", advance_seconds=120)


def test_every_ticket_is_exported_once_though_empty_pages_come_between(peer: Peer):
    made = {peer.ticket(f"Number {number}") for number in range(7)}
    past_the_last_minute(peer)

    with peer.session() as session:
        pages = list(export_tickets(session, start_time=LONG_AGO))

    assert {ticket_from_json(row).id for page in pages for row in page.items} == made
    assert [page.end_of_stream for page in pages] == [False] * (len(pages) - 1) + [True]


def test_an_export_goes_on_from_a_kept_cursor(peer: Peer, session: ZendeskSession):
    peer.ticket()
    past_the_last_minute(peer)
    [*_, last] = export_tickets(session, start_time=LONG_AGO)
    newer = peer.ticket("Newer")
    past_the_last_minute(peer)

    pages = export_tickets(session, cursor=last.cursor)

    assert [row["id"] for page in pages for row in page.items] == [newer]


def test_users_are_exported_with_their_locale(peer: Peer, session: ZendeskSession):
    peer.ticket()
    past_the_last_minute(peer)

    pages = export_users(session, start_time=LONG_AGO)

    users = [requester_from_json(row) for page in pages for row in page.items]
    assert "pt-BR" in {user.locale for user in users}


@pytest.mark.parametrize("where", [{}, {"start_time": LONG_AGO, "cursor": "x"}])
def test_an_export_starts_at_a_time_or_at_a_cursor(session: ZendeskSession, where: dict[str, object]):
    with pytest.raises(ValueError, match="either"):
        next(export_tickets(session, **where))  # type: ignore[arg-type]


@pytest.fixture
def stubbed() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as stub:
        stub.post(f"{ACCOUNT}/oauth/tokens", json={"access_token": "t", "expires_in": 1800})
        yield stub


def account() -> ZendeskSession:
    return ZendeskSession(ACCOUNT, AccessToken(ACCOUNT, "makegood", "made-up"))


def answer(cursor: str | None, *, end: bool = False, items: int = 0) -> dict[str, object]:
    rows = [{"id": number} for number in range(items)]
    return {
        "tickets": rows,
        "after_cursor": cursor,
        "after_url": "https://evil.example/",
        "end_of_stream": end,
    }


def test_a_cursor_is_escaped_and_the_page_size_kept(stubbed: responses.RequestsMock):
    query = matchers.query_param_matcher({"cursor": "a+b=", "per_page": "1000"})
    stubbed.get(PATH, json=answer("a+b=", end=True), match=[query])

    [page] = export_tickets(account(), cursor="a+b=")

    assert page.end_of_stream


def test_links_in_an_answer_are_not_followed(stubbed: responses.RequestsMock):
    stubbed.get(PATH, json=answer("c1", items=1))
    stubbed.get(PATH, json=answer("c2", end=True))

    assert len(list(export_tickets(account(), start_time=LONG_AGO))) == 2


def test_an_empty_page_is_not_the_end(stubbed: responses.RequestsMock):
    stubbed.get(PATH, json=answer("c1"))
    stubbed.get(PATH, json=answer("c2", items=3, end=True))

    pages = list(export_tickets(account(), start_time=LONG_AGO))

    assert [len(page.items) for page in pages] == [0, 3]


def test_a_cursor_that_does_not_move_is_not_followed_for_ever(stubbed: responses.RequestsMock):
    stubbed.get(PATH, json=answer("c1", items=1))

    with pytest.raises(UnexpectedAnswer, match="end"):
        list(islice(export_tickets(account(), start_time=LONG_AGO), 5))


def test_empty_pages_come_to_an_end(stubbed: responses.RequestsMock):
    for number in range(MAX_EMPTY_PAGES + 1):
        stubbed.get(PATH, json=answer(f"c{number}"))

    with pytest.raises(UnexpectedAnswer, match="end"):
        list(export_tickets(account(), start_time=LONG_AGO))


def test_too_many_pages_a_minute_say_how_long_to_wait(stubbed: responses.RequestsMock):
    stubbed.get(PATH, status=429, headers={"Retry-After": "37"}, json={})

    with pytest.raises(RateLimited) as caught:
        next(export_tickets(account(), start_time=LONG_AGO))

    assert caught.value.retry_after == 37


@pytest.mark.parametrize(
    "body", [{}, [], {"tickets": "x", "after_cursor": None, "end_of_stream": True}, {"end_of_stream": "no"}]
)
def test_an_answer_of_another_shape_is_not_taken_for_the_end(stubbed: responses.RequestsMock, body: object):
    stubbed.get(PATH, json=body)

    with pytest.raises(UnexpectedAnswer):
        list(export_tickets(account(), start_time=LONG_AGO))


def test_an_export_outlives_its_token(peer: Peer, session: ZendeskSession):
    peer.ticket()
    past_the_last_minute(peer)
    [*_, last] = export_tickets(session, start_time=LONG_AGO)

    peer.control("POST", "clock", advance_seconds=timedelta(hours=1).total_seconds())

    assert list(export_tickets(session, cursor=last.cursor))


def test_a_row_that_is_not_understood_does_not_stop_the_others():
    people = readable([{"id": 1}, {"id": "one"}, {"id": 3, "role": "agent"}], requester_from_json)

    assert [person.id for person in people] == [1, 3]
