"""Days in the account's zone: where they begin, and what a chart draws a bar for."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.domain.period import BadPeriod, Grain, Period, last_days

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Pacific/Auckland")]


def test_a_day_begins_at_midnight_of_the_account_and_may_have_23_hours() -> None:
    spring = Period(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))

    assert spring.start == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert spring.end - spring.start == timedelta(hours=23)


def test_the_last_thirty_days_end_with_the_accounts_today() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    period = last_days(30, now, ZoneInfo("Pacific/Auckland"))

    assert (period.first, period.last) == (date(2026, 2, 1), date(2026, 3, 2))


@pytest.mark.parametrize(
    ("days", "grain", "parts"), [(31, Grain.DAY, 31), (90, Grain.WEEK, 14), (365, Grain.MONTH, 12)]
)
def test_a_chart_has_a_readable_number_of_bars(days: int, grain: Grain, parts: int) -> None:
    first = date(2026, 1, 1)
    period = Period(first, first + timedelta(days=days - 1), ZoneInfo("UTC"))

    assert period.grain is grain
    assert len(period.parts()) == parts


def test_weeks_begin_on_monday_and_the_outer_ones_are_cut() -> None:
    period = Period(date(2026, 1, 7), date(2026, 2, 10), ZoneInfo("UTC"))

    assert [part.first.weekday() for part in period.parts()] == [2, 0, 0, 0, 0, 0]
    assert period.parts()[-1].last == date(2026, 2, 10)


@pytest.mark.parametrize(
    ("first", "last"), [(date(2026, 2, 1), date(2026, 1, 1)), (date(2000, 1, 1), date(2026, 1, 1))]
)
def test_days_that_make_no_period_are_refused_with_the_next_step(first: date, last: date) -> None:
    with pytest.raises(BadPeriod, match=r"; (exchange|choose)"):
        Period(first, last, ZoneInfo("UTC"))


@settings(max_examples=80, deadline=None)
@given(
    st.dates(date(2015, 1, 1), date(2030, 1, 1)),
    st.integers(1, 1100),
    st.sampled_from(ZONES),
    st.integers(0, 20 * 366 * 24).map(
        lambda hours: datetime(2014, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    ),
)
def test_every_moment_of_a_period_lies_in_exactly_one_part(
    first: date, days: int, zone: ZoneInfo, moment: datetime
) -> None:
    period = Period(first, first + timedelta(days=days - 1), zone)

    assert sum(part.has(moment) for part in period.parts()) == period.has(moment)
