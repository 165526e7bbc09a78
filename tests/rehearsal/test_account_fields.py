"""Custom fields, and the tags of drop-downs."""

from typing import Any

import pytest

from integration.rehearsal.account import Account
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import Invalid

OPTIONS = [{"name": "Confirmed", "value": "c_confirmed"}, {"name": "Resolved", "value": "c_resolved"}]


@pytest.fixture
def field(account: Account) -> Doc:
    wanted = {"type": "tagger", "title": "Complaint", "custom_field_options": OPTIONS}
    return account.create_ticket_field(wanted)


@pytest.fixture
def ticket(account: Account, field: Doc) -> Doc:
    wanted = {"subject": "Lid", "comment": {"body": "Bent."}, "tags": ["kitchen"]}
    return account.create_ticket(wanted, actor_id=account.admin_user_id)


def update(account: Account, ticket: Doc, **data: Any) -> Doc:
    return account.update_ticket(ticket["id"], data, actor_id=account.service_user_id)[0]


def choose(account: Account, ticket: Doc, field: Doc, value: Any) -> Doc:
    return update(account, ticket, custom_fields=[{"id": field["id"], "value": value}])


def test_choosing_an_option_swaps_its_tag_and_keeps_the_others(
    account: Account, ticket: Doc, field: Doc
) -> None:
    assert choose(account, ticket, field, "c_confirmed")["tags"] == ["c_confirmed", "kitchen"]
    assert choose(account, ticket, field, "c_resolved")["tags"] == ["c_resolved", "kitchen"]
    assert choose(account, ticket, field, None)["tags"] == ["kitchen"]


def test_adding_an_options_tag_chooses_it(account: Account, ticket: Doc, field: Doc) -> None:
    choose(account, ticket, field, "c_confirmed")

    after, _ = account.change_tags(ticket["id"], actor_id=account.admin_user_id, add=["c_resolved"])

    assert after["tags"] == ["c_resolved", "kitchen"]
    assert after["custom_fields"] == [{"id": field["id"], "value": "c_resolved"}]


def test_replacing_the_tags_empties_the_field(account: Account, ticket: Doc, field: Doc) -> None:
    choose(account, ticket, field, "c_confirmed")

    after = update(account, ticket, tags=["Garden Tools"])

    assert after["tags"] == ["garden_tools"]
    assert after["custom_fields"] == []


def test_unknown_fields_are_ignored_and_unknown_options_refused(
    account: Account, ticket: Doc, field: Doc
) -> None:
    assert update(account, ticket, custom_fields=[{"id": 999, "value": "x"}])["custom_fields"] == []

    with pytest.raises(Invalid):
        choose(account, ticket, field, "c_no_such")


@pytest.mark.parametrize(
    ("kind", "good", "kept", "bad"),
    [
        ("integer", "12", 12, "twelve"),
        ("date", "2026-12-01", "2026-12-01", "2026-12-01T10:00:00Z"),
        ("checkbox", True, True, "perhaps"),
        ("text", "Lid", "Lid", ["Lid"]),
        ("decimal", "1.5", "1.5", "1.5.2"),
    ],
)
def test_each_type_keeps_its_values_and_refuses_others(
    account: Account, ticket: Doc, kind: str, good: Any, kept: Any, bad: Any
) -> None:
    field = account.create_ticket_field({"type": kind, "title": kind})

    assert choose(account, ticket, field, good)["custom_fields"] == [{"id": field["id"], "value": kept}]
    with pytest.raises(Invalid):
        choose(account, ticket, field, bad)


def test_a_tag_belongs_to_one_option_only(account: Account, field: Doc) -> None:
    with pytest.raises(Invalid):
        account.create_ticket_field({"type": "tagger", "title": "Other", "custom_field_options": OPTIONS})


def test_titles_need_not_be_unique(account: Account, field: Doc) -> None:
    again = account.create_ticket_field({"type": "text", "title": field["title"]})

    assert again["id"] != field["id"]


def test_changing_a_field_keeps_the_ids_of_its_options(account: Account, field: Doc) -> None:
    options = [*OPTIONS, {"name": "Suspected", "value": "c_suspected"}]

    after = account.update_ticket_field(field["id"], {"custom_field_options": options, "type": "text"})

    assert after["type"] == "tagger"
    assert [o["id"] for o in after["custom_field_options"]][:2] == [
        o["id"] for o in field["custom_field_options"]
    ]
