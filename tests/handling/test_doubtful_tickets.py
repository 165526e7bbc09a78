"""Tickets that are not clearly complaints: a person is asked, and what happens later may decide."""

import json

import pytest

from integration.domain.complaint import State
from integration.domain.reason import Code
from integration.handling.agent_acts import Judgement, correct
from integration.handling.sidebar import first_facts
from integration.store import corrections, opinions
from tests.handling.installation import CALM, Installation

DOUBTFUL = "I ordered a blue shelf and wonder when it will finally arrive."
CROSS = "Nobody has answered me for a week. I am really annoyed, this is the third time I have to ask."


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """A ticket that the machine is unsure of, worked."""
    number = makegood.write_in(DOUBTFUL, subject="Shelf")
    makegood.live()
    return number


def is_asked(makegood: Installation, ticket_id: int) -> bool:
    return first_facts(makegood.parts, ticket_id).case.is_asked


def rated_badly(makegood: Installation, ticket_id: int) -> bytes:
    """Return the event of a bad rating, made from one of the rehearsal's own."""
    makegood.change(ticket_id, priority="low")
    event = json.loads(makegood.news()[0])
    event |= {"id": "rating-1", "type": "zen:event-type:ticket.csat_received"}
    event["event"] = {"satisfaction_score": {"score": "BAD"}}
    return json.dumps(event).encode()


def test_a_person_is_asked_and_zendesk_is_neither_read_nor_written(
    makegood: Installation, ticket_id: int
) -> None:
    assert is_asked(makegood, ticket_id)
    assert makegood.calls(ticket_id) == (0, 0)
    assert makegood.complaint(ticket_id) is None
    assert makegood.outbox(ticket_id) == []


def test_yes_makes_it_a_complaint_that_is_confirmed(makegood: Installation, ticket_id: int) -> None:
    correct(makegood.parts, ticket_id, Judgement.CONFIRMED, agent_id=makegood.agent_id)

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.state is State.CONFIRMED
    assert not is_asked(makegood, ticket_id)


def test_no_ends_the_asking_and_the_machine_does_not_insist(makegood: Installation, ticket_id: int) -> None:
    correct(makegood.parts, ticket_id, Judgement.NOT_A_COMPLAINT, agent_id=makegood.agent_id)
    makegood.write_again(ticket_id, CROSS)
    makegood.live()

    assert not is_asked(makegood, ticket_id)
    assert makegood.complaint(ticket_id) is None
    with makegood.parts.database.read() as conn:
        kept = corrections.of_ticket(conn, ticket_id)
    assert kept is not None
    assert (kept.is_complaint, kept.agent_id) == (False, makegood.agent_id)


def test_a_later_comment_makes_a_complaint_of_a_calm_ticket(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.live()
    makegood.write_again(ticket_id, CROSS)
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert {evidence.comment_id for evidence in found.assessment.evidence} != {None}
    assert len(makegood.notes(ticket_id)) == 1


def test_a_bad_rating_makes_a_complaint_and_says_so(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.live()

    makegood.deliver([rated_badly(makegood, ticket_id)])
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert Code.BAD_RATING in {reason.code for reason in found.assessment.reasons}


def test_a_doubtful_ticket_that_was_solved_and_comes_back_becomes_a_complaint(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.change(ticket_id, status="solved")
    makegood.live()
    makegood.write_again(ticket_id, "It is still not here.")
    makegood.live()

    with makegood.parts.database.read() as conn:
        said = opinions.get(conn, ticket_id)
    found = makegood.complaint(ticket_id)
    assert said is not None
    assert said.reopened == 1
    assert found is not None
    assert Code.REOPENED_TICKET in {reason.code for reason in found.assessment.reasons}
