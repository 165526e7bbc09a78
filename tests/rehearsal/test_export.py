"""Incremental exports: by cursor, by time, of events."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote

import pytest

from integration.rehearsal.base import Doc
from tests.rehearsal.outside import Outside


def minutes_later(outside: Outside, minutes: float = 2) -> None:
    outside.control("POST", "clock", {"advance_seconds": minutes * 60})


def pages(outside: Outside, name: str = "tickets", size: int = 2) -> Iterator[Doc]:
    """Follow the cursor to the end of the stream."""
    answer = outside.api("GET", f"incremental/{name}/cursor.json?start_time=1&per_page={size}").json()
    yield answer
    while not answer["end_of_stream"]:
        path = answer["after_url"].partition("/api/v2/")[2]
        answer = outside.api("GET", path).json()
        yield answer


def test_the_newest_minute_is_withheld(outside: Outside) -> None:
    outside.ticket()
    assert outside.api("GET", "incremental/tickets/cursor?start_time=1").json()["tickets"] == []

    minutes_later(outside)

    assert len(outside.api("GET", "incremental/tickets/cursor?start_time=1").json()["tickets"]) == 1


def test_a_start_within_the_last_minute_is_refused(outside: Outside) -> None:
    answer = outside.api("GET", f"incremental/tickets/cursor?start_time={int(time.time()) - 30}")

    assert answer.status_code == 422


def test_a_cursor_reads_every_ticket_once_even_within_one_second(outside: Outside) -> None:
    ids = [outside.ticket()["id"] for _ in range(9)]
    minutes_later(outside)

    found = [ticket["id"] for page in pages(outside) for ticket in page["tickets"]]

    assert sorted(found) == ids


def test_now_and_then_a_page_is_empty_and_not_the_last(outside: Outside) -> None:
    for _ in range(9):
        outside.ticket()
    minutes_later(outside)

    sizes = [(len(page["tickets"]), page["end_of_stream"]) for page in pages(outside)]

    assert sizes == [(2, False), (2, False), (2, False), (0, False), (2, False), (1, True)]


def test_a_cursor_must_be_escaped(rehearse: Callable[..., Outside]) -> None:
    outside = rehearse(strict_cursors=True)
    outside.ticket()
    minutes_later(outside)
    answer = outside.api("GET", "incremental/tickets/cursor?start_time=1").json()
    cursor = answer["after_cursor"]

    assert "+" in cursor
    assert cursor.endswith("=")
    assert unquote(answer["after_url"].partition("cursor=")[2]) == cursor
    assert outside.api("GET", f"incremental/tickets/cursor?cursor={quote(cursor, safe='')}").ok
    assert outside.api("GET", f"incremental/tickets/cursor?cursor={cursor}").status_code == 400


def test_a_kept_cursor_brings_only_what_is_new(outside: Outside) -> None:
    outside.ticket()
    minutes_later(outside)
    cursor = list(pages(outside))[-1]["after_cursor"]
    later = outside.ticket()
    minutes_later(outside)

    answer = outside.api("GET", f"incremental/tickets/cursor?cursor={quote(cursor, safe='')}").json()

    assert [ticket["id"] for ticket in answer["tickets"]] == [later["id"]]


def test_deleted_tickets_are_told_as_deleted(outside: Outside) -> None:
    ticket = outside.ticket()
    outside.control("DELETE", f"tickets/{ticket['id']}")
    minutes_later(outside)

    assert next(pages(outside))["tickets"][0]["status"] == "deleted"
    excluded = outside.api("GET", "incremental/tickets/cursor?start_time=1&exclude_deleted=true").json()
    assert excluded["tickets"] == []


def test_a_system_change_shows_a_row_again_with_its_old_updated_at(outside: Outside) -> None:
    ticket = outside.ticket()
    other = outside.account.create_user({"name": "Rosa D."})
    minutes_later(outside)
    cursor = list(pages(outside))[-1]["after_cursor"]

    outside.control("POST", "users/merge", {"from": outside.requester_id, "into": other["id"]})
    minutes_later(outside)
    answer = outside.api("GET", f"incremental/tickets/cursor?cursor={quote(cursor, safe='')}").json()

    (again,) = answer["tickets"]
    assert (again["requester_id"], again["updated_at"]) == (other["id"], ticket["updated_at"])
    assert again["generated_timestamp"] > ticket["generated_timestamp"]


def test_users_are_exported_with_those_that_are_gone(outside: Outside) -> None:
    gone = outside.account.create_user({"name": "Gone"})
    outside.control("DELETE", f"users/{gone['id']}")
    minutes_later(outside)

    users = [user for page in pages(outside, "users", 100) for user in page["users"]]

    assert {user["id"]: user["active"] for user in users}[gone["id"]] is False


@pytest.mark.parametrize("query", ["", "start_time=soon", "start_time=1&per_page=1001"])
def test_what_cannot_be_understood_is_400(outside: Outside, query: str) -> None:
    assert outside.api("GET", f"incremental/tickets/cursor?{query}").status_code == 400


def test_pages_by_time_hold_whole_seconds(outside: Outside) -> None:
    for _ in range(5):
        outside.ticket()
    minutes_later(outside)
    start = outside.account.ticket(1)["generated_timestamp"]

    answer = outside.api("GET", f"incremental/tickets?start_time={start}&per_page=1").json()

    assert answer["count"] >= 1
    assert answer["tickets"][-1]["generated_timestamp"] == answer["end_time"]
    assert str(answer["end_time"]) in answer["next_page"]


def test_ticket_events_carry_comments_on_request(outside: Outside) -> None:
    outside.ticket()
    minutes_later(outside)

    plain = outside.api("GET", "incremental/ticket_events?start_time=1").json()["ticket_events"][0]
    spoken = outside.api("GET", "incremental/ticket_events?start_time=1&include=comment_events").json()

    assert "Comment" not in {child["event_type"] for child in plain["child_events"]}
    assert spoken["ticket_events"][0]["child_events"][0]["body"] == "It came scratched."


def test_only_admins_export(outside: Outside) -> None:
    token = outside.account.tokens.issue(outside.agent_id, ["read"])

    answer = outside.api(
        "GET", "incremental/tickets/cursor?start_time=1", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.status_code == 403


def test_a_thousand_tickets_are_one_quick_page(outside: Outside) -> None:
    outside.server.seed_history(1200)
    started = time.process_time()

    answer = outside.api("GET", "incremental/tickets/cursor?start_time=1").json()

    assert len(answer["tickets"]) == 1000
    assert time.process_time() - started < 1
