"""The gateway against a rehearsal Zendesk: what it reads, what it writes, and how often."""

from datetime import UTC, datetime
from typing import Any

import pytest

from integration.domain.ticket import Channel, Status
from integration.zendesk.client import Zendesk
from integration.zendesk.errors import NotFound, TicketClosed, ZendeskUnavailable
from integration.zendesk.http import ZendeskSession
from tests.zendesk.peer import Peer


def fields_of(session: ZendeskSession, ticket_id: int) -> dict[int, Any]:
    ticket = session.get(f"/api/v2/tickets/{ticket_id}").json()["ticket"]
    return {field["id"]: field["value"] for field in ticket["custom_fields"]}


def new_field(session: ZendeskSession, **values: Any) -> int:
    answer = session.post("/api/v2/ticket_fields", json={"ticket_field": values})
    return int(answer.json()["ticket_field"]["id"])


def test_a_ticket_is_read_into_the_domain(peer: Peer, zendesk: Zendesk):
    ticket = zendesk.ticket(peer.ticket())

    assert (ticket.subject, ticket.status, ticket.channel) == ("Broken kettle", Status.NEW, Channel.EMAIL)
    assert ticket.created_at.tzinfo is UTC
    assert abs(ticket.created_at - datetime.now(UTC)).total_seconds() < 60


def test_a_requester_keeps_name_locale_and_role(peer: Peer, zendesk: Zendesk):
    requester = zendesk.user(zendesk.ticket(peer.ticket()).requester_id)

    assert (requester.name, requester.locale, requester.role) == ("Example Requester", "pt-BR", "end-user")


def test_me_is_the_service_user(peer: Peer, zendesk: Zendesk):
    assert zendesk.me().id == peer.control("GET", "state")["service_user_id"]


def test_a_missing_ticket_is_not_found(zendesk: Zendesk):
    with pytest.raises(NotFound):
        zendesk.ticket(99)


def test_reading_a_ticket_is_one_request(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()
    before = peer.calls("GET")

    zendesk.ticket(ticket_id)

    assert peer.calls("GET") - before == 1


def test_comments_tell_agents_from_requesters_and_notes_from_replies(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()
    zendesk.update_ticket(ticket_id, note="A note.", marker="m")
    zendesk.update_ticket(ticket_id, note="A reply.", is_public=True, marker="m2")

    comments = zendesk.comments(ticket_id)

    assert [(each.by_agent, each.is_public) for each in comments] == [
        (False, True),
        (True, False),
        (True, True),
    ]
    assert comments[0].body == "The kettle arrived broken."


def test_more_comments_than_a_page_are_all_read(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()
    author = zendesk.ticket(ticket_id).requester_id
    for number in range(104):
        peer.control("POST", f"tickets/{ticket_id}/comments", author_id=author, body=f"{number}", public=True)

    assert len(zendesk.comments(ticket_id)) == 105


def test_one_put_sets_fields_and_adds_an_internal_note(peer: Peer, session: ZendeskSession, zendesk: Zendesk):
    ticket_id = peer.ticket()
    field_id = new_field(session, title="Count", type="integer")
    before = peer.calls("PUT")

    zendesk.update_ticket(ticket_id, note="Third complaint.", custom_fields={field_id: 3}, marker="m")

    assert peer.calls("PUT") - before == 1
    assert fields_of(session, ticket_id)[field_id] == 3
    assert not zendesk.comments(ticket_id)[-1].is_public


def test_a_field_is_cleared_by_none(peer: Peer, session: ZendeskSession, zendesk: Zendesk):
    ticket_id = peer.ticket()
    field_id = new_field(session, title="When", type="date")
    zendesk.update_ticket(ticket_id, note=None, custom_fields={field_id: "2026-12-01"}, marker="m")

    zendesk.update_ticket(ticket_id, note=None, custom_fields={field_id: None}, marker="m2")

    assert fields_of(session, ticket_id).get(field_id) is None


def test_tags_of_others_survive_our_write(peer: Peer, session: ZendeskSession, zendesk: Zendesk):
    ticket_id = peer.ticket()
    session.put(f"/api/v2/tickets/{ticket_id}/tags", json={"tags": ["vip"]})
    options = [{"name": "Suspected", "value": "makegood_suspected"}]
    field_id = new_field(session, title="Complaint", type="tagger", custom_field_options=options)

    zendesk.update_ticket(ticket_id, note=None, custom_fields={field_id: "makegood_suspected"}, marker="m")

    assert zendesk.ticket(ticket_id).tags == {"vip", "makegood_suspected"}


def test_customers_placeholders_are_posted_as_they_were_written(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()

    zendesk.update_ticket(ticket_id, note="They wrote {{ticket.requester.email}} and {%x%}.", marker="m")

    body = zendesk.comments(ticket_id)[-1].body
    assert "requester@example.com" not in body
    assert body.replace("\N{WORD JOINER}", "") == "They wrote {{ticket.requester.email}} and {%x%}."


def test_a_note_above_64_kb_is_cut_between_characters_and_says_so(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()

    zendesk.update_ticket(ticket_id, note="ё" * 40_000, marker="m")

    body = zendesk.comments(ticket_id)[-1].body
    assert body.endswith("[… shortened]")
    assert 64_000 < len(body.encode()) <= 65_000


def test_the_marker_leads_to_the_audit_of_the_write(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()

    audit_id = zendesk.update_ticket(ticket_id, note="Noted.", marker="outbox:7")

    assert zendesk.find_marker(ticket_id, "outbox:7") == audit_id
    assert zendesk.find_marker(ticket_id, "outbox:8") is None


def test_a_write_whose_answer_was_lost_is_found_by_its_marker(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()
    peer.faults({"kind": "drop_after_write", "methods": ["PUT"], "times": 1})

    with pytest.raises(ZendeskUnavailable) as caught:
        zendesk.update_ticket(ticket_id, note="Noted.", marker="outbox:7")

    assert caught.value.outcome_unknown
    assert zendesk.find_marker(ticket_id, "outbox:7")
    assert len(zendesk.comments(ticket_id)) == 2


def close(peer: Peer, ticket_id: int) -> None:
    admin = peer.control("GET", "state")["admin_user_id"]
    peer.control("PATCH", f"tickets/{ticket_id}", actor_id=admin, status="closed")


def test_a_closed_ticket_says_that_it_is_closed(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()
    close(peer, ticket_id)

    with pytest.raises(TicketClosed):
        zendesk.update_ticket(ticket_id, note="Too late.", marker="m")


def test_a_follow_up_ticket_continues_a_closed_one_with_an_internal_note(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()
    close(peer, ticket_id)

    new_id = zendesk.create_followup_ticket(ticket_id, note="Still open.", marker="outbox:9")

    assert zendesk.ticket(new_id).followup_of == ticket_id
    assert not zendesk.comments(new_id)[0].is_public


def test_a_follow_up_ticket_that_is_asked_for_twice_is_one_ticket(peer: Peer, zendesk: Zendesk):
    ticket_id = peer.ticket()
    close(peer, ticket_id)

    first = zendesk.create_followup_ticket(ticket_id, note="Still open.", marker="outbox:9")

    assert zendesk.create_followup_ticket(ticket_id, note="Still open.", marker="outbox:9") == first


def test_what_staff_may_see_is_read_in_one_request(peer: Peer, zendesk: Zendesk):
    now = datetime.now(UTC)
    wanted = {"name": "R", "email": "r@x.example", "role": "agent", "ticket_restriction": "groups"}
    answer = zendesk.session.post("/api/v2/users", json={"user": wanted})
    agent = answer.json()["user"]
    before = peer.calls("GET")

    access = zendesk.access(agent["id"], now=now)

    assert peer.calls("GET") == before + 1
    assert (access.role, access.restriction, access.checked_at) == ("agent", "groups", now)
    assert not access.is_light
