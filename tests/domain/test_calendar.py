from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from integration.domain.calendar import Calendar, Interval, office_week, week_since_sunday

LONDON = ZoneInfo("Europe/London")
MONDAY, SATURDAY, SUNDAY = date(2026, 3, 9), date(2026, 3, 7), date(2026, 3, 8)


def test_zendesk_s_week_begins_on_sunday_and_ours_on_monday() -> None:
    monday_nine_to_five, sunday_ten_to_eleven = (1440 + 540, 1440 + 1020), (600, 660)

    week = week_since_sunday([monday_nine_to_five, sunday_ten_to_eleven])

    assert (week[0], week[6]) == ((Interval(540, 1020),), (Interval(600, 660),))
    assert not any(week[1:6])


def test_hours_over_midnight_belong_to_both_days() -> None:
    week = week_since_sunday([(6 * 1440 + 1380, 7 * 1440), (0, 60)])

    assert (week[5], week[6]) == ((Interval(1380, 1440),), (Interval(0, 60),))


def test_a_desk_open_all_week_has_seven_whole_days() -> None:
    assert week_since_sunday([(0, 7 * 1440)]) == ((Interval(0, 1440),),) * 7


def test_a_day_without_hours_is_no_business_day() -> None:
    calendar = Calendar(LONDON, frozenset({MONDAY}), office_week(days=(0, 5)))

    assert [calendar.is_business_day(day) for day in (MONDAY, SATURDAY, SUNDAY)] == [False, True, False]


def test_sets_of_holidays_are_united() -> None:
    calendar = Calendar(LONDON, frozenset({MONDAY})).with_holidays([date(2026, 3, 10)])

    assert next(calendar.business_days(MONDAY)) == date(2026, 3, 11)


def test_the_last_second_of_a_day_is_dated_that_day() -> None:
    assert Calendar(LONDON).last_second(date(2026, 7, 1)) == datetime(2026, 7, 1, 22, 59, 59, tzinfo=UTC)


def test_closing_is_the_end_of_the_last_hours_of_a_day() -> None:
    week = ((Interval(540, 720), Interval(780, 1020)), *[()] * 6)

    assert Calendar(LONDON, week=week).closing(MONDAY) == datetime(2026, 3, 9, 17, tzinfo=UTC)


@pytest.mark.parametrize("week", [((),) * 7, office_week()[:5]])
def test_a_week_without_hours_or_with_missing_days_is_refused(week: tuple[tuple[Interval, ...], ...]) -> None:
    with pytest.raises(ValueError, match="seven days"):
        Calendar(LONDON, week=week)


def test_hours_that_close_before_they_open_are_refused() -> None:
    with pytest.raises(ValueError, match="open before they close"):
        office_week(time(17), time(9))


def test_a_calendar_full_of_holidays_says_so_and_does_not_walk_for_ever() -> None:
    week = office_week(days=(0,))
    mondays = frozenset(date.fromordinal(MONDAY.toordinal() + 7 * n) for n in range(6000))

    with pytest.raises(ValueError, match="hardly a business day"):
        next(Calendar(LONDON, mondays, week).business_days(MONDAY))
