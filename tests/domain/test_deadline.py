from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from integration.domain import deadline
from integration.domain.calendar import CLOSES, DAY, OPENS, Calendar, Interval, office_week
from integration.domain.deadline import (
    TIMED,
    AfterHours,
    Count,
    Delay,
    LastDay,
    Limit,
    Pick,
    Stop,
    Unit,
    Until,
)

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")

zones = st.sampled_from(
    ["UTC", "Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
).map(ZoneInfo)
seconds = st.integers(0, 35 * 365 * 86_400)
moments = seconds.map(lambda count: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=count))
amounts = st.integers(0, 120)
holidays = st.frozensets(st.dates(date(2000, 1, 1), date(2035, 12, 31)), max_size=30)
hours = st.tuples(st.integers(0, 719), st.integers(720, DAY)).map(lambda pair: (Interval(*pair),))
split = st.just((Interval(9 * 60, 12 * 60), Interval(13 * 60, 17 * 60)))
weeks = st.tuples(*[st.one_of(st.just(()), hours, split)] * 7).filter(any)
calendars = st.builds(Calendar, zones, holidays, weeks)
counts = st.builds(
    Count,
    st.builds(Delay, amounts, st.sampled_from(Unit)),
    st.booleans(),
    st.sampled_from(LastDay),
    st.sampled_from(Until),
    st.sampled_from(AfterHours),
)


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def berlin(start: str, amount: int, unit: Unit, *free: date) -> str:
    due = deadline.add(at(start), Delay(amount, unit), zone=BERLIN, holidays=frozenset(free))
    return due.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@given(moments, counts, calendars)
def test_a_limit_is_never_over_before_it_starts(start: datetime, count: Count, calendar: Calendar) -> None:
    assert count.ends(start, calendar) >= start


@given(moments, counts, calendars, st.integers(0, 30))
def test_a_longer_limit_is_never_over_earlier(
    start: datetime, count: Count, calendar: Calendar, more: int
) -> None:
    longer = replace(count, delay=replace(count.delay, amount=count.delay.amount + more))

    assert count.ends(start, calendar) <= longer.ends(start, calendar)


@given(moments, counts, calendars, st.integers(0, 60))
def test_one_more_holiday_never_brings_a_limit_forward(
    start: datetime, count: Count, calendar: Calendar, after: int
) -> None:
    one_more = calendar.with_holidays([start.date() + timedelta(days=after)])
    # Where days have hours of their own, a day later may open or close earlier: only the day is sure.
    has_even_hours = len(set(filter(None, calendar.week))) == 1
    follows_hours = (
        Until.CLOSE_OF_BUSINESS is count.until or AfterHours.NEXT_BUSINESS_DAY is count.after_hours
    )
    assume(has_even_hours or not follows_hours)

    assert count.ends(start, calendar) <= count.ends(start, one_more)


@given(moments, calendars, st.lists(counts, min_size=2, max_size=4))
def test_of_several_ways_to_count_every_one_lies_between_the_earliest_and_the_latest(
    start: datetime, calendar: Calendar, several: list[Count]
) -> None:
    earliest = Limit(tuple(several), Pick.EARLIEST).ends(start, calendar)
    latest = Limit(tuple(several), Pick.LATEST).ends(start, calendar)

    assert all(earliest <= count.ends(start, calendar) <= latest for count in several)


@given(moments, counts, calendars)
def test_a_last_day_that_rolls_forward_is_a_business_day(
    start: datetime, count: Count, calendar: Calendar
) -> None:
    assume(count.delay.unit not in TIMED)
    rolled = replace(count, last_day=LastDay.ROLL_FORWARD, until=Until.END_OF_DAY)

    assert calendar.is_business_day(calendar.local(rolled.ends(start, calendar)).date())


@given(moments, counts, calendars)
def test_the_end_of_the_last_day_is_not_before_its_close_of_business(
    start: datetime, count: Count, calendar: Calendar
) -> None:
    closes = replace(count, until=Until.CLOSE_OF_BUSINESS).ends(start, calendar)

    assert closes <= replace(count, until=Until.END_OF_DAY).ends(start, calendar) + timedelta(seconds=1)


@given(moments, counts, calendars)
def test_counting_the_first_day_never_makes_a_limit_longer(
    start: datetime, count: Count, calendar: Calendar
) -> None:
    counted, not_counted = replace(count, first_day_counts=True), replace(count, first_day_counts=False)

    assert counted.ends(start, calendar) <= not_counted.ends(start, calendar)


@given(moments, counts, calendars, st.integers(0, 20), st.integers(0, 20))
def test_a_clock_that_stood_still_is_never_over_earlier(
    start: datetime, count: Count, calendar: Calendar, after: int, length: int
) -> None:
    began = start + timedelta(days=after)
    stop = Stop(began, began + timedelta(days=length))

    assert count.ends(start, calendar) <= count.ends(start, calendar, [stop])


@given(moments, st.integers(1, 60), st.builds(Calendar, zones, holidays))
def test_business_hours_end_while_work_is_done(start: datetime, amount: int, calendar: Calendar) -> None:
    due = calendar.local(Count(Delay(amount, Unit.BUSINESS_HOURS)).ends(start, calendar))

    assert calendar.is_business_day(due.date())
    assert OPENS < due.time() <= CLOSES


@given(moments, st.integers(1, 60), st.builds(Calendar, zones, holidays))
def test_business_days_end_on_one_at_the_time_of_day_of_the_start(
    start: datetime, amount: int, calendar: Calendar
) -> None:
    due = calendar.local(Count(Delay(amount, Unit.BUSINESS_DAYS)).ends(start, calendar))

    assert calendar.is_business_day(due.date())
    # A clock change may move the time of day by its own size, an hour at the most.
    shift = datetime.combine(due, due.time()) - datetime.combine(due, calendar.local(start).time())
    assert timedelta() <= shift <= timedelta(hours=1)


@given(moments, st.integers(0, 60), zones)
def test_months_end_on_the_same_day_or_on_the_last_of_the_month(
    start: datetime, amount: int, zone: ZoneInfo
) -> None:
    calendar = Calendar(zone)
    first = calendar.local(start).date()
    due = calendar.local(Count(Delay(amount, Unit.MONTHS)).ends(start, calendar)).date()

    assert (due.year * 12 + due.month) - (first.year * 12 + first.month) == amount
    assert due.day == first.day or (due + timedelta(days=1)).month != due.month


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-03-06 16:00", 4, Unit.BUSINESS_HOURS, "2026-03-09 12:00"),
        ("2026-03-07 11:00", 1, Unit.BUSINESS_HOURS, "2026-03-09 10:00"),
        ("2026-03-09 13:00", 4, Unit.BUSINESS_HOURS, "2026-03-09 17:00"),
        ("2026-03-09 06:00", 8, Unit.BUSINESS_HOURS, "2026-03-09 17:00"),
        ("2026-03-06 15:30", 1, Unit.BUSINESS_DAYS, "2026-03-09 15:30"),
        ("2026-03-07 23:30", 1, Unit.BUSINESS_DAYS, "2026-03-09 23:30"),
        ("2026-03-05 09:00", 5, Unit.BUSINESS_DAYS, "2026-03-12 09:00"),
        ("2026-01-31 08:00", 30, Unit.DAYS, "2026-03-02 08:00"),
    ],
)
def test_delays_run_as_on_a_wall_calendar(start: str, amount: int, unit: Unit, due: str) -> None:
    assert berlin(start, amount, unit) == due


def test_holidays_are_skipped_like_weekends() -> None:
    good_friday, easter_monday = date(2026, 4, 3), date(2026, 4, 6)

    assert berlin("2026-04-02 10:00", 1, Unit.BUSINESS_DAYS, good_friday, easter_monday) == "2026-04-07 10:00"
    assert (
        berlin("2026-04-02 16:00", 2, Unit.BUSINESS_HOURS, good_friday, easter_monday) == "2026-04-07 10:00"
    )


def test_clocks_going_forward_keep_the_time_of_day_of_days_and_the_length_of_hours() -> None:
    # On 29 March 2026 the hour from 02:00 to 03:00 does not exist in Berlin.
    assert berlin("2026-03-28 12:00", 1, Unit.DAYS) == "2026-03-29 12:00"
    assert berlin("2026-03-28 12:00", 24, Unit.HOURS) == "2026-03-29 13:00"
    assert berlin("2026-03-28 02:30", 1, Unit.DAYS) == "2026-03-29 03:30"
    assert berlin("2026-03-27 02:30", 1, Unit.BUSINESS_DAYS) == "2026-03-30 02:30"


def test_clocks_going_back_keep_the_time_of_day_of_days_and_the_length_of_hours() -> None:
    # On 25 October 2026 the hour from 02:00 to 03:00 happens twice in Berlin; its first run counts.
    assert berlin("2026-10-24 12:00", 1, Unit.DAYS) == "2026-10-25 12:00"
    assert berlin("2026-10-24 12:00", 24, Unit.HOURS) == "2026-10-25 11:00"
    due = deadline.add(at("2026-10-24 02:30"), Delay(1, Unit.DAYS), zone=BERLIN)
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_policy_s_zone_says_which_day_it_is() -> None:
    start = datetime(2026, 3, 7, 2, tzinfo=UTC)  # still Friday evening in New York

    due = deadline.add(start, Delay(1, Unit.BUSINESS_DAYS), zone=NEW_YORK)

    assert due.astimezone(NEW_YORK).date() == date(2026, 3, 9)


def test_office_hours_are_the_calendar_s() -> None:
    calendar = Calendar(BERLIN, week=office_week(time(8), time(12, 30)))
    due = Count(Delay(2, Unit.BUSINESS_HOURS)).ends(at("2026-03-09 11:30"), calendar)

    assert due.astimezone(BERLIN) == at("2026-03-10 09:00")


@pytest.mark.parametrize(
    ("start", "delay"),
    [
        (datetime(2026, 3, 9), Delay(1, Unit.DAYS)),  # noqa: DTZ001
        (datetime(2026, 3, 9, tzinfo=UTC), Delay(-1, Unit.DAYS)),
    ],
)
def test_a_start_without_zone_and_a_negative_delay_are_refused(start: datetime, delay: Delay) -> None:
    with pytest.raises(ValueError, match=r"zone|negative"):
        deadline.add(start, delay, zone=BERLIN)
