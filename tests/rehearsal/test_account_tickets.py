"""The life of a ticket under the account's rules."""

from datetime import timedelta
from typing import Any

import pytest

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import BadRequest, Closed, Invalid, NotFound, UpdateConflict


def open_ticket(account: Account, **data: Any) -> Doc:
    known = account.user_by_email("rosa@example.org")
    rosa = known or account.create_user({"name": "Rosa Diaz", "email": "rosa@example.org"})
    wanted = {"subject": "Lid", "comment": {"body": "The lid is bent."}, "requester_id": rosa["id"], **data}
    return account.create_ticket(wanted, actor_id=rosa["id"], channel="email")


def update(account: Account, ticket: Doc, **data: Any) -> Doc:
    return account.update_ticket(ticket["id"], data, actor_id=account.service_user_id)[0]


def reply(account: Account, ticket: Doc, body: str = "Any news?") -> Doc:
    author_id = ticket["requester_id"]
    return account.update_ticket(ticket["id"], {"comment": {"body": body}}, actor_id=author_id, via="email")[
        0
    ]


@pytest.mark.parametrize("status", ["pending", "hold", "solved"])
def test_an_end_users_comment_reopens(account: Account, status: str) -> None:
    ticket = update(account, open_ticket(account), status=status)

    assert reply(account, ticket)["status"] == "open"


def test_an_agents_comment_does_not_reopen(account: Account) -> None:
    ticket = update(account, open_ticket(account), status="solved")

    assert update(account, ticket, comment={"body": "Noted.", "public": False})["status"] == "solved"


def test_a_ticket_cannot_be_new_again(account: Account) -> None:
    ticket = update(account, open_ticket(account), status="open")

    with pytest.raises(Invalid) as refused:
        update(account, ticket, status="new")

    assert list(refused.value.body()["details"]) == ["status"]


def test_an_assigned_new_ticket_is_open(account: Account) -> None:
    agent = account.users(role="agent")[0]

    ticket = update(account, open_ticket(account), assignee_id=agent["id"])

    assert ticket["status"] == "open"
    assert ticket["group_id"] == agent["default_group_id"]


def test_a_closed_ticket_takes_no_update_at_all(account: Account) -> None:
    ticket = update(account, open_ticket(account), status="closed")

    for data in ({"comment": {"body": "x", "public": False}}, {"tags": ["x"]}, {"priority": "high"}):
        with pytest.raises(Closed) as refused:
            update(account, ticket, **data)

    reasons = refused.value.body()["details"]["status"]
    assert reasons == [{"description": "Status: closed prevents ticket update"}]


def test_what_is_solved_closes_after_four_weeks_and_not_before(account: Account) -> None:
    ticket = update(account, open_ticket(account), status="solved")

    account.clock.advance(timedelta(days=27, hours=23))
    assert account.close_due() == 0
    account.clock.advance(timedelta(hours=2))
    assert account.close_due() == 1

    assert account.ticket(ticket["id"])["status"] == "closed"


def test_visibility_left_out_is_that_of_the_first_comment(account: Account) -> None:
    spoken = open_ticket(account)
    noted = open_ticket(account, comment={"body": "Phone call.", "public": False})

    for ticket in (spoken, noted):
        update(account, ticket, comment={"body": "Second."})

    assert account.comments(spoken["id"])[1]["public"] is True
    assert account.comments(noted["id"])[1]["public"] is False


def test_placeholders_in_api_comments_are_expanded_unless_escaped(account: Account) -> None:
    ticket = open_ticket(account)

    update(
        account,
        ticket,
        comment={"body": r"{{ticket.id}} \{{ticket.id}} [{{no.such}}] {{ticket.requester.name}}"},
    )

    assert account.comments(ticket["id"])[1]["body"] == f"{ticket['id']} {{{{ticket.id}}}} [] Rosa Diaz"


def test_placeholders_in_html_are_kept_inside_code_and_values_are_escaped(account: Account) -> None:
    ticket = open_ticket(account, subject="<b>Lid</b>")

    update(account, ticket, comment={"html_body": "<p>{{ticket.title}}</p><code>{{ticket.id}}</code>"})

    markup = account.comments(ticket["id"])[1]["html_body"]
    assert "&lt;b&gt;Lid&lt;/b&gt;" in markup
    assert "<code>{{ticket.id}}</code>" in markup


def test_a_customers_braces_are_only_text(account: Account) -> None:
    ticket = reply(account, open_ticket(account), "{{ticket.id}}")

    assert account.comments(ticket["id"])[1]["body"] == "{{ticket.id}}"


def test_a_long_comment_is_cut_without_a_word(account: Account) -> None:
    ticket = update(account, open_ticket(account), comment={"body": "ж" * 40_000})

    assert len(account.comments(ticket["id"])[1]["body"].encode()) in {65_534, 65_535}


def test_the_5001st_comment_is_refused(account: Account) -> None:
    said = [{"author_id": 1, "body": "x", "created_at": "2026-01-05T10:00:00Z"}] * 5000
    ticket = {"kind": "ticket", "id": 7, "requester_id": account.admin_user_id, "subject": "Long",
              "created_at": "2026-01-05T10:00:00Z", "comments": said}  # fmt: skip
    account.load([ticket])

    with pytest.raises(Invalid):
        update(account, ticket, comment={"body": "one more"})


def test_a_due_date_belongs_to_tasks(account: Account) -> None:
    due_at = "2026-12-01T09:00:00+01:00"

    assert update(account, open_ticket(account), due_at=due_at)["due_at"] is None
    assert (
        update(account, open_ticket(account), type="task", due_at=due_at)["due_at"] == "2026-12-01T08:00:00Z"
    )


def test_the_description_is_read_only_and_unknown_properties_are_ignored(account: Account) -> None:
    ticket = open_ticket(account)
    before = account.audits(ticket["id"])

    after, audit = account.update_ticket(
        ticket["id"], {"description": "x", "additional_tags": ["y"]}, actor_id=account.service_user_id
    )

    assert (after["description"], after["tags"]) == ("The lid is bent.", [])
    assert audit["events"] == []
    assert account.audits(ticket["id"]) == before


def test_metadata_is_kept_with_the_audit_and_lost_when_nothing_changes(account: Account) -> None:
    ticket = open_ticket(account)
    mark = {"mark": "mg-1"}

    note = {"comment": {"body": "n", "public": False}}
    account.update_ticket(ticket["id"], note, actor_id=account.service_user_id, metadata=mark)
    account.update_ticket(ticket["id"], {}, actor_id=account.service_user_id, metadata={"mark": "mg-2"})

    assert [audit["metadata"]["custom"] for audit in account.audits(ticket["id"])] == [{}, mark]


def test_a_stale_safe_update_conflicts_even_when_it_says_false(account: Account) -> None:
    ticket = open_ticket(account)
    account.clock.advance(timedelta(seconds=5))
    update(account, ticket, priority="high")

    with pytest.raises(UpdateConflict):
        update(account, ticket, priority="low", safe_update=False, updated_stamp=ticket["updated_at"])
    with pytest.raises(BadRequest):
        update(account, ticket, priority="low", safe_update=True)

    assert account.ticket(ticket["id"])["priority"] == "high"


def test_a_follow_up_ticket_needs_a_closed_source_and_inherits_from_it(account: Account) -> None:
    source = update(account, open_ticket(account, tags=["lid"]), status="solved")
    wanted = {"via_followup_source_id": source["id"], "comment": {"body": "Again."}}

    unrelated = account.create_ticket({**wanted}, actor_id=account.service_user_id)
    update(account, source, status="closed")
    following = account.create_ticket({**wanted}, actor_id=account.service_user_id)

    assert unrelated["via"]["source"]["rel"] is None
    assert following["via"]["source"] == {
        "from": {"ticket_id": source["id"], "subject": "Lid", "channel": "web"},
        "to": {},
        "rel": "follow_up",
    }
    assert (following["requester_id"], following["tags"]) == (source["requester_id"], ["lid"])
    assert account.ticket(source["id"])["followup_ids"] == [following["id"]]


def test_a_merged_ticket_is_closed_with_a_note_on_both(account: Account) -> None:
    source, target = open_ticket(account), open_ticket(account)

    account.merge_tickets(source["id"], target["id"], actor_id=account.admin_user_id)

    assert account.ticket(source["id"])["status"] == "closed"
    assert "closed_by_merge" in account.ticket(source["id"])["tags"]
    assert f"#{source['id']}" in account.comments(target["id"])[-1]["body"]
    assert account.comments(source["id"])[-1]["public"] is False


def test_a_deleted_ticket_is_not_found_until_it_is_restored(account: Account) -> None:
    ticket = update(account, open_ticket(account), status="pending")

    account.delete_ticket(ticket["id"], actor_id=account.admin_user_id)
    with pytest.raises(NotFound):
        account.ticket(ticket["id"])
    account.restore_ticket(ticket["id"], actor_id=account.admin_user_id)

    assert account.ticket(ticket["id"])["status"] == "pending"


def test_a_refused_update_leaves_nothing_behind(account: Account) -> None:
    ticket = open_ticket(account)

    with pytest.raises(Invalid):
        update(account, ticket, comment={"body": "kept?"}, assignee_id=ticket["requester_id"])

    assert len(account.comments(ticket["id"])) == 1
    assert account.ticket(ticket["id"]) == ticket


def test_listeners_run_inside_the_transaction_and_may_update_again(account: Account) -> None:
    def tag(connection: Any, change: Any) -> None:
        if change.kind == "ticket" and change.is_create:
            account.change_tags(change.after["id"], actor_id=-1, add=["seen"])

    account.on_change.append(tag)

    assert open_ticket(account)["tags"] == ["seen"]
