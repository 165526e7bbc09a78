"""Event bodies become typed events, and bad ones a clear refusal."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.domain.ticket import Channel, Status
from integration.zendesk import events
from integration.zendesk.webhook import MAX_BODY, MalformedEvent, parse_event
from tests.zendesk.samples import body_of, fixture


def changed(name: str, path: str, value: object) -> bytes:
    event = fixture(name)
    node: Any = event
    *parents, last = path.split(".")
    for parent in parents:
        node = node[parent]
    node[last] = value
    return body_of(event)


def refusal(body: bytes) -> str:
    with pytest.raises(MalformedEvent) as caught:
        parse_event(body)
    return str(caught.value)


def test_a_new_ticket_is_read_with_rest_spelling():
    event = parse_event(body_of(fixture("ticket_created")))
    assert isinstance(event.detail, events.TicketDetail)

    ticket = event.detail.to_ticket()

    assert (event.type, event.ticket_id, event.actor_id) == ("ticket.created", 1412, 360000000031)
    assert (ticket.status, ticket.priority, ticket.channel) == (Status.OPEN, "high", Channel.EMAIL)
    assert ticket.tags == {"kettle", "vip"}
    assert ticket.assignee_id is None


def test_a_comment_tells_who_wrote_it_and_whether_the_requester_sees_it():
    event = parse_event(body_of(fixture("comment_added_by_agent")))
    assert isinstance(event.change, events.CommentAdded)

    comment = event.change.to_comment(1412, event.occurred_at)

    assert (comment.by_agent, comment.is_public, comment.author_id) == (True, False, 360000000007)


CHANGES = {
    "status_changed": events.StatusChanged(Status.SOLVED, Status.OPEN),
    "tags_changed": events.TagsChanged(frozenset({"refund_issued"}), frozenset({"vip"})),
    "custom_field_changed": events.CustomFieldChanged(
        360001000005, "makegood_confirmed", "makegood_suspected"
    ),
    "ticket_merged": events.Merged(1400),
    "user_merged": events.UserMerged(360000000040),
    "user_name_changed": events.AttributeChanged("name", "New Name", "Old Name"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_kind_of_change_is_typed(name: str):
    assert parse_event(body_of(fixture(name))).change == CHANGES[name]


def test_a_user_event_names_the_user_and_no_ticket():
    event = parse_event(body_of(fixture("user_merged")))

    assert (event.user_id, event.ticket_id) == (360000000031, None)


def test_events_sort_by_nanosecond_and_then_by_place_in_the_sequence():
    times = ["2026-11-22T11:59:30.123456788Z", "2026-11-22T11:59:30.123456789Z", "2026-11-22T11:59:30.2Z"]
    orders = [parse_event(changed("ticket_created", "time", time)).order for time in times]
    later = parse_event(changed("ticket_created", "event.meta.sequence.position", 12)).order

    assert orders == sorted(orders)
    assert orders[1] < later < orders[2]


@pytest.mark.parametrize("fraction", ["", ".5", ".500", ".500000000"])
def test_any_number_of_fraction_digits_is_a_moment(fraction: str):
    event = parse_event(changed("ticket_created", "time", f"2026-11-22T11:59:30{fraction}Z"))

    assert event.occurred_at.second == 30


@pytest.mark.parametrize("value", [None, "", "0"])
def test_nobody_assigned_is_written_in_three_ways(value: object):
    event = parse_event(changed("ticket_created", "detail.assignee_id", value))

    assert event.detail.assignee_id is None


@pytest.mark.parametrize(("value", "tags"), [(None, set()), ("a b", {"a", "b"}), (["a"], {"a"})])
def test_tags_come_as_a_list_as_one_string_or_not_at_all(value: object, tags: set[str]):
    assert parse_event(changed("ticket_created", "detail.tags", value)).detail.tags == tags


@pytest.mark.parametrize(
    ("given", "read"),
    [("ARCHIVED", Status.CLOSED), ("SCRUBBED", Status.DELETED), ("open", Status.OPEN), ("X", Status.OPEN)],
)
def test_statuses_of_any_spelling_are_folded(given: str, read: Status):
    assert parse_event(changed("ticket_created", "detail.status", given)).detail.status is read


def test_an_unknown_type_is_no_error_and_keeps_its_ticket():
    event = parse_event(changed("ticket_created", "type", "zen:event-type:ticket.sung_about"))

    assert (event.is_known, event.detail, event.ticket_id) == (False, None, 1412)


def test_nul_and_half_characters_do_not_reach_the_database():
    body = body_of(fixture("ticket_created")).replace(b"Broken kettle", rb"a\u0000b\ud83d c")

    subject = parse_event(body).detail.subject

    assert subject == "a\ufffdb\ufffd c"
    subject.encode()


def test_a_score_holds_no_half_characters():
    body = json.loads(changed("ticket_created", "type", "zen:event-type:ticket.csat_received"))
    body["event"] = {"satisfaction_score": {"score": "GOOD\ud83d"}}

    assert parse_event(body_of(body)).change == events.SatisfactionReceived("good\ufffd")


def test_a_number_beyond_all_bounds_is_no_value():
    sent = body_of(fixture("custom_field_changed")).replace(b'"makegood_confirmed"', b"1e999")

    change = parse_event(sent).change

    assert isinstance(change, events.CustomFieldChanged)
    assert change.current is None


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("id", None, "id"),
        ("id", "x" * 200, "id"),
        ("id", 7, "id"),
        ("type", None, "type"),
        ("time", "soon", "time"),
        ("time", "0001-01-01T00:00:00+14:00", "time"),
        ("time", 1795348770, "time"),
        ("account_id", "", "account_id"),
        ("account_id", True, "account_id"),
        ("detail", "SECRET", "detail"),
        ("detail.id", "-5", "detail.id"),
        ("detail.id", "-1", "detail.id"),
        ("detail.requester_id", "--5", "detail.requester_id"),
        ("detail.id", 1.5, "detail.id"),
        ("detail.id", "9" * 30, "detail.id"),
        ("detail.requester_id", "SECRET", "detail.requester_id"),
        ("detail.subject", {"a": "SECRET"}, "detail.subject"),
        ("detail.tags", [{"SECRET": 1}], "detail.tags"),
        ("detail.via", "SECRET", "detail.via"),
        ("detail.created_at", None, "detail.created_at"),
        ("event", ["SECRET"], "event"),
        ("event.meta.sequence.position", "2", "position"),
        ("event.meta.sequence.position", -1, "position"),
    ],
)
def test_a_refusal_names_the_field_and_keeps_its_content_to_itself(path: str, value: object, field: str):
    message = refusal(changed("ticket_created", path, value))

    assert field in message
    assert "SECRET" not in message


@pytest.mark.parametrize("path", ["event.comment.is_public", "event.comment.author.is_staff"])
def test_whether_a_comment_is_public_is_never_guessed(path: str):
    assert path in refusal(changed("comment_added_by_agent", path, None))


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"id": NaN}', "not JSON"),
        (b'{"id": ' + b"9" * 5000 + b"}", "not JSON"),
        (b'{"a":' * 40_000 + b"1", "deeply"),
        (b"[" * 200_000, "deeply"),
        (b" " * (MAX_BODY + 1), "larger"),
    ],
)
def test_bodies_that_are_no_event_are_refused(body: bytes, why: str):
    assert why in refusal(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    st.sampled_from(["detail", "event", "time", "id", "account_id", "type", "detail.via", "detail.id"]),
    st.sampled_from(["ticket_created", "comment_added_by_agent", "custom_field_changed", "user_merged"]),
)
def test_whatever_stands_in_a_field_it_is_an_event_or_a_refusal(value: object, path: str, name: str):
    try:
        event = parse_event(changed(name, path, value))
    except MalformedEvent:
        return
    assert len(event.order) == 27
    json.dumps(event.order)
