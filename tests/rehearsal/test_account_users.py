"""Users: addresses, roles, merges and deletion."""

import pytest

from integration.rehearsal.account import Account, open_account
from integration.rehearsal.base import Doc
from integration.rehearsal.config import Config
from integration.rehearsal.errors import Forbidden, Invalid, NotFound


def person(account: Account, name: str) -> Doc:
    return account.create_user({"name": name, "email": f"{name.lower()}@example.org"})


def ticket_of(account: Account, user: Doc) -> Doc:
    wanted = {"subject": "Lid", "comment": {"body": "Bent."}}
    return account.create_ticket(wanted, actor_id=user["id"], channel="email")


def test_an_address_belongs_to_one_active_user(account: Account) -> None:
    rosa = person(account, "Rosa")

    with pytest.raises(Invalid) as refused:
        account.create_user({"name": "Other", "email": "ROSA@example.org"})
    assert refused.value.body()["details"]["email"][0]["error"] == "DuplicateValue"

    account.delete_user(rosa["id"])
    assert person(account, "Rosa")["id"] != rosa["id"]


def test_a_merge_moves_tickets_without_touching_updated_at(account: Account) -> None:
    old, new = person(account, "Old"), person(account, "New")
    ticket = ticket_of(account, old)

    account.merge_users(old["id"], new["id"])

    moved = account.ticket(ticket["id"])
    assert (moved["requester_id"], moved["updated_at"]) == (new["id"], ticket["updated_at"])
    assert account.user(old["id"])["active"] is False


def test_agents_are_not_merged(account: Account) -> None:
    with pytest.raises(Invalid):
        account.merge_users(account.users(role="agent")[0]["id"], person(account, "Rosa")["id"])


def test_a_user_with_unsolved_tickets_is_not_deleted(account: Account) -> None:
    rosa = person(account, "Rosa")
    ticket = ticket_of(account, rosa)

    with pytest.raises(Forbidden):
        account.delete_user(rosa["id"])
    account.update_ticket(ticket["id"], {"status": "solved"}, actor_id=account.admin_user_id)
    account.delete_user(rosa["id"])

    with pytest.raises(NotFound):
        account.update_user(rosa["id"], {"name": "x"})


def test_a_language_may_be_named_or_numbered(account: Account) -> None:
    assert account.create_user({"name": "Ivan", "locale": "ru"})["locale_id"] == 27
    assert account.create_user({"name": "Ivan", "locale_id": 27})["locale"] == "ru"


def test_a_requester_may_be_described_when_a_ticket_is_made(account: Account) -> None:
    wanted = {"comment": {"body": "Hello"}, "requester": {"name": "Bo", "email": "bo@example.org"}}

    first, second = (account.create_ticket({**wanted}, actor_id=account.admin_user_id) for _ in range(2))

    assert first["requester_id"] == second["requester_id"]
    assert account.user(first["requester_id"])["name"] == "Bo"


def test_ids_clock_and_secret_survive_a_restart(account: Account) -> None:
    rosa, secret = person(account, "Rosa"), account.config.oauth_client_secret
    ticket = ticket_of(account, rosa)
    account.close()

    again = open_account(account.db.path, Config())

    assert person(again, "Bo")["id"] > rosa["id"]
    assert ticket_of(again, rosa)["id"] == ticket["id"] + 1
    assert again.config.oauth_client_secret == secret
    again.close()
