"""A span of days in the account's time zone, and the days, weeks or months that it falls into."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONGEST_DAYS = 1100
MOST_DAYS_BY_DAY = 31
MOST_DAYS_BY_WEEK = 185
DAY = timedelta(days=1)


class BadPeriod(ValueError):
    """The days do not make a period; the message says what would."""


class Grain(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, as they pass in `zone`."""

    first: date
    last: date
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if self.first > self.last:
            raise BadPeriod("the period ends before it begins; exchange the days")
        if self.days > LONGEST_DAYS:
            raise BadPeriod(f"the period is longer than {LONGEST_DAYS} days; choose a shorter one")

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        """The first instant, in UTC."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant after it, in UTC."""
        return _midnight(self.last + DAY, self.zone)

    @property
    def grain(self) -> Grain:
        """What to draw one bar for, so that a chart has a readable number of them."""
        if self.days <= MOST_DAYS_BY_DAY:
            return Grain.DAY
        return Grain.WEEK if self.days <= MOST_DAYS_BY_WEEK else Grain.MONTH

    def parts(self) -> tuple["Period", ...]:
        """Return the days, the weeks (from Monday) or the months, the outer ones cut to the period."""
        return tuple(self._parts())

    def _parts(self) -> Iterator["Period"]:
        first = self.first
        while first <= self.last:
            last = min(_last_of(self.grain, first), self.last)
            yield Period(first, last, self.zone)
            first = last + DAY

    def has(self, moment: datetime) -> bool:
        """Whether a moment lies in the period."""
        return self.start <= moment < self.end


def last_days(days: int, now: datetime, zone: ZoneInfo) -> Period:
    """Return the `days` that end today."""
    today = now.astimezone(zone).date()
    return Period(today - timedelta(days=days - 1), today, zone)


def _last_of(grain: Grain, day: date) -> date:
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day + timedelta(days=6 - day.weekday())
    following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return following - DAY


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
