from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integration.domain.calendar import Calendar
from integration.domain.deadline import Stop, Unit, plain
from integration.domain.planning import moments
from integration.domain.policy import Start
from integration.domain.preset import (
    DeadlineState,
    ExtensionRule,
    Grade,
    NotAllowed,
    Preset,
    PresetLimit,
    Switch,
    adapted,
    deadlines,
    extend,
    in_force,
    may_stop,
    strictest,
)

MONDAY = datetime(2026, 3, 9, 10, tzinfo=UTC)
DAY = timedelta(days=1)
CALENDAR = Calendar(ZoneInfo("UTC"))
ACKNOWLEDGE = PresetLimit(
    "ack", "Acknowledge", Start.RECEIVED, plain(2, Unit.DAYS), Start.ACKNOWLEDGED, Grade.VERIFIED
)
ANSWER = PresetLimit(
    "answer",
    "Answer",
    Start.RECEIVED,
    plain(10, Unit.DAYS),
    Start.ANSWERED,
    Grade.VERIFIED,
    extension=ExtensionRule(plain(5, Unit.DAYS), from_limit=True),
)
PRESET = Preset(
    "own",
    1,
    "Ours",
    date(2026, 1, 1),
    "UTC",
    "a source",
    date(2026, 2, 1),
    Grade.VERIFIED,
    (ACKNOWLEDGE, ANSWER),
)


def preset_with(*limits: PresetLimit) -> Preset:
    return replace(PRESET, limits=limits)


def test_the_stricter_date_comes_first() -> None:
    other = replace(PRESET, id="other", limits=(replace(ANSWER, limit=plain(8, Unit.DAYS)),))
    starts = moments(MONDAY)
    found = [*deadlines(preset_with(ANSWER), starts, CALENDAR), *deadlines(other, starts, CALENDAR)]

    first = strictest(found)

    assert first is not None
    assert (first.preset_id, first.due_at, len(found)) == ("other", MONDAY + 8 * DAY, 2)


def test_a_limit_that_was_kept_makes_way_for_the_next() -> None:
    starts = moments(MONDAY, first_public_reply_at=MONDAY + DAY, last_public_reply_at=MONDAY + DAY)
    found = deadlines(PRESET, starts, CALENDAR)

    assert [deadline.state for deadline in found] == [DeadlineState.MET, DeadlineState.RUNNING]
    assert strictest(found) == found[1]


def test_a_limit_kept_too_late_says_so() -> None:
    starts = moments(MONDAY, last_public_reply_at=MONDAY + 3 * DAY)

    assert deadlines(PRESET, starts, CALENDAR)[0].state is DeadlineState.MET_LATE


def test_a_complaint_found_late_shows_as_late() -> None:
    first = strictest(deadlines(PRESET, moments(MONDAY), CALENDAR))

    assert first is not None
    assert first.is_late(MONDAY + 2 * DAY + timedelta(seconds=1))
    assert not first.is_late(MONDAY + 2 * DAY)


def test_a_complaint_keeps_the_version_of_the_day_it_was_received() -> None:
    later = replace(PRESET, version=2, effective_from=date(2026, 4, 8))
    versions = (PRESET, later)

    assert in_force(versions, datetime(2026, 4, 7, 23, 59, tzinfo=UTC)) == PRESET
    assert in_force(versions, datetime(2026, 4, 8, tzinfo=UTC)) == later
    assert in_force(versions, datetime(2025, 12, 31, tzinfo=UTC)) is None


def test_figures_that_nobody_read_in_the_rule_stay_off_until_an_admin_did() -> None:
    remembered = replace(ANSWER, id="outer", grade=Grade.KNOWN)
    preset = preset_with(ANSWER, remembered)

    assert [limit.id for limit in adapted(preset, Switch("own")).limits] == ["answer"]
    checked = Switch("own", checked_on=date(2026, 3, 1))
    assert [limit.id for limit in adapted(preset, checked).limits] == ["answer", "outer"]


def test_news_is_owed_until_the_answer() -> None:
    update = replace(ANSWER, id="update", start=Start.LAST_NEWS, met_by=Start.LAST_PUBLIC_REPLY)
    told = MONDAY + DAY
    answered = moments(MONDAY, last_public_reply_at=told, resolved_at=told, told_at=told)

    assert (
        deadlines(preset_with(update), moments(MONDAY, last_public_reply_at=told), CALENDAR)[0].due_at
        == told + 10 * DAY
    )
    assert deadlines(preset_with(update), answered, CALENDAR) == ()


def test_while_the_first_limit_runs_the_next_is_provisional() -> None:
    after = replace(ANSWER, after="ack")
    preset = preset_with(ACKNOWLEDGE, after)
    replied = MONDAY + timedelta(hours=3)

    shown = deadlines(preset, moments(MONDAY), CALENDAR)[1]
    fixed = deadlines(preset, moments(MONDAY, last_public_reply_at=replied), CALENDAR)[1]

    assert (shown.is_provisional, shown.due_at) == (True, MONDAY + 12 * DAY)
    assert (fixed.is_provisional, fixed.due_at) == (False, replied + 10 * DAY)


def extended(
    cause: str = "We wait for a report.", notice_at: datetime = MONDAY + DAY, **more: object
) -> datetime:
    rule = replace(ANSWER, **more)  # type: ignore[arg-type]
    (known,) = deadlines(preset_with(rule), moments(MONDAY), CALENDAR)
    return extend(rule, known, cause=cause, notice_at=notice_at, received_at=MONDAY, calendar=CALENDAR).due_at


def test_an_extension_counts_from_the_limit_or_from_the_start() -> None:
    assert extended() == MONDAY + 15 * DAY
    assert extended(extension=ExtensionRule(plain(35, Unit.DAYS))) == MONDAY + 35 * DAY


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"cause": "  "}, "cause"),
        ({"notice_at": MONDAY + 10 * DAY + timedelta(seconds=1)}, "before the limit"),
        ({"notice_at": MONDAY - timedelta(seconds=1)}, "after the complaint"),
        ({"extension": None}, "no extension"),
        ({"extension": ExtensionRule(plain(3, Unit.DAYS))}, "before the limit does"),
    ],
)
def test_an_extension_needs_a_rule_a_cause_and_a_timely_notice(
    arguments: dict[str, object], says: str
) -> None:
    with pytest.raises(NotAllowed, match=says):
        extended(**arguments)  # type: ignore[arg-type]


def test_a_limit_is_extended_once() -> None:
    (known,) = deadlines(preset_with(ANSWER), moments(MONDAY), CALENDAR)
    first = extend(
        ANSWER, known, cause="A report.", notice_at=MONDAY + DAY, received_at=MONDAY, calendar=CALENDAR
    )
    (longer,) = deadlines(preset_with(ANSWER), moments(MONDAY), CALENDAR, extensions={"answer": first})

    assert longer.due_at == MONDAY + 15 * DAY
    with pytest.raises(NotAllowed, match="already"):
        extend(ANSWER, longer, cause="More.", notice_at=MONDAY + DAY, received_at=MONDAY, calendar=CALENDAR)


def test_a_clock_stops_only_where_the_preset_allows_it_and_for_a_reason() -> None:
    allows = replace(PRESET, stops=frozenset({"waiting_for_requester"}))

    may_stop(allows, "waiting_for_requester", "We asked for the receipt.")
    for preset, category, reason in [
        (PRESET, "waiting_for_requester", "We asked."),
        (allows, "holidays", "We are away."),
        (allows, "waiting_for_requester", " "),
    ]:
        with pytest.raises(NotAllowed):
            may_stop(preset, category, reason)


def test_time_in_which_the_clock_stood_still_is_given_back() -> None:
    stop = Stop(MONDAY + 2 * DAY, MONDAY + 5 * DAY)
    before = Stop(MONDAY - 9 * DAY, MONDAY - 8 * DAY)

    (found,) = deadlines(preset_with(ANSWER), moments(MONDAY), CALENDAR, stops=[before, stop])
    (standing,) = deadlines(preset_with(ANSWER), moments(MONDAY), CALENDAR, is_stopped=True)

    assert found.due_at == MONDAY + 13 * DAY
    assert standing.state is DeadlineState.STOPPED
    assert strictest([standing]) is None


def test_a_stage_that_was_answered_stays_so_when_the_ticket_is_reopened_for_the_next() -> None:
    kept = {"answer": MONDAY + 4 * DAY}

    (found,) = deadlines(preset_with(ANSWER), moments(MONDAY), CALENDAR, kept=kept)

    assert (found.state, found.met_at) == (DeadlineState.MET, MONDAY + 4 * DAY)
