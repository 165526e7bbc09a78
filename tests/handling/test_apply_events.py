"""Our copy of tickets and people follows the events, in whatever order they come."""

from datetime import timedelta

import pytest

from integration.domain.ticket import Requester
from integration.handling.letter_uses import use_suggestion
from integration.handling.sidebar import first_facts
from integration.store import requesters, suggestion_uses, tickets
from integration.store.suggestion_uses import Uses
from tests.handling.installation import ANGRY, CALM, Installation


def person(makegood: Installation, user_id: int) -> Requester:
    with makegood.parts.database.read() as conn:
        found = requesters.get(conn, user_id)
    assert found is not None
    return found


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    written = makegood.write_in(CALM)
    makegood.live()
    return written


def test_a_late_older_event_changes_nothing(makegood: Installation, ticket_id: int) -> None:
    makegood.change(ticket_id, status="pending", subject="My order, first")
    older = makegood.news()
    makegood.change(ticket_id, status="hold", subject="My order, second")
    newer = makegood.news()

    for bodies in (newer, older):
        makegood.deliver(bodies)
        makegood.work()

    ticket = makegood.ticket(ticket_id)
    assert (ticket.status, ticket.subject) == ("hold", "My order, second")


def test_a_custom_field_follows_its_own_events(makegood: Installation, ticket_id: int) -> None:
    field = makegood.server.account.save_resource(
        "ticket_field", {"type": "text", "title": "Order", "active": True}
    )
    for value in ("AF-1", "AF-2"):
        makegood.change(ticket_id, custom_fields=[{"id": field["id"], "value": value}])
    bodies = makegood.news()

    for body in reversed(bodies):
        makegood.deliver([body])
        makegood.work()

    assert makegood.ticket(ticket_id).custom_fields[field["id"]] == "AF-2"


def test_comments_of_both_sides_are_kept_once(makegood: Installation, ticket_id: int) -> None:
    makegood.reply(ticket_id)
    makegood.reply(ticket_id, public=False)
    makegood.write_again(ticket_id, "Thank you.")
    bodies = makegood.news()

    makegood.deliver(bodies)
    makegood.work()
    makegood.deliver(bodies)
    makegood.work()

    with makegood.parts.database.read() as conn:
        kept = [(c.by_agent, c.is_public) for c in tickets.comments(conn, ticket_id)]
    assert sorted(kept[-3:]) == [(False, True), (True, False), (True, True)]
    assert len(kept) == 4


def test_the_authors_of_comments_are_known_by_name(makegood: Installation, ticket_id: int) -> None:
    makegood.reply(ticket_id)
    makegood.live()

    assert person(makegood, makegood.requester_of(ticket_id)).name == "Marta Nowak"
    assert person(makegood, makegood.agent_id).role == "agent"


def test_a_new_name_reaches_the_sidebar(makegood: Installation, ticket_id: int) -> None:
    makegood.control("PATCH", f"users/{makegood.requester_of(ticket_id)}", name="Marta Nowak-Berg")

    makegood.live()

    assert first_facts(makegood.parts, ticket_id).case.requester.name == "Marta Nowak-Berg"


def test_a_comment_does_not_undo_a_newer_name(makegood: Installation, ticket_id: int) -> None:
    makegood.write_again(ticket_id, "Thank you.")
    comment = makegood.news()
    makegood.control("PATCH", f"users/{makegood.requester_of(ticket_id)}", name="Marta Nowak-Berg")
    makegood.live()

    makegood.deliver(comment)
    makegood.work()

    assert person(makegood, makegood.requester_of(ticket_id)).name == "Marta Nowak-Berg"


def test_merged_people_share_one_history(makegood: Installation) -> None:
    before = makegood.write_in(ANGRY)
    makegood.live()
    ticket_id = makegood.write_in(CALM, name="Martha Novak")
    makegood.live()
    old, kept = makegood.requester_of(before), makegood.requester_of(ticket_id)

    makegood.control("POST", "users/merge", **{"from": old, "into": kept})
    makegood.live()

    facts = first_facts(makegood.parts, ticket_id)
    assert facts.case.requester.id == kept
    assert [past.ticket_id for past in facts.case.history.complaints] == [before]


def test_a_merge_heard_of_twice_is_one_merge(makegood: Installation) -> None:
    before, ticket_id = makegood.write_in(ANGRY), makegood.write_in(CALM, name="Martha Novak")
    makegood.live()
    makegood.control(
        "POST",
        "users/merge",
        **{"from": makegood.requester_of(before), "into": makegood.requester_of(ticket_id)},
    )
    bodies = makegood.news()

    for body in [*reversed(bodies), *bodies]:
        makegood.deliver([body])
        makegood.work()

    assert first_facts(makegood.parts, ticket_id).summary.count == 1


def test_a_deleted_person_is_no_longer_active(makegood: Installation) -> None:
    user = makegood.server.account.create_user({"name": "Nobody Example", "email": "nobody@example.com"})
    makegood.live()

    makegood.control("DELETE", f"users/{user['id']}")
    makegood.live()

    assert not person(makegood, user["id"]).is_active


def test_a_public_reply_tells_whether_the_letter_was_sent_as_it_stood(
    makegood: Installation, ticket_id: int
) -> None:
    letter = "Hello,\n\nWe looked into it.\nIt is on its way.\n\nAna"
    for inserted in (letter, letter.replace("on its way", "lost")):
        use_suggestion(makegood.parts, ticket_id, "apology", "en", agent_id=9, inserted=inserted)

    makegood.zendesk.comment(ticket_id, makegood.agent_id, letter.replace("Hello", "Dear Mary"), public=True)
    makegood.live()

    with makegood.parts.database.read() as conn:
        uses = suggestion_uses.counts(conn, since=makegood.now - timedelta(days=1))
    assert uses == {"apology": Uses(inserted=2, compared=2, unedited=1)}
