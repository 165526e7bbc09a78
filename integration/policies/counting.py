"""How a file writes a limit and weekly hours."""

import re
from itertools import pairwise

from pydantic import Field, field_validator, model_validator

from integration.domain.calendar import CLOSES, DAY, OPENS, Interval, Week, office_week
from integration.domain.deadline import AfterHours, Count, Delay, LastDay, Limit, Pick, Unit, Until
from integration.policies.schema import ClockTime, Schema
from integration.statements import Statement

_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]\d|2[0-4]):([0-5]\d)")


class CountSchema(Schema):
    """One way to count."""

    amount: int | None = Field(default=None, ge=1, le=1000)
    unit: Unit | None = None
    first_day_counts: bool = False
    last_day: LastDay = LastDay.KEEP
    until: Until = Until.SAME_TIME
    after_hours: AfterHours = AfterHours.SAME_DAY

    def count(self) -> Count:
        if self.amount is None or self.unit is None:
            raise AssertionError("checked by the schema")
        return Count(
            Delay(self.amount, self.unit), self.first_day_counts, self.last_day, self.until, self.after_hours
        )


class WholeCountSchema(CountSchema):
    """One of several ways to count, which cannot be several itself."""

    amount: int = Field(ge=1, le=1000)
    unit: Unit


class LimitSchema(CountSchema):
    """One way to count, or the earliest or latest of several."""

    earliest_of: tuple[WholeCountSchema, ...] = Field(default=(), max_length=5)
    latest_of: tuple[WholeCountSchema, ...] = Field(default=(), max_length=5)

    @model_validator(mode="after")
    def _is_one_thing(self) -> "LimitSchema":
        ways = [self.amount is not None or self.unit is not None, self.earliest_of, self.latest_of]
        if sum(map(bool, ways)) != 1:
            raise ValueError(Statement("delay_needs"))
        if ways[0] and (self.amount is None or self.unit is None):
            raise ValueError(Statement("delay_needs_both"))
        return self

    def limit(self) -> Limit:
        several = self.earliest_of or self.latest_of
        if not several:
            return Limit((self.count(),))
        pick = Pick.EARLIEST if self.earliest_of else Pick.LATEST
        return Limit(tuple(each.count() for each in several), pick)


class HoursSchema(Schema):
    """The same hours from Monday to Friday, or hours for each weekday such as `["09:00-12:00"]`."""

    opens: ClockTime | None = None
    closes: ClockTime | None = None
    monday: tuple[str, ...] = ()
    tuesday: tuple[str, ...] = ()
    wednesday: tuple[str, ...] = ()
    thursday: tuple[str, ...] = ()
    friday: tuple[str, ...] = ()
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()

    @field_validator("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    @classmethod
    def _are_hours(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        intervals = [_interval(text) for text in value]
        if any(first.closes > second.opens for first, second in pairwise(intervals)):
            raise ValueError(Statement("hours_follow"))
        return value

    @model_validator(mode="after")
    def _is_one_of_both(self) -> "HoursSchema":
        is_weekly = any(self._days())
        if is_weekly and (self.opens or self.closes):
            raise ValueError(Statement("hours_not_both"))
        if not is_weekly and (self.opens or OPENS) >= (self.closes or CLOSES):
            raise ValueError(Statement("hours_open_first"))
        return self

    def week(self) -> Week:
        if any(self._days()):
            return tuple(tuple(map(_interval, day)) for day in self._days())
        return office_week(self.opens or OPENS, self.closes or CLOSES)

    def _days(self) -> tuple[tuple[str, ...], ...]:
        working = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        return (*working, self.saturday, self.sunday)


def _interval(text: str) -> Interval:
    match = _HOURS.fullmatch(text.strip())
    if match is None:
        raise ValueError(Statement("no_hours", text=text))
    opens, closes = (int(match[n]) * 60 + int(match[n + 1]) for n in (1, 3))
    if closes > DAY:
        raise ValueError(Statement("hours_past_midnight", text=text))
    return Interval(opens, closes)
