"""Tickets over HTTP: creating, updating, reading, tags, refusals."""

from datetime import timedelta
from typing import Any

import pytest

from tests.rehearsal.outside import TICKET, Outside

NOTE = {"ticket": {"comment": {"body": "n", "public": False}}}


def create(outside: Outside, key: str | None = None, **data: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return outside.api("POST", "tickets", {"ticket": {**TICKET, **data}}, headers=headers)


def test_every_route_has_two_spellings(outside: Outside) -> None:
    ticket = outside.ticket()

    plain, suffixed = (outside.api("GET", f"tickets/{ticket['id']}{end}").json() for end in ("", ".json"))

    assert plain == suffixed
    assert plain["ticket"]["url"] == f"{outside.server.url}/api/v2/tickets/{ticket['id']}.json"
    assert plain["ticket"]["status"] == "new"
    assert isinstance(plain["ticket"]["requester_id"], int)
    assert not [name for name in plain["ticket"] if name.startswith("_")]


def test_a_key_makes_a_ticket_once_for_two_hours(outside: Outside) -> None:
    first, again = create(outside, "k1"), create(outside, "k1")

    assert (first.headers["x-idempotency-lookup"], again.headers["x-idempotency-lookup"]) == ("miss", "hit")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    outside.account.clock.advance(outside.account.clock.offset + _hours(2))
    outside.session.headers["Authorization"] = (
        f"Bearer {outside.account.tokens.issue(360000000001, ['write'])}"
    )
    assert create(outside, "k1").json()["ticket"]["id"] != first.json()["ticket"]["id"]


def test_a_key_with_another_body_is_refused(outside: Outside) -> None:
    create(outside, "k1")

    answer = create(outside, "k1", subject="Another")

    assert (answer.status_code, answer.json()["error"]) == (400, "IdempotentRequestError")


def test_keys_do_nothing_for_updates(outside: Outside) -> None:
    ticket = outside.ticket()
    for _ in range(2):
        outside.api("PUT", f"tickets/{ticket['id']}", NOTE, headers={"Idempotency-Key": "k"})

    assert len(outside.account.comments(ticket["id"])) == 3


def test_an_update_answers_with_ticket_and_audit(outside: Outside) -> None:
    ticket = outside.ticket()
    data = {"ticket": {**NOTE["ticket"], "priority": "high", "metadata": {"mark": "mg-1"}}}

    answer = outside.api("PUT", f"tickets/{ticket['id']}.json", data).json()

    assert answer["ticket"]["priority"] == "high"
    assert [event["type"] for event in answer["audit"]["events"]] == ["Comment", "Change"]
    audits = outside.api("GET", f"tickets/{ticket['id']}/audits.json").json()["audits"]
    assert audits[-1]["metadata"]["custom"] == {"mark": "mg-1"}
    assert audits[-1]["author_id"] == outside.account.service_user_id


def test_metadata_has_at_most_a_kilobyte(outside: Outside) -> None:
    data = {"ticket": {**NOTE["ticket"], "metadata": {"mark": "x" * 1024}}}

    assert outside.api("PUT", f"tickets/{outside.ticket()['id']}", data).status_code == 422


def test_a_comment_on_a_closed_ticket_is_422_with_the_reason(outside: Outside) -> None:
    ticket = outside.ticket()
    outside.api("PUT", f"tickets/{ticket['id']}", {"ticket": {"status": "closed"}})

    answer = outside.api("PUT", f"tickets/{ticket['id']}", NOTE)

    assert answer.status_code == 422
    assert answer.json() == {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {"status": [{"description": "Status: closed prevents ticket update"}]},
    }


def test_a_conflict_is_409(outside: Outside) -> None:
    ticket = outside.ticket()
    data = {"ticket": {**NOTE["ticket"], "safe_update": True, "updated_stamp": "2020-01-01T00:00:00Z"}}

    answer = outside.api("PUT", f"tickets/{ticket['id']}", data)

    assert (answer.status_code, answer.json()["error"]) == (409, "UpdateConflict")


def test_tags_are_added_set_and_removed(outside: Outside) -> None:
    path = f"tickets/{outside.ticket(tags=['a'])['id']}/tags"

    assert outside.api("PUT", path, {"tags": ["b"]}).json() == {"tags": ["a", "b"]}
    assert outside.api("DELETE", path, {"tags": ["a"]}).json() == {"tags": ["b"]}
    answer = outside.api("POST", path, {"tags": ["c", "d"]})
    assert (answer.status_code, answer.json()) == (201, {"tags": ["c", "d"]})


def test_tags_and_single_updates(outside: Outside) -> None:
    ticket = outside.ticket(tags=["a", "b"])
    path = f"tickets/{ticket['id']}"

    ignored = outside.api("PUT", path, {"ticket": {"additional_tags": ["c"], "remove_tags": ["a"]}}).json()
    replaced = outside.api("PUT", path, {"ticket": {"tags": ["c"]}}).json()

    assert ignored["ticket"]["tags"] == ["a", "b"]
    assert replaced["ticket"]["tags"] == ["c"]


def test_custom_fields_are_shown_set_or_not(outside: Outside) -> None:
    wanted = {"ticket_field": {"type": "integer", "title": "Complaints before"}}
    field = outside.api("POST", "ticket_fields", wanted).json()["ticket_field"]
    ticket = outside.api("GET", f"tickets/{outside.ticket()['id']}").json()["ticket"]

    assert ticket["custom_fields"] == ticket["fields"] == [{"id": field["id"], "value": None}]


def test_a_requesters_history_holds_archived_tickets_and_lists_do_not(outside: Outside) -> None:
    old = outside.ticket()
    outside.api("PUT", f"tickets/{old['id']}", {"ticket": {"status": "closed"}})
    outside.account.clock.advance(_hours(24 * 121))
    outside.session.headers["Authorization"] = (
        f"Bearer {outside.account.tokens.issue(360000000001, ['read'])}"
    )
    new = outside.ticket()

    def ids(path: str) -> list[int]:
        return [ticket["id"] for ticket in outside.api("GET", path).json()["tickets"]]

    assert ids("tickets") == [new["id"]]
    assert ids(f"users/{outside.requester_id}/tickets/requested") == [old["id"]]
    outside.account.clock.advance(_hours(0.01))
    assert ids(f"users/{outside.requester_id}/tickets/requested") == [old["id"], new["id"]]


def test_deleting_is_soft(outside: Outside) -> None:
    ticket = outside.ticket()

    assert outside.api("DELETE", f"tickets/{ticket['id']}").status_code == 204
    assert outside.api("GET", f"tickets/{ticket['id']}").json()["error"] == "RecordNotFound"
    deleted = outside.api("GET", "deleted_tickets").json()["deleted_tickets"]
    assert [(each["id"], each["previous_state"]) for each in deleted] == [(ticket["id"], "new")]
    outside.api("PUT", f"deleted_tickets/{ticket['id']}/restore")
    assert outside.api("GET", f"tickets/{ticket['id']}").status_code == 200


def test_people_come_along_when_asked_for(outside: Outside) -> None:
    ticket = outside.ticket()

    answer = outside.api("GET", f"tickets/{ticket['id']}?include=users").json()

    assert [user["id"] for user in answer["users"]] == [outside.requester_id]


@pytest.mark.parametrize("path", ["nope", "tickets/1/nope", "nope.json"])
def test_unknown_paths_are_404_in_json(outside: Outside, path: str) -> None:
    answer = outside.api("GET", path)

    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "InvalidEndpoint", "description": "Not found"},
    )


@pytest.mark.parametrize(
    ("body", "mimetype", "status"),
    [
        (b"{", "application/json", 422),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"ticket": 1}', "application/json", 400),
        (b'{"ticket": {"a":' + b"[" * 50 + b"]" * 50 + b"}}", "application/json", 400),
        (b'{"ticket": {"a":' + b"[" * 5000 + b"]" * 5000 + b"}}", "application/json", 422),
        (b"ticket=1", "application/x-www-form-urlencoded", 415),
    ],
)
def test_bodies_that_cannot_be_used_are_refused(
    outside: Outside, body: bytes, mimetype: str, status: int
) -> None:
    answer = outside.api("POST", "tickets", data=body, headers={"Content-Type": mimetype})

    assert answer.status_code == status
    assert answer.json()["error"]


def test_a_huge_body_is_refused_unread(outside: Outside) -> None:
    answer = outside.api("POST", "tickets", data=b"x" * 2_000_001)

    assert answer.status_code == 413


def _hours(hours: float) -> timedelta:
    return timedelta(hours=hours)
