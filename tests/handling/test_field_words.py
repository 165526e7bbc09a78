"""An agent who sets Makegood's field *Complaint* in Zendesk is heeded as in the sidebar."""

import pytest

from integration.domain.complaint import State
from integration.domain.remedy import Decision
from integration.handling import outcomes
from integration.store import kept
from tests.handling.installation import ANGRY, CALM, Installation


def say(makegood: Installation, ticket_id: int, word: str) -> None:
    with makegood.parts.database.read() as conn:
        field_id = int(kept.get(conn, "zendesk_fields")["complaint"])
    makegood.change(ticket_id, custom_fields=[{"id": field_id, "value": f"makegood_{word}"}])
    makegood.live()


def state(makegood: Installation, ticket_id: int) -> State | None:
    found = makegood.complaint(ticket_id)
    return found.state if found else None


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    written = makegood.write_in(ANGRY)
    makegood.live()
    return written


def test_not_a_complaint_ends_its_follow_ups(makegood: Installation, ticket_id: int) -> None:
    say(makegood, ticket_id, "not_a_complaint")

    assert state(makegood, ticket_id) is State.NOT_A_COMPLAINT
    assert makegood.fates(ticket_id) == [("first_reply", "cancelled", "not_a_complaint")]


def test_confirmed_opens_a_complaint_that_nobody_suspected(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.live()

    say(makegood, ticket_id, "confirmed")

    assert state(makegood, ticket_id) is State.CONFIRMED


def test_resolved_waits_until_the_requester_was_told(makegood: Installation, ticket_id: int) -> None:
    say(makegood, ticket_id, "resolved")
    assert state(makegood, ticket_id) is State.SUSPECTED

    outcomes.decide(makegood.parts, ticket_id, Decision.UPHELD, agent_id=makegood.agent_id)
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    say(makegood, ticket_id, "suspected")
    say(makegood, ticket_id, "resolved")

    assert state(makegood, ticket_id) is State.RESOLVED


def test_what_makegood_itself_writes_is_nobody_s_word(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(days=1)
    makegood.live()

    assert state(makegood, ticket_id) is State.SUSPECTED
