"""What a policy file can say besides the plain steps, and how its mistakes are named."""

from datetime import time
from pathlib import Path

import pytest

from integration.domain.calendar import Interval, office_week
from integration.domain.deadline import AfterHours, Count, Delay, LastDay, Limit, Pick, Unit, Until
from integration.domain.followup import Satisfier
from integration.domain.policy import Policy, Reach, Start
from integration.domain.ticket import Channel, Status
from integration.policies.load import Problems, parse

HEAD = """\
id: own
version: 2
title: Ours
effective_from: 2026-01-01
time_zone: Europe/Berlin
"""
STEP = """\
steps:
  - id: first
    start: received
    delay: {amount: 2, unit: business_hours}
    satisfied_by: [public_reply]
    note: first-reply
"""


def policy(text: str) -> Policy:
    parsed = parse(text, "own.yaml")
    assert isinstance(parsed, Policy), parsed
    return parsed


def mistakes(text: str) -> list[tuple[int, str]]:
    parsed = parse(text, "own.yaml")
    assert isinstance(parsed, Problems), "nothing is wrong with it"
    assert {problem.file for problem in parsed.problems} == {Path("own.yaml")}
    return [(problem.line, problem.message) for problem in parsed.problems]


def test_a_delay_says_how_its_first_and_last_day_count() -> None:
    delay = "{amount: 1, unit: months, first_day_counts: true, last_day: roll_forward, until: end_of_day}"
    (step,) = policy(HEAD + STEP.replace("{amount: 2, unit: business_hours}", delay)).steps

    count = Count(Delay(1, Unit.MONTHS), True, LastDay.ROLL_FORWARD, Until.END_OF_DAY, AfterHours.SAME_DAY)
    assert step.limit == Limit((count,))


def test_a_delay_may_be_the_later_of_two() -> None:
    delay = "{latest_of: [{amount: 24, unit: hours}, {amount: 1, unit: business_days}]}"
    (step,) = policy(HEAD + STEP.replace("{amount: 2, unit: business_hours}", delay)).steps

    counts = (Count(Delay(24, Unit.HOURS)), Count(Delay(1, Unit.BUSINESS_DAYS)))
    assert step.limit == Limit(counts, Pick.LATEST)


def test_hours_may_differ_from_day_to_day() -> None:
    hours = 'business_hours: {monday: ["08:00-12:00", "13:00-24:00"], saturday: ["10:00-12:30"]}\n'
    week = policy(HEAD + hours + STEP).week

    assert (week[0], week[5]) == ((Interval(480, 720), Interval(780, 1440)), (Interval(600, 750),))
    assert not any((*week[1:5], week[6]))
    plain = policy(HEAD + 'business_hours: {opens: "08:00"}\n' + STEP)
    assert plain.week == office_week(time(8), time(17))


def test_a_policy_says_for_which_complaints_it_is() -> None:
    scope = "applies_to: {bands: [high], categories: [billing], channels: [social], tags: [vip]}\n"
    found = policy(HEAD + scope + STEP).scope

    assert (found.bands, found.categories, found.channels) == ({"high"}, {"billing"}, {Channel.SOCIAL})
    assert (found.tags, found.criteria) == ({"vip"}, 4)


def test_schedule_and_sets_of_holidays_are_named() -> None:
    found = policy(HEAD + "schedule: Support\nholiday_sets: [GB-SCT, IE]\n" + STEP)

    assert (found.schedule, found.holiday_sets) == ("Support", {"GB-SCT", "IE"})


def test_escalations_become_levels_with_what_ends_the_step() -> None:
    levels = """\
    cancelled_by: [resolved]
    paused_by: [pending]
    escalate:
      - {after: {amount: 1, unit: days}, reach: assignee, group_id: 5}
      - {after: {amount: 2, unit: days}, reach: digest, note: update}
"""
    first, second, third = policy(HEAD + STEP + levels).steps

    assert [(step.id, step.level, step.after) for step in (first, second, third)] == [
        ("first", 0, None),
        ("first.1", 1, "first"),
        ("first.2", 2, "first.1"),
    ]
    assert (second.reach, second.group_id, second.note) == (Reach.ASSIGNEE, 5, "first-reply")
    assert (third.reach, third.note, third.start) == (Reach.DIGEST, "update", Start.RECEIVED)
    assert {step.cancelled_by for step in (first, third)} == {frozenset({Satisfier.RESOLVED})}
    assert third.paused_by == {Status.PENDING}


def test_a_step_after_another_starts_with_it() -> None:
    after = STEP + STEP.removeprefix("steps:\n").replace("id: first", "id: second").replace(
        "start: received", "after: first"
    )
    second = policy(HEAD + after).steps[1]

    assert (second.after, second.start) == ("first", Start.RECEIVED)


def test_writing_to_the_requester_must_be_allowed_at_the_top() -> None:
    public = HEAD + STEP + "    reach: requester\n"

    assert mistakes(public)[0][1].endswith("needs may_write_to_requester: true at the top of the policy.")
    assert policy("may_write_to_requester: true\n" + public).steps[0].reach is Reach.REQUESTER


def test_what_is_left_out_means_every_complaint_and_only_new_ones() -> None:
    found = policy(HEAD + STEP)

    assert (found.scope.criteria, found.takes_over_running, found.steps[0].reach) == (0, False, Reach.NOTE)
    assert policy(HEAD + "takes_over_running: true\n" + STEP).takes_over_running


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("    start: received\n", "", 7, "needs start (a moment) or after"),
        ("start: received", "after: later", 6, "which is no step above it"),
        ("amount: 2, ", "", 9, "needs both amount and unit"),
        ("amount: 2, unit: business_hours", "earliest_of: []", 9, "amount and unit, or earliest_of"),
        (
            "{amount: 2, unit: business_hours}",
            "{earliest_of: [{amount: 2}]}",
            9,
            "earliest_of.0.unit is missing",
        ),
        ("note: first-reply", "note: first-reply\n    reach: assignee", 7, "goes with assignee_id"),
        ("note: first-reply", "note: first-reply\n    group_id: 5", 7, "goes with assignee_id"),
        ("steps:", "holiday_sets: [XX]\nsteps:", 6, "is no set of holidays"),
        ("steps:", "holiday_sets: [GB-XYZ]\nsteps:", 6, "write one such as IE or GB-SCT"),
        ("steps:", 'business_hours: {monday: ["9-17"]}\nsteps:', 6, "are no hours"),
        ("steps:", 'business_hours: {monday: ["20:00-24:30"]}\nsteps:', 6, "ends after midnight"),
        (
            "steps:",
            'business_hours: {monday: ["09:00-13:00", "12:00-17:00"]}\nsteps:',
            6,
            "must follow each other",
        ),
        (
            "steps:",
            'business_hours: {opens: "08:00", monday: ["09:00-13:00"]}\nsteps:',
            6,
            "not both",
        ),
        ("steps:", "applies_to: {band: [high]}\nsteps:", 6, "applies_to.band is not known here"),
        ("[public_reply]", "[public_reply]\n    paused_by: [waiting]", 11, "pending"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in STEP
    found = mistakes(HEAD + STEP.replace(old, new))

    assert any(at == line and says in message for at, message in found), found


def test_a_text_is_read_by_its_name() -> None:
    assert isinstance(parse("threshold: 7\n", "rules.yaml"), Problems)
    assert not isinstance(parse("threshold: 0.7\n", "rules.yaml"), Problems)
    assert not isinstance(parse("presets: []\n", "clocks.yaml"), Problems)
    assert isinstance(parse("presets: []\n", "presets/own.yaml"), Problems)
    words = parse("language: en\ncues:\n  - {kind: threat, weight: 4, phrases: [sue you]}\n", "cues/en.yaml")
    assert isinstance(words, tuple)
    assert words[0] == "en"
