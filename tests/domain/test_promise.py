from datetime import timedelta

import pytest

from integration.domain.promise import Ending, settle
from tests.domain.builders import NOW, comment

MADE = NOW - timedelta(days=3)


def judged(*after_hours: float, by_letter: bool = False, **about: bool) -> Ending:
    replies = [
        comment(**{"by_agent": True, "created_at": MADE + timedelta(hours=hours), **about})
        for hours in after_hours
    ]
    return settle(replies, made_at=MADE, due_at=NOW, by_letter=by_letter)[0]


def test_a_reply_after_the_one_that_made_it_keeps_a_promise() -> None:
    assert judged(0.1, 40) is Ending.KEPT


def test_the_reply_that_makes_a_promise_does_not_keep_it() -> None:
    assert judged(0.1) is Ending.BROKEN


def test_silence_breaks_a_promise() -> None:
    assert judged() is Ending.BROKEN


@pytest.mark.parametrize("about", [{"is_public": False}, {"by_agent": False}])
def test_what_the_requester_was_not_told_by_an_agent_does_not_keep_it(about: dict[str, bool]) -> None:
    assert judged(40, **about) is Ending.BROKEN


def test_a_letter_that_was_never_sent_promised_nothing() -> None:
    assert judged(by_letter=True) is Ending.NEVER_SENT
    assert judged(0.1, by_letter=True) is Ending.BROKEN


def test_a_promise_for_the_next_hour_is_kept_by_a_reply_within_it() -> None:
    reply = comment(by_agent=True, created_at=MADE + timedelta(minutes=40))

    assert settle([reply], made_at=MADE, due_at=MADE + timedelta(hours=1), by_letter=False)[0] is Ending.KEPT
