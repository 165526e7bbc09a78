"""Public holidays of countries and their parts, by names such as `IE` or `GB-SCT`.

They come from the `holidays` package, which is loaded when the first name is asked for.
"""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from integration.statements import Statement


class UnknownHolidaySet(ValueError):
    """The package knows no such country or part of one."""


def check(name: str) -> str:
    """Return the name of a known set. Raises `UnknownHolidaySet`."""
    import holidays  # a tenth of a second, and only where somebody counts by a jurisdiction

    country, _, part = name.partition("-")
    parts = holidays.list_supported_countries(include_aliases=False).get(country)
    if parts is None or (part and part not in parts):
        raise UnknownHolidaySet(Statement("no_holiday_set", name=name))
    return name


def days(names: Iterable[str], years: Iterable[int]) -> frozenset[date]:
    """Return the days off of several sets together: a holiday of any of them counts."""
    wanted = tuple(years)
    return frozenset(day for name in names for year in wanted for day in _days(name, year))


@lru_cache(maxsize=512)
def _days(name: str, year: int) -> frozenset[date]:
    import holidays

    country, _, part = name.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
