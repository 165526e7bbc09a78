"""When a delay is over: elapsed time, calendar days, business days and business hours in a time zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

OPENS = time(9)
CLOSES = time(17)
_SATURDAY = 5


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    BUSINESS_HOURS = "business_hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True, slots=True)
class Delay:
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Calendar:
    """When work is done: Monday to Friday from `opens` to `closes` in `zone`, except on holidays."""

    zone: ZoneInfo
    holidays: frozenset[date] = frozenset()
    opens: time = OPENS
    closes: time = CLOSES

    def is_business_day(self, day: date) -> bool:
        return day.weekday() < _SATURDAY and day not in self.holidays

    def add(self, start: datetime, delay: Delay) -> datetime:
        """Return the moment, in UTC, at which `delay` after `start` is over.

        Minutes and hours elapse as on a stopwatch. Days and business days keep the local time of day and do
        not count the day of `start`; a time that a clock change skips becomes the one as long after the gap.
        Business hours run only while work is done. Raises ValueError where `start` has no time zone or
        the delay is negative.
        """
        if start.tzinfo is None:
            raise ValueError("the start of a delay needs a time zone")
        if delay.amount < 0:
            raise ValueError("a delay cannot be negative")
        start = start.astimezone(UTC)
        if delay.amount == 0:
            return start
        match delay.unit:
            case Unit.MINUTES:
                return start + timedelta(minutes=delay.amount)
            case Unit.HOURS:
                return start + timedelta(hours=delay.amount)
            case Unit.BUSINESS_HOURS:
                return self._after_business_hours(start, delay.amount)
            case Unit.DAYS:
                local = start.astimezone(self.zone)
                return self._moment(local.date() + timedelta(days=delay.amount), local.time())
            case Unit.BUSINESS_DAYS:
                local = start.astimezone(self.zone)
                days = self._business_days(local.date() + timedelta(days=1))
                return self._moment(next(islice(days, delay.amount - 1, None)), local.time())

    def _after_business_hours(self, start: datetime, hours: int) -> datetime:
        left = timedelta(hours=hours)
        for day in self._business_days(start.astimezone(self.zone).date()):
            opens = max(self._moment(day, self.opens), start)
            closes = self._moment(day, self.closes)
            if opens + left <= closes:
                return opens + left
            left -= max(closes - opens, timedelta())
        raise AssertionError("business days do not end")

    def _business_days(self, first: date) -> Iterator[date]:
        day = first
        while True:
            if self.is_business_day(day):
                yield day
            day += timedelta(days=1)

    def _moment(self, day: date, at: time) -> datetime:
        # fold=0 in a repeated hour is its first run; in a skipped one it lands just behind the gap (PEP 495).
        return datetime.combine(day, at.replace(tzinfo=None, fold=0), self.zone).astimezone(UTC)


def add(
    start: datetime, delay: Delay, *, zone: ZoneInfo, holidays: frozenset[date] = frozenset()
) -> datetime:
    """Return the moment, in UTC, at which `delay` after `start` is over; see `Calendar.add`."""
    return Calendar(zone, holidays).add(start, delay)
