"""When a limit is over: how it counts, from which day, to which time of the last day."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from integration.domain.calendar import ONE_DAY, Calendar


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    BUSINESS_HOURS = "business_hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    WEEKS = "weeks"
    MONTHS = "months"


# Counted on the clock and not on the calendar: first day, last day and its end mean nothing to them.
TIMED = frozenset({Unit.MINUTES, Unit.HOURS, Unit.BUSINESS_HOURS})


@dataclass(frozen=True, slots=True)
class Delay:
    amount: int
    unit: Unit


class LastDay(StrEnum):
    """What becomes of a last day that is no business day."""

    KEEP = "keep"
    ROLL_FORWARD = "roll_forward"


class Until(StrEnum):
    """How much of the last day there is."""

    SAME_TIME = "same_time"
    CLOSE_OF_BUSINESS = "close_of_business"
    END_OF_DAY = "end_of_day"


class AfterHours(StrEnum):
    """What a start counts as when it lies behind the close of business or on a day off."""

    SAME_DAY = "same_day"
    NEXT_BUSINESS_DAY = "next_business_day"


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which a clock stood still."""

    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """One way to count: a delay and the rules of its first and last day."""

    delay: Delay
    first_day_counts: bool = False
    last_day: LastDay = LastDay.KEEP
    until: Until = Until.SAME_TIME
    after_hours: AfterHours = AfterHours.SAME_DAY

    def ends(self, start: datetime, calendar: Calendar, stops: Sequence[Stop] = ()) -> datetime:
        """Return the last moment of the limit, in UTC, which is never before `start`.

        Minutes and hours elapse as on a stopwatch, business hours while work is done. Days, weeks and months
        follow the local calendar: a month ends on the same day of a later one or on its last, business days
        are those of the calendar, and the time of day stays unless `until` says otherwise. Stops make up
        for themselves: by their length, or by the whole days on which they fell.
        """
        if start.tzinfo is None:
            raise ValueError("the start of a limit needs a time zone")
        if self.delay.amount < 0:
            raise ValueError("a limit cannot be negative")
        begin = _begin(start.astimezone(UTC), calendar, self.after_hours)
        if self.delay.unit in TIMED:
            return _timed(begin, self.delay, calendar, stops)
        local = calendar.local(begin)
        last = self._last_day(local.date(), calendar, stops)
        if self.last_day is LastDay.ROLL_FORWARD:
            last = next(calendar.business_days(last))
        return max(self._end_of(last, local, calendar), begin)

    def _last_day(self, first: date, calendar: Calendar, stops: Sequence[Stop]) -> date:
        amount, unit = self.delay.amount, self.delay.unit
        stood = sum(_days_in(stop, calendar, business=unit is Unit.BUSINESS_DAYS) for stop in stops)
        if unit is Unit.BUSINESS_DAYS:
            return _business_day(first, amount + stood, calendar, first_counts=self.first_day_counts)
        earlier = timedelta(days=int(self.first_day_counts and amount > 0))
        if unit is Unit.MONTHS:
            end = _months_after(first, amount)
        else:
            end = first + timedelta(days=amount * (7 if unit is Unit.WEEKS else 1))
        return end - earlier + timedelta(days=stood)

    def _end_of(self, last: date, begin: datetime, calendar: Calendar) -> datetime:
        if self.until is Until.SAME_TIME:
            return calendar.moment(last, begin.time())
        if self.until is Until.CLOSE_OF_BUSINESS and calendar.week[last.weekday()]:
            return calendar.closing(last)
        return calendar.last_second(last)


class Pick(StrEnum):
    """Which of several ways to count decides."""

    EARLIEST = "earliest"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Limit:
    """One or more ways to count from the same start, such as "24 hours or one business day"."""

    counts: tuple[Count, ...]
    pick: Pick = Pick.EARLIEST

    def __post_init__(self) -> None:
        if not self.counts:
            raise ValueError("a limit needs a way to count")

    def ends(self, start: datetime, calendar: Calendar, stops: Sequence[Stop] = ()) -> datetime:
        """Return the last moment, in UTC; see `Count.ends`."""
        choose = min if self.pick is Pick.EARLIEST else max
        return choose(count.ends(start, calendar, stops) for count in self.counts)


def plain(amount: int, unit: Unit) -> Limit:
    """Return the limit that counts a delay without special rules."""
    return Limit((Count(Delay(amount, unit)),))


def add(
    start: datetime, delay: Delay, *, zone: ZoneInfo, holidays: frozenset[date] = frozenset()
) -> datetime:
    """Return the moment, in UTC, at which `delay` after `start` is over in office hours."""
    return Count(delay).ends(start, Calendar(zone, holidays))


def _begin(start: datetime, calendar: Calendar, after_hours: AfterHours) -> datetime:
    local = calendar.local(start)
    is_open = calendar.is_business_day(local.date()) and start <= calendar.closing(local.date())
    if after_hours is AfterHours.SAME_DAY or is_open:
        return start
    opening, _ = next(calendar.hours(next(calendar.business_days(local.date() + ONE_DAY))))
    return opening


def _timed(start: datetime, delay: Delay, calendar: Calendar, stops: Sequence[Stop]) -> datetime:
    if delay.unit is Unit.BUSINESS_HOURS:
        stood = sum((_working_time(stop, calendar) for stop in stops), timedelta())
        return _after_business_time(start, timedelta(hours=delay.amount) + stood, calendar)
    stood = sum((stop.ended_at - stop.began_at for stop in stops), timedelta())
    length = timedelta(**{delay.unit.value: delay.amount})
    return start + length + stood


def _after_business_time(start: datetime, left: timedelta, calendar: Calendar) -> datetime:
    if not left:
        return start
    for day in calendar.business_days(calendar.local(start).date()):
        for opens, closes in calendar.hours(day):
            begins = max(opens, start)
            if begins + left <= closes:
                return begins + left
            left -= max(closes - begins, timedelta())
    raise AssertionError("business days do not end")


def _working_time(stop: Stop, calendar: Calendar) -> timedelta:
    day, last = calendar.local(stop.began_at).date(), calendar.local(stop.ended_at).date()
    found = timedelta()
    while day <= last:
        for opens, closes in calendar.hours(day):
            found += max(min(closes, stop.ended_at) - max(opens, stop.began_at), timedelta())
        day += ONE_DAY
    return found


def _days_in(stop: Stop, calendar: Calendar, *, business: bool) -> int:
    """Count the days that a stop takes from a limit: those after it began, up to its end."""
    first, last = calendar.local(stop.began_at).date(), calendar.local(stop.ended_at).date()
    days = ((first + timedelta(days=number)) for number in range(1, (last - first).days + 1))
    return sum(not business or calendar.is_business_day(day) for day in days)


def _business_day(first: date, amount: int, calendar: Calendar, *, first_counts: bool) -> date:
    if amount == 0:
        return first
    days = calendar.business_days(first if first_counts else first + ONE_DAY)
    return next(islice(days, amount - 1, None))


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
