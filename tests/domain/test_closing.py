from datetime import timedelta

from integration.domain.closing import check_in_at, told_at
from integration.domain.history import Outcome
from tests.domain.builders import NOW, comment, days_ago, ticket

TICKET = ticket(created_at=days_ago(5))


def test_a_reply_after_the_decision_tells_how_it_ended() -> None:
    reply = comment(created_at=days_ago(1))

    assert told_at(TICKET, [reply], decided_at=days_ago(2)) == days_ago(1)
    assert told_at(TICKET, [reply], decided_at=days_ago(0.5)) is None


def test_an_internal_note_tells_the_requester_nothing() -> None:
    assert told_at(TICKET, [comment(is_public=False)], decided_at=None) is None


def test_without_a_decision_the_last_word_must_be_ours() -> None:
    reply = comment(created_at=days_ago(2))
    question = comment(by_agent=False, author_id=7, body="And the second parcel?", created_at=days_ago(1))
    thanks = comment(by_agent=False, author_id=7, body="Thank you!", created_at=days_ago(1))

    assert told_at(TICKET, [reply], decided_at=None) == days_ago(2)
    assert told_at(TICKET, [reply, question], decided_at=None) is None
    assert told_at(TICKET, [reply, thanks], decided_at=None) == days_ago(2)


def test_the_outcome_says_when_to_ask_how_it_turned_out() -> None:
    week = NOW + timedelta(days=7)

    assert check_in_at(Outcome.REPAIR, NOW, week) == NOW + timedelta(days=14)
    assert check_in_at(Outcome.REPLACEMENT, NOW, NOW + timedelta(days=3)) == week
    assert check_in_at(None, NOW, week) == week
    assert check_in_at(Outcome.NOT_UPHELD, NOW, week) is None
