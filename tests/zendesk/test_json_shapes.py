"""REST bodies become domain objects, and what is odd in them a clear error."""

from typing import Any

import pytest

from integration.domain.ticket import Channel, Status
from integration.zendesk.errors import UnexpectedAnswer
from integration.zendesk.json_shapes import comment_from_json, requester_from_json, ticket_from_json
from integration.zendesk.texts import guard_placeholders
from tests.zendesk.samples import fixture

COMMENT = {"id": 5, "author_id": 7, "public": False, "body": "x", "created_at": "2026-11-22T12:00:00Z"}


def test_a_ticket_keeps_its_fields_its_rating_and_what_it_follows():
    ticket = ticket_from_json(fixture("rest_ticket"))

    assert ticket.custom_fields == {
        360001000005: "makegood_suspected",
        360001000007: 2,
        360001000020: ("blue", "large"),
        360001000021: None,
    }
    assert (ticket.satisfaction, ticket.followup_of, ticket.form_id) == ("bad", 1300, 360005000001)


def test_zenpys_name_for_a_keyword_of_python_is_understood():
    data = fixture("rest_ticket")
    source = data["via"]["source"]
    source["from_"] = source.pop("from")

    assert ticket_from_json(data).followup_of == 1300


def test_a_scrubbed_ticket_of_nobody_is_still_a_ticket():
    data = fixture("rest_ticket") | {"requester_id": None, "status": "scrubbed", "subject": None}

    ticket = ticket_from_json(data)

    assert (ticket.status, ticket.requester_id, ticket.subject) == (Status.DELETED, 0, "")


@pytest.mark.parametrize(
    ("via", "channel"),
    [
        ("native_messaging", Channel.CHAT),
        ("TWITTER", Channel.SOCIAL),
        ("hologram", Channel.OTHER),
        (29, Channel.OTHER),
    ],
)
def test_channels_are_folded(via: object, channel: Channel):
    assert ticket_from_json(fixture("rest_ticket") | {"via": {"channel": via}}).channel is channel


def test_a_deleted_user_is_not_active():
    assert not requester_from_json(fixture("rest_user") | {"active": False}).is_active


@pytest.mark.parametrize(("roles", "by_agent"), [({7: "admin"}, True), ({7: "end-user"}, False), ({}, False)])
def test_only_agents_and_admins_write_as_agents(roles: dict[int, str], by_agent: bool):
    assert comment_from_json(COMMENT, ticket_id=1, roles=roles).by_agent is by_agent


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": None}, "ticket.id"),
        ({"created_at": "SECRET"}, "ticket.created_at"),
        ({"custom_fields": [{"id": 1, "value": {"SECRET": 1}}]}, "ticket.custom_fields.value"),
        ({"tags": 7}, "ticket.tags"),
    ],
)
def test_an_odd_ticket_is_refused_by_field_and_without_its_content(change: dict[str, Any], field: str):
    with pytest.raises(UnexpectedAnswer) as caught:
        ticket_from_json(fixture("rest_ticket") | change)

    assert field in str(caught.value)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize("text", ["{{a}}", "{{{a}}}", "{%b%}", "{{{{a}}}}", "{{%a"])
def test_no_opening_of_a_placeholder_is_left(text: str):
    guarded = guard_placeholders(text)

    assert "{{" not in guarded
    assert "{%" not in guarded
    assert guarded.replace("\N{WORD JOINER}", "") == text
