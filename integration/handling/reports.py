"""Builds the reports: the figures of a period, and the cases behind any one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from integration.domain.period import Period
from integration.domain.report import RATES, SPANS, Case, Choice, Dimension, Row, groups, rows
from integration.domain.summing import Purse, Rate, Spread, purses, rate, spread
from integration.handling import corrections
from integration.handling.corrections import Quality
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.store import reports
from integration.store.reports import TooManyCases

__all__ = ["Bucket", "Group", "Report", "TooManyCases", "behind", "quality", "report", "zone"]

RECEIVED = "received"
RECOMPENSE = "recompense"


@dataclass(frozen=True, slots=True)
class Bucket:
    """The complaints received in a part of the period, and how they were kept to time."""

    part: Period
    received: int
    acknowledged: Rate
    resolved: Rate


@dataclass(frozen=True, slots=True)
class Group:
    """The complaints that are alike in something; `share` is their part of all received."""

    key: str
    received: int
    share: float
    repeats: Rate
    resolved: Rate


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the reports page shows of the complaints received in `period`, as of `now`."""

    period: Period
    now: datetime
    received: int
    resolved: int
    rates: Mapping[str, Rate]
    spans: Mapping[str, Spread]
    buckets: Sequence[Bucket]
    groups: Mapping[Dimension, Sequence[Group]]
    recompense: int
    purses: Sequence[Purse]


def zone(parts: Parts) -> ZoneInfo:
    """Return the account's time zone: the one that deadlines are counted in."""
    with parts.database.read() as conn:
        return working_hours(parts, conn, parts.clock()).zone


def report(parts: Parts, period: Period) -> Report:
    """Count everything once. Raises `TooManyCases`."""
    now = parts.clock()
    cases = _cases(parts, period)

    def of(figure: str) -> list[Row]:
        return rows(Choice(figure), cases, now)

    return Report(
        period=period,
        now=now,
        received=len(of(RECEIVED)),
        resolved=len(of("resolved")),
        rates={figure: rate(of(figure)) for figure in RATES},
        spans={figure: spread(of(figure)) for figure in SPANS},
        buckets=[_bucket(part, cases, now) for part in period.parts()],
        groups={
            by: [_group(key, inside, len(cases), now) for key, inside in groups(cases, by).items()]
            for by in Dimension
        },
        recompense=len(of(RECOMPENSE)),
        purses=purses(of(RECOMPENSE)),
    )


def behind(parts: Parts, period: Period, choice: Choice) -> list[Row]:
    """Return the rows behind a figure of the report. Raises `KeyError` and `TooManyCases`."""
    return rows(choice, _cases(parts, period), parts.clock())


def quality(parts: Parts) -> tuple[Quality, ...]:
    """Return how good detection is, by what agents said of it."""
    with parts.database.read() as conn:
        return corrections.quality(conn, threshold=parts.shelf.rules().threshold)


def _cases(parts: Parts, period: Period) -> list[Case]:
    with parts.database.read() as conn:
        return reports.cases(conn, period.start, period.end, product_field=parts.settings.product_field)


def _bucket(part: Period, cases: Sequence[Case], now: datetime) -> Bucket:
    start, end = part.start, part.end
    inside = [case for case in cases if start <= case.received_at < end]
    count = _counter(inside, now)
    return Bucket(part, len(inside), count("acknowledged_in_time"), count("resolved_in_time"))


def _group(key: str, inside: Sequence[Case], of_all: int, now: datetime) -> Group:
    count = _counter(inside, now)
    return Group(key, len(inside), len(inside) / of_all, count("repeats"), count("resolved_in_time"))


def _counter(cases: Sequence[Case], now: datetime) -> Callable[[str], Rate]:
    return lambda figure: rate(rows(Choice(figure), cases, now))
