"""The third complaint with one cause in 30 days opens one review, which cannot close without an action."""

import pytest

from integration.handling import reviews
from integration.handling.agent_acts import Judgement, correct
from integration.handling.outcomes import name_cause
from integration.handling.reviews import NoAction, Review
from integration.store.outcomes import causes
from tests.handling.conftest import on_both_databases
from tests.handling.installation import ANGRY, Installation


def complain(makegood: Installation, name: str) -> int:
    ticket_id = makegood.write_in(ANGRY, name=name)
    makegood.live()
    name_cause(makegood.parts, ticket_id, _cause(makegood), agent_id=makegood.agent_id)
    return ticket_id


def _cause(makegood: Installation) -> str:
    with makegood.parts.database.read() as conn:
        return causes(conn)[0]


def found(makegood: Installation) -> list[Review]:
    with makegood.parts.database.read() as conn:
        return reviews.reviews_of(conn)


@on_both_databases
def test_two_complaints_open_no_review_and_the_third_one_opens_one(makegood: Installation) -> None:
    for name in ("Anna One", "Bert Two"):
        complain(makegood, name)
    assert found(makegood) == []

    for name in ("Cleo Three", "Dora Four"):
        complain(makegood, name)

    (review,) = found(makegood)
    drafts = reviews.drafts(makegood.parts, review.id, "every kettle now travels in a second box")
    assert len(drafts) == 4


def test_old_complaints_and_those_that_were_none_do_not_count(makegood: Installation) -> None:
    complain(makegood, "Anna One")
    makegood.pass_time(days=31)
    dismissed = complain(makegood, "Bert Two")
    correct(makegood.parts, dismissed, Judgement.NOT_A_COMPLAINT, agent_id=makegood.agent_id)
    complain(makegood, "Cleo Three")
    complain(makegood, "Dora Four")

    assert found(makegood) == []


@on_both_databases
def test_a_review_closes_with_an_action_or_a_reason_and_does_not_open_again_at_once(
    makegood: Installation,
) -> None:
    for name in ("Anna One", "Bert Two", "Cleo Three"):
        complain(makegood, name)
    (review,) = found(makegood)
    agent = makegood.agent_id

    with pytest.raises(NoAction):
        reviews.close(makegood.parts, review.id, finding="thin boxes", action=" ", agent_id=agent)
    reviews.close(makegood.parts, review.id, finding="thin boxes", action="second box", agent_id=agent)
    complain(makegood, "Dora Four")

    (closed,) = found(makegood)
    assert (closed.action, closed.closed_by) == ("second box", agent)


def test_the_draft_tells_what_was_changed_in_the_requester_s_language_and_sends_nothing(
    makegood: Installation,
) -> None:
    tickets = [complain(makegood, name) for name in ("Anna One", "Bert Two", "Cleo Three")]
    (review,) = found(makegood)
    before = [makegood.calls(ticket_id) for ticket_id in tickets]

    first = reviews.drafts(makegood.parts, review.id, "we now pack in two boxes")[0]

    assert first.ticket_id == tickets[0]
    assert "Anna" in first.text
    assert "we now pack in two boxes" in first.text
    makegood.work()
    assert [makegood.calls(ticket_id) for ticket_id in tickets] == before


def test_a_requester_who_was_told_is_not_drafted_for_again(makegood: Installation) -> None:
    for name in ("Anna One", "Bert Two", "Cleo Three"):
        complain(makegood, name)
    (review,) = found(makegood)
    first = reviews.drafts(makegood.parts, review.id, "x")[0]

    reviews.note_told(makegood.parts, review.id, first.complaint_id)

    assert first.ticket_id not in {d.ticket_id for d in reviews.drafts(makegood.parts, review.id, "x")}
