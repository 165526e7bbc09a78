"""What an admin's trigger may ask for."""

import json
from datetime import UTC, datetime

import pytest

from integration.zendesk.webhook import MalformedEvent, parse_follow_up_request

START = {"ticket_id": "1412", "action": "start", "name": "call_back", "due_in_hours": "4"}


def body(**values: object) -> bytes:
    return json.dumps({**START, **values}).encode()


def test_placeholders_in_quotes_are_read_as_numbers():
    request = parse_follow_up_request(body())

    assert (request.ticket_id, request.action, request.due_in_hours) == (1412, "start", 4.0)


def test_a_start_may_name_the_moment_instead():
    request = parse_follow_up_request(body(due_in_hours=None, due_at="2026-12-01T09:00:00+01:00"))

    assert request.due_at == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_a_cancel_needs_no_time():
    request = parse_follow_up_request(body(action="CANCEL", due_in_hours=""))

    assert (request.action, request.due_in_hours) == ("cancel", None)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ticket_id": "{{ticket.id}}"}, "ticket_id"),
        ({"ticket_id": None}, "ticket_id"),
        ({"action": "stop"}, "action"),
        ({"name": ""}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"due_in_hours": None}, "due_in_hours"),
        ({"due_at": "2026-12-01T09:00:00Z"}, "due_at"),
        ({"due_in_hours": 0}, "due_in_hours"),
        ({"due_in_hours": "soon"}, "due_in_hours"),
        ({"due_in_hours": 1e9}, "due_in_hours"),
        ({"due_in_hours": True}, "due_in_hours"),
        ({"note": "x" * 5000}, "note"),
        ({"key": ["a"]}, "key"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_field(values: dict[str, object], field: str):
    with pytest.raises(MalformedEvent, match=field):
        parse_follow_up_request(body(**values))
