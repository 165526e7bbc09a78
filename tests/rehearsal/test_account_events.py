"""The events that changes leave in the outbox."""

import re
from typing import Any

import pytest

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc, load


def told(account: Account) -> list[Doc]:
    """Return the events so far, and forget them."""
    with account.db.write() as connection:
        bodies = [
            load(row["body"]) for row in connection.execute("SELECT body FROM outgoing_event ORDER BY n")
        ]
        connection.execute("DELETE FROM outgoing_event")
    return bodies


@pytest.fixture
def ticket(account: Account) -> Doc:
    wanted = {
        "subject": "Lid",
        "comment": {"body": "Bent."},
        "requester": {"name": "Rosa", "email": "r@example.org"},
    }
    return account.create_ticket(wanted, actor_id=account.admin_user_id)


def names(events: list[Doc]) -> list[str]:
    return [event["type"].removeprefix("zen:event-type:") for event in events]


def update(account: Account, ticket: Doc, **data: Any) -> list[Doc]:
    told(account)
    account.update_ticket(ticket["id"], data, actor_id=account.service_user_id)
    return told(account)


def test_a_new_ticket_tells_of_itself_and_its_comment(account: Account, ticket: Doc) -> None:
    assert names(told(account)) == ["user.created", "ticket.created", "ticket.comment_added"]


def test_ids_are_text_and_enumerations_upper_case(account: Account, ticket: Doc) -> None:
    event = update(account, ticket, status="pending", priority="high")[0]

    assert event["detail"]["id"] == str(ticket["id"])
    assert event["detail"]["actor_id"] == str(account.service_user_id)
    assert (event["detail"]["status"], event["detail"]["priority"]) == ("PENDING", "HIGH")
    assert event["detail"]["tags"] is None
    assert event["event"]["current"] == "PENDING"
    assert isinstance(event["account_id"], int)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", event["time"])
    assert not {"custom_fields", "comments", "due_at"} & event["detail"].keys()


def test_one_change_is_one_sequence(account: Account, ticket: Doc) -> None:
    events = update(account, ticket, tags=["b"], status="open", comment={"body": "x", "public": False})

    sequences = [event["event"]["meta"]["sequence"] for event in events]
    assert len({sequence["id"] for sequence in sequences}) == 1
    assert [sequence["position"] for sequence in sequences] == [1, 2, 3, 4]
    assert set(names(events)) == {
        "ticket.status_changed",
        "ticket.custom_status_changed",
        "ticket.tags_changed",
        "ticket.comment_added",
    }


def test_a_comment_event_tells_who_spoke(account: Account, ticket: Doc) -> None:
    event = update(account, ticket, comment={"body": "Sorry.", "public": False})[-1]

    comment = event["event"]["comment"]
    assert comment["author"] == {"id": str(account.service_user_id), "is_staff": True, "name": "Makegood"}
    assert (comment["body"], comment["is_public"]) == ("Sorry.", False)


def test_tags_and_custom_fields_tell_the_difference(account: Account, ticket: Doc) -> None:
    field = account.create_ticket_field({"type": "integer", "title": "Complaints before"})
    update(account, ticket, tags=["a", "b"])

    tags, custom = update(account, ticket, tags=["b", "c"], custom_fields=[{"id": field["id"], "value": 2}])

    assert tags["event"]["tags_added"] == ["c"]
    assert tags["event"]["tags_removed"] == ["a"]
    assert custom["event"]["custom_field"]["id"] == str(field["id"])
    assert (custom["event"]["current"], custom["event"]["previous"]) == ({"value": 2}, {"value": None})


def test_fates_have_events_of_their_own(account: Account, ticket: Doc) -> None:
    other = account.create_ticket({"comment": {"body": "Second"}}, actor_id=ticket["requester_id"])
    told(account)

    account.merge_tickets(other["id"], ticket["id"], actor_id=account.admin_user_id)
    merged = told(account)[-1]
    account.delete_ticket(ticket["id"], actor_id=account.admin_user_id)
    deleted = told(account)

    assert (merged["type"], merged["subject"]) == (
        "zen:event-type:ticket.merged",
        f"zen:ticket:{other['id']}",
    )
    assert merged["event"]["target_ticket_id"] == str(ticket["id"])
    assert names(deleted) == ["ticket.soft_deleted"]


def test_people_have_events_too(account: Account) -> None:
    old, new = (account.create_user({"name": name}) for name in ("Old", "New"))
    told(account)

    account.update_user(old["id"], {"name": "Older"})
    account.merge_users(old["id"], new["id"])
    renamed, merged = told(account)

    assert renamed["type"] == "zen:event-type:user.name_changed"
    assert renamed["event"]["current"] == "Older"
    assert merged["type"] == "zen:event-type:user.merged"
    assert merged["event"]["user"]["id"] == str(new["id"])


def test_loaded_history_is_silent(account: Account) -> None:
    said = {"author_id": account.admin_user_id, "body": "x", "created_at": "2026-01-05T10:00:00Z"}

    account.load([{"kind": "ticket", "requester_id": account.admin_user_id, "subject": "Old",
                   "created_at": "2026-01-05T10:00:00Z", "comments": [said]}])  # fmt: skip

    assert told(account) == []
