"""Lists over HTTP: both ways of paging, and search."""

from urllib.parse import quote

import pytest

from tests.rehearsal.outside import Outside


def search(outside: Outside, query: str, **more: object) -> list[int]:
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return [row["id"] for row in outside.api("GET", f"search?query={quote(query)}{extra}").json()["results"]]


def minutes_later(outside: Outside) -> None:
    outside.control("POST", "clock", {"advance_seconds": 180})


def test_cursor_pages_lead_to_each_other(outside: Outside) -> None:
    ids = [outside.ticket()["id"] for _ in range(5)]
    found, path = [], "tickets.json?page[size]=2"
    while path:
        answer = outside.api("GET", path).json()
        found += [ticket["id"] for ticket in answer["tickets"]]
        path = (answer["links"]["next"] or "").partition("/api/v2/")[2]

    assert found == ids
    assert answer["meta"]["has_more"] is False


def test_a_page_leads_back(outside: Outside) -> None:
    ids = [outside.ticket()["id"] for _ in range(4)]
    first = outside.api("GET", "tickets?page[size]=2").json()
    second = outside.api("GET", first["links"]["next"].partition("/api/v2/")[2]).json()

    back = outside.api("GET", second["links"]["prev"].partition("/api/v2/")[2]).json()

    assert [ticket["id"] for ticket in back["tickets"]] == ids[:2]


def test_numbered_pages_count_and_end(outside: Outside) -> None:
    ids = [outside.ticket()["id"] for _ in range(3)]

    answer = outside.api("GET", "tickets?per_page=2&page=2&sort_order=desc").json()

    assert [ticket["id"] for ticket in answer["tickets"]] == ids[:1]
    assert (answer["count"], answer["next_page"]) == (3, None)
    assert "page=1" in answer["previous_page"]


@pytest.mark.parametrize(
    "query", ["page[size]=101", "page[size]=0", "page[after]=x", "page=101&per_page=100"]
)
def test_pages_out_of_bounds_are_refused(outside: Outside, query: str) -> None:
    assert outside.api("GET", f"tickets?{query}").status_code == 400


def test_search_runs_minutes_behind(outside: Outside) -> None:
    ticket = outside.ticket()
    assert search(outside, "type:ticket") == []

    minutes_later(outside)

    assert search(outside, "type:ticket") == [ticket["id"]]


def test_search_knows_people_states_tags_and_days(outside: Outside) -> None:
    first = outside.ticket(tags=["lid"])
    second = outside.ticket(subject="Blender", priority="high", status="pending")
    minutes_later(outside)

    assert search(outside, f"requester:{outside.requester_id}", sort_by="created_at", sort_order="asc") == [
        first["id"],
        second["id"],
    ]
    assert search(outside, "requester:rosa@example.org status<pending") == [first["id"]]
    assert search(outside, "type:ticket tags:lid") == [first["id"]]
    assert search(outside, "type:ticket -tags:lid") == [second["id"]]
    assert search(outside, "priority>normal blender") == [second["id"]]
    assert search(outside, f"created>={first['created_at'][:10]} subject:blender") == [second["id"]]
    assert search(outside, f"created<{first['created_at'][:10]}") == []


def test_search_ends_at_a_thousand(outside: Outside) -> None:
    assert outside.api("GET", "search?query=type:ticket&page=10").status_code == 200
    answer = outside.api("GET", "search?query=type:ticket&page=11")

    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")


def test_search_says_what_it_does_not_know(outside: Outside) -> None:
    assert outside.api("GET", "search?query=colour:red").status_code == 422


def test_the_search_export_goes_by_cursor(outside: Outside) -> None:
    ids = [outside.ticket()["id"] for _ in range(3)]
    minutes_later(outside)

    first = outside.api("GET", "search/export?query=status:new&filter[type]=ticket&page[size]=2").json()
    second = outside.api("GET", first["links"]["next"].partition("/api/v2/")[2]).json()

    assert [row["id"] for row in first["results"] + second["results"]] == ids
    assert second["meta"]["has_more"] is False


def test_users_are_found_by_address_and_by_name(outside: Outside) -> None:
    for query in ("rosa@example.org", "Rosa"):
        users = outside.api("GET", f"users/search?query={query}").json()["users"]
        assert [user["id"] for user in users] == [outside.requester_id]
    assert search(outside, "type:user email:rosa@example.org") == [outside.requester_id]


def test_several_are_shown_at_once(outside: Outside) -> None:
    ids = [outside.ticket()["id"] for _ in range(2)]

    answer = outside.api("GET", f"tickets/show_many.json?ids={ids[0]},{ids[1]},999").json()

    assert [ticket["id"] for ticket in answer["tickets"]] == ids
    many = ",".join(str(n) for n in range(101))
    assert outside.api("GET", f"users/show_many?ids={many}").status_code == 400
