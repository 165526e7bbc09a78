from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from integration.domain.calendar import Calendar
from integration.domain.complaint import State
from integration.domain.deadline import Unit, plain
from integration.domain.followup import FollowUpStatus, Satisfier, Verdict, decide
from integration.domain.planning import Planned, plan
from integration.domain.reason import Code
from integration.domain.ticket import Status
from integration.policies.load import load_policy
from integration.policies.shelf import SHIPPED
from tests.domain.builders import NOW, comment, days_ago, follow_up, ticket

HOUSE = load_policy(SHIPPED / "house.yaml")
MONDAY = datetime(2026, 3, 9, 10, tzinfo=UTC)


def planned(**changes: object) -> dict[str, datetime]:
    arguments: dict[str, object] = {"received_at": MONDAY, "band": "low", "existing": (), "now": MONDAY}
    steps: tuple[Planned, ...] = plan(HOUSE, **(arguments | changes))  # type: ignore[arg-type]
    return {step.name: step.due_at for step in steps}


def test_first_reply_counts_from_receipt_in_business_time() -> None:
    assert planned(band="high") == {"first_reply_high": MONDAY + timedelta(hours=4)}
    assert planned(band="raised") == {"first_reply": MONDAY + timedelta(days=1)}


def test_a_complaint_found_late_is_late() -> None:
    assert planned(now=MONDAY + timedelta(days=3)) == {"first_reply": MONDAY + timedelta(days=1)}


def test_a_reply_before_detection_leaves_only_the_next_update_to_plan() -> None:
    replied_at = MONDAY + timedelta(hours=1)

    assert planned(last_public_reply_at=replied_at) == {"update": replied_at + timedelta(days=3)}


def test_a_reply_older_than_the_plan_satisfies_the_duty_to_reply() -> None:
    (step,) = plan(HOUSE, received_at=days_ago(2), band="low", existing=(), now=days_ago(1))
    reply = comment(by_agent=True, created_at=days_ago(2) + timedelta(hours=1))
    duty = follow_up(planned_at=step.since, satisfied_by=step.satisfied_by)

    found = decide(duty, ticket(), (reply,), complaint_state=State.SUSPECTED, now=NOW)

    assert found.reason.code == Code.PUBLIC_REPLY


def test_what_an_agent_wrote_for_the_requester_is_no_reply() -> None:
    assert "first_reply" in planned(last_public_reply_at=MONDAY + timedelta(milliseconds=200))


def test_a_resolved_complaint_gets_its_check_in_and_nothing_else() -> None:
    replied_at, resolved_at = MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2)

    assert planned(last_public_reply_at=replied_at, resolved_at=resolved_at) == {
        "check_in": resolved_at + timedelta(days=7)
    }


def test_what_exists_is_not_planned_again() -> None:
    assert planned(existing={"first_reply"}) == {}


def test_of_overdue_duties_only_the_latest_is_planned() -> None:
    first = HOUSE.steps[0]
    hours = [replace(first, id=f"after_{n}", limit=plain(n, Unit.HOURS)) for n in (1, 2, 50, 60)]
    policy = replace(HOUSE, steps=tuple(hours))
    steps = plan(policy, received_at=MONDAY, band="high", existing=(), now=MONDAY + timedelta(days=1))

    assert [step.name for step in steps] == ["after_2", "after_50", "after_60"]


def test_a_reply_from_before_the_complaint_answers_something_else() -> None:
    assert list(planned(last_public_reply_at=MONDAY - timedelta(days=1))) == ["first_reply"]


def test_another_calendar_replaces_the_policy_s_own() -> None:
    free = frozenset({date(2026, 3, 10)})
    calendar = Calendar(HOUSE.calendar.zone, free)

    assert planned(calendar=calendar) == {"first_reply": MONDAY + timedelta(days=2)}


def verdict(*comments: object, state: State | None = State.CONFIRMED, **changes: object) -> Verdict:
    of_ticket = changes.pop("ticket", ticket())
    return decide(follow_up(**changes), of_ticket, comments, complaint_state=state, now=NOW)  # type: ignore[arg-type]


def test_a_due_follow_up_whose_reason_holds_speaks_and_says_how_late() -> None:
    spoken = verdict()

    assert spoken.speak
    assert spoken.reason.details == {"name": "first_reply", "late_minutes": 5}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": Status.CLOSED}, Code.TICKET_CLOSED),
        ({"status": Status.DELETED}, Code.TICKET_DELETED),
        ({"status": Status.CLOSED, "merged_into": 7}, Code.TICKET_MERGED),
        ({"status": Status.SOLVED}, Code.RESOLVED),
    ],
)
def test_it_is_silent_on_a_ticket_that_is_over(changes: dict[str, object], code: Code) -> None:
    silent = verdict(ticket=ticket(**changes))

    assert (silent.speak, silent.reason.code, silent.due_at) == (False, code, None)


@pytest.mark.parametrize(
    "status", [FollowUpStatus.CANCELLED, FollowUpStatus.POSTED, FollowUpStatus.SATISFIED]
)
def test_it_is_silent_once_it_has_ended(status: FollowUpStatus) -> None:
    assert verdict(status=status).reason.code == Code.ENDED


def test_it_waits_when_the_due_time_was_moved() -> None:
    due_at = NOW + timedelta(hours=3)

    assert (verdict(due_at=due_at).speak, verdict(due_at=due_at).due_at) == (False, due_at)


def test_a_public_reply_since_planning_satisfies_even_within_the_same_second() -> None:
    planned_at = days_ago(1).replace(microsecond=900_000)
    reply = comment(created_at=days_ago(1))

    assert verdict(reply, planned_at=planned_at).reason.code == Code.PUBLIC_REPLY


@pytest.mark.parametrize(
    "other",
    [
        comment(is_public=False),
        comment(by_agent=False, author_id=7),
        comment(created_at=days_ago(2)),
    ],
)
def test_notes_the_requester_s_words_and_older_replies_do_not_satisfy_a_reply(other: object) -> None:
    assert verdict(other).speak


def test_resolution_silences_a_first_reply_but_not_a_check_in() -> None:
    check_in = {"name": "check_in", "satisfied_by": frozenset({Satisfier.REQUESTER_WROTE})}

    assert verdict(state=State.RESOLVED).reason.code == Code.RESOLVED
    assert verdict(state=State.RESOLVED, ticket=ticket(status=Status.SOLVED), **check_in).speak
    written = comment(by_agent=False, author_id=7)
    assert verdict(written, state=State.RESOLVED, **check_in).reason.code == Code.REQUESTER_WROTE


def test_customer_told_needs_both_resolution_and_a_public_reply() -> None:
    told = {"satisfied_by": frozenset({Satisfier.CUSTOMER_TOLD})}

    assert verdict(comment(), **told).speak
    assert verdict(state=State.RESOLVED, **told).speak
    assert verdict(comment(), state=State.RESOLVED, **told).reason.code == Code.CUSTOMER_TOLD


def test_a_promise_is_owed_even_if_it_was_no_complaint() -> None:
    assert verdict(state=State.NOT_A_COMPLAINT).reason.code == Code.NOT_A_COMPLAINT
    assert verdict(state=State.NOT_A_COMPLAINT, name="promise").speak
    assert verdict(state=State.NOT_A_COMPLAINT, complaint_id=None).speak


def test_a_step_s_note_and_satisfiers_travel_with_it() -> None:
    (step,) = plan(HOUSE, received_at=MONDAY, band="low", existing=(), now=MONDAY)

    assert (step.note, step.satisfied_by) == (
        "first-reply",
        frozenset({Satisfier.PUBLIC_REPLY, Satisfier.RESOLVED}),
    )
