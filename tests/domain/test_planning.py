"""Steps that follow each other, escalate, or are only for some complaints."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integration.domain.deadline import Stop, Unit, plain
from integration.domain.followup import Satisfier
from integration.domain.planning import Planned, due, moments, plan
from integration.domain.policy import Policy, Scope, Start, Step, Traits
from integration.domain.ticket import Channel
from integration.policies.load import load_policy
from integration.policies.shelf import SHIPPED
from tests.domain.builders import ticket

MONDAY = datetime(2026, 3, 9, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
FIRST = Step(
    "first", Start.RECEIVED, plain(2, Unit.HOURS), frozenset({Satisfier.PUBLIC_REPLY}), "first-reply"
)
LEVEL_1 = replace(FIRST, id="first.1", limit=plain(3, Unit.HOURS), after="first", level=1)
LEVEL_2 = replace(LEVEL_1, id="first.2", after="first.1", level=2)


def policy_of(*steps: Step) -> Policy:
    return replace(load_policy(SHIPPED / "house.yaml"), steps=steps)


def planned(policy: Policy, now: datetime = MONDAY, **more: object) -> dict[str, Planned]:
    arguments: dict[str, object] = {"received_at": MONDAY, "band": "low", "existing": (), "now": now}
    return {each.name: each for each in plan(policy, **(arguments | more))}  # type: ignore[arg-type]


def test_levels_count_from_the_day_of_the_level_before() -> None:
    found = planned(policy_of(FIRST, LEVEL_1, LEVEL_2))

    assert [each.due_at - MONDAY for each in found.values()] == [2 * HOUR, 5 * HOUR, 8 * HOUR]


def test_a_pause_before_the_first_level_moves_those_after_it_once() -> None:
    policy, calendar = policy_of(FIRST, LEVEL_1), policy_of(FIRST).calendar
    pause = Stop(MONDAY + HOUR, MONDAY + 5 * HOUR)

    ends = [due(policy, step, MONDAY, calendar, [pause]) - MONDAY for step in (FIRST, LEVEL_1)]

    assert ends == [6 * HOUR, 9 * HOUR]


def test_a_complaint_found_late_goes_to_the_level_it_has_reached_and_only_there() -> None:
    found = planned(policy_of(FIRST, LEVEL_1, LEVEL_2), now=MONDAY + 6 * HOUR)

    assert list(found) == ["first.1", "first.2"]


def test_what_satisfies_a_step_satisfies_its_levels() -> None:
    reply = MONDAY + HOUR

    assert planned(policy_of(FIRST, LEVEL_1), last_public_reply_at=reply) == {}


def test_what_cancels_a_step_keeps_it_from_being_planned() -> None:
    step = replace(FIRST, cancelled_by=frozenset({Satisfier.RESOLVED}))

    assert planned(policy_of(step), resolved_at=MONDAY + HOUR) == {}


def test_news_counts_from_receipt_until_there_was_some() -> None:
    step = replace(FIRST, start=Start.LAST_NEWS)
    reply = MONDAY + HOUR

    assert planned(policy_of(step))["first"].due_at == MONDAY + 2 * HOUR
    assert planned(policy_of(step), last_public_reply_at=reply)["first"].due_at == reply + 2 * HOUR


def test_a_step_after_consent_waits_for_it() -> None:
    step = replace(FIRST, start=Start.CONSENTED, satisfied_by=frozenset({Satisfier.RESOLVED}))
    agreed = MONDAY + 5 * HOUR

    assert planned(policy_of(step)) == {}
    starts = moments(MONDAY, noted={Start.CONSENTED: agreed})
    assert planned(policy_of(step), starts=starts)["first"].due_at == agreed + 2 * HOUR


def test_a_planned_step_says_from_when_it_was_counted() -> None:
    assert planned(policy_of(FIRST))["first"].counted_from == MONDAY


@pytest.mark.parametrize(
    ("scope", "holds"),
    [
        (Scope(), True),
        (Scope(bands=frozenset({"high"})), True),
        (Scope(bands=frozenset({"low", "raised"})), False),
        (Scope(categories=frozenset({"billing", "delivery"})), True),
        (Scope(channels=frozenset({Channel.SOCIAL})), False),
        (Scope(brand_ids=frozenset({3}), tags=frozenset({"vip", "x"})), True),
        (Scope(brand_ids=frozenset({4}), tags=frozenset({"vip"})), False),
        (Scope(without_tags=frozenset({"vip"})), False),
        (Scope(languages=frozenset({"de"})), True),
        (Scope(jurisdictions=frozenset({"uk"})), True),
        (Scope(jurisdictions=frozenset({"ie"})), False),
        (Scope(form_ids=frozenset({9})), False),
        (Scope(fields={7: frozenset({"gold"})}), True),
        (Scope(fields={7: frozenset({"silver"})}), False),
    ],
)
def test_a_scope_holds_where_every_criterion_does(scope: Scope, holds: bool) -> None:
    about = ticket(brand_id=3, tags=frozenset({"vip"}), custom_fields={7: "gold"}, channel=Channel.EMAIL)

    assert scope.holds(Traits(about, "high", "billing", "de", frozenset({"uk"}))) is holds


def test_the_more_a_scope_asks_for_the_more_specific_it_is() -> None:
    scope = Scope(bands=frozenset({"high"}), without_tags=frozenset({"x"}), fields={7: frozenset({"y"})})

    assert (Scope().criteria, scope.criteria) == (0, 3)
