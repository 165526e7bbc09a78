"""When work is done: weekly hours in a time zone, except on holidays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS = time(9)
CLOSES = time(17)
DAY = 24 * 60
DAYS_IN_WEEK = 7
# A calendar that is never open would be walked for ever.
MOST_DAYS = 100 * 366

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Part of a day, in minutes since midnight; 1440 is the end of the day."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not 0 <= self.opens < self.closes <= DAY:
            raise ValueError("business hours must open before they close, within one day")


Week = tuple[tuple[Interval, ...], ...]


def office_week(opens: time = OPENS, closes: time = CLOSES, days: Iterable[int] = range(5)) -> Week:
    """Return a week with the same hours on each of `days`, Monday being 0."""
    hours = (Interval(_minutes(opens), _minutes(closes)),)
    wanted = frozenset(days)
    return tuple(hours if day in wanted else () for day in range(DAYS_IN_WEEK))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


OFFICE = office_week()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Business hours for each weekday, Monday first, in `zone`; a day without any is no business day."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    week: Week = OFFICE

    def __post_init__(self) -> None:
        if len(self.week) != DAYS_IN_WEEK or not any(self.week):
            raise ValueError("a week has seven days, and business hours on one of them at least")

    def with_holidays(self, more: Iterable[date]) -> "Calendar":
        """Return this calendar with further days off: sets of holidays are united, never weighed."""
        return replace(self, holidays=self.holidays | frozenset(more))

    def is_business_day(self, day: date) -> bool:
        return bool(self.week[day.weekday()]) and day not in self.holidays

    def local(self, moment: datetime) -> datetime:
        """Return a moment as the clock on the wall shows it."""
        return moment.astimezone(self.zone)

    def moment(self, day: date, at: time) -> datetime:
        """Return the moment, in UTC, at which the clock on the wall shows `at`.

        In a repeated hour it is the first of both; in a skipped one, as long after the gap (PEP 495).
        """
        wall = at.replace(tzinfo=None, fold=0)
        return datetime.combine(day, wall, self.zone).astimezone(UTC)

    def last_second(self, day: date) -> datetime:
        """Return the end of a day, inclusive: what is due that day is dated that day."""
        return self.moment(day + ONE_DAY, time()) - timedelta(seconds=1)

    def closing(self, day: date) -> datetime:
        """Return when work ends on a business day."""
        return self._at_minute(day, self.week[day.weekday()][-1].closes)

    def hours(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield when work begins and ends on a day, in UTC; nothing on a day off."""
        if self.is_business_day(day):
            for interval in self.week[day.weekday()]:
                yield self._at_minute(day, interval.opens), self._at_minute(day, interval.closes)

    def business_days(self, first: date) -> Iterator[date]:
        """Yield the business days from `first` on. Raises ValueError where a lifetime holds too few."""
        for number in range(MOST_DAYS):
            day = first + timedelta(days=number)
            if self.is_business_day(day):
                yield day
        raise ValueError("this calendar has hardly a business day; look through its holidays")

    def _at_minute(self, day: date, minute: int) -> datetime:
        if minute == DAY:
            return self.moment(day + ONE_DAY, time())
        return self.moment(day, time(minute // 60, minute % 60))


def week_since_sunday(intervals: Iterable[tuple[int, int]]) -> Week:
    """Return the week of hours given in minutes since Sunday 0:00, as Zendesk's schedules have them."""
    days: list[list[Interval]] = [[] for _ in range(DAYS_IN_WEEK)]
    for first, last in sorted(intervals):
        begin = first
        while begin < last:
            day, minute = divmod(begin, DAY)
            end = min(last, (day + 1) * DAY)
            # Sunday is our last day and Zendesk's first.
            days[(day - 1) % DAYS_IN_WEEK].append(Interval(minute, end - day * DAY))
            begin = end
    return tuple(map(tuple, days))
