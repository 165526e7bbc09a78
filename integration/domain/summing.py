"""What rows of a report come to: shares beside counts, spans by median and percentile, sums by currency.

Of spans, which are long-tailed, the mean is never told. A share of fewer than `THIN` is called thin: it says
more about chance than about the team.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from integration.domain.report import RemedyGiven, Row

THIN = 10


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its counts; `share` is None of nothing."""

    met: int
    total: int

    @property
    def missed(self) -> int:
        return self.total - self.met

    @property
    def share(self) -> float | None:
        return self.met / self.total if self.total else None

    @property
    def is_thin(self) -> bool:
        return self.total < THIN


@dataclass(frozen=True, slots=True)
class Spread:
    """How long things took: half of them at most `median`, nine of ten at most `p90`."""

    count: int
    median: timedelta | None
    p90: timedelta | None

    @property
    def is_thin(self) -> bool:
        return self.count < THIN


@dataclass(frozen=True, slots=True)
class Purse:
    """The recompense of one kind in one currency; two purses are never added."""

    key: str
    kind: str
    currency: str | None
    count: int
    total: Decimal | None
    median: Decimal | None


def rate(found: Sequence[Row]) -> Rate:
    """Count the rows of a rate."""
    return Rate(sum(row.met is True for row in found), len(found))


def spread(found: Sequence[Row]) -> Spread:
    """Sum up spans; the percentile is one of them (nearest rank), not a value between two."""
    spans = sorted(row.span for row in found if row.span is not None)
    if not spans:
        return Spread(0, None, None)
    lower, upper = spans[(len(spans) - 1) // 2], spans[len(spans) // 2]
    return Spread(len(spans), (lower + upper) / 2, spans[math.ceil(0.9 * len(spans)) - 1])


def purses(found: Sequence[Row]) -> list[Purse]:
    """Sum up recompense by kind and currency, the most frequent first."""
    given: dict[str, list[RemedyGiven]] = {}
    for row in found:
        if row.remedy:
            given.setdefault(row.remedy.purse, []).append(row.remedy)
    summed = [_purse(key, remedies) for key, remedies in given.items()]
    return sorted(summed, key=lambda each: (-each.count, each.key))


def _purse(key: str, remedies: Sequence[RemedyGiven]) -> Purse:
    amounts = [remedy.amount for remedy in remedies if remedy.amount is not None]
    return Purse(
        key=key,
        kind=remedies[0].kind,
        currency=remedies[0].currency,
        count=len(remedies),
        total=sum(amounts, Decimal()) if amounts else None,
        median=statistics.median(amounts) if amounts else None,
    )
