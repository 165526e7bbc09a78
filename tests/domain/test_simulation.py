from datetime import UTC, datetime, timedelta

from integration.domain.reason import Code
from integration.domain.simulation import Outcome, Past, Resolution, simulate
from integration.domain.ticket import Comment
from integration.policies.load import load_policy
from integration.policies.shelf import SHIPPED
from tests.domain.builders import comment, ticket

HOUSE = load_policy(SHIPPED / "house.yaml")
MONDAY = datetime(2026, 3, 9, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def played(
    *comments: Comment, resolved_at: datetime | None = None, now: datetime = MONDAY + 30 * DAY
) -> list[Outcome]:
    resolutions = (Resolution(resolved_at),) if resolved_at else ()
    past = Past(ticket(created_at=MONDAY, updated_at=MONDAY), comments, MONDAY, "low", resolutions)
    return list(simulate(HOUSE, past, calendar=HOUSE.calendar, now=now))


def said(outcomes: list[Outcome]) -> list[tuple[str, str]]:
    """Tell each step with what became of it."""
    return [
        (each.step.id, "spoke" if each.spoke else each.reason.code if each.reason else "to come")
        for each in outcomes
    ]


def reply(after: timedelta) -> Comment:
    return comment(id=int(after.total_seconds()), created_at=MONDAY + after)


def test_a_complaint_that_nobody_answered_would_have_been_reminded_of_once() -> None:
    assert said(played()) == [("first_reply", "spoke")]


def test_a_reply_in_time_keeps_the_reminder_silent_and_starts_the_next() -> None:
    outcomes = played(reply(timedelta(hours=2)))

    assert said(outcomes) == [("first_reply", Code.PUBLIC_REPLY), ("update", "spoke")]
    assert outcomes[1].due_at == MONDAY + timedelta(hours=2) + 3 * DAY


def test_every_reply_starts_the_clock_of_the_next_anew() -> None:
    outcomes = played(reply(timedelta(hours=2)), reply(DAY), resolved_at=MONDAY + 2 * DAY)

    assert said(outcomes) == [
        ("first_reply", Code.PUBLIC_REPLY),
        ("update", Code.PUBLIC_REPLY),
        ("update", Code.RESOLVED),
        ("check_in", "spoke"),
    ]


def test_what_is_not_due_yet_is_still_to_come() -> None:
    assert said(played(now=MONDAY + timedelta(hours=1))) == [("first_reply", "to come")]


def test_a_word_of_the_requester_keeps_the_check_in_silent() -> None:
    wrote = comment(by_agent=False, author_id=7, created_at=MONDAY + 3 * DAY, body="It broke again.")

    outcomes = played(reply(timedelta(hours=2)), wrote, resolved_at=MONDAY + timedelta(hours=3))

    assert said(outcomes)[-1] == ("check_in", Code.REQUESTER_WROTE)
