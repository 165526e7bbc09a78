"""What agents' judgements say about a threshold, and how sure a share of few cases is."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

# The shipped threshold weighs as much as so many judgements on tickets of an even chance; until there are a
# few nothing moves at all.
PRIOR_JUDGEMENTS = 200
FEWEST = 20
# Steps of about 0.02 at one half, so that figures can be counted between two changes.
STEP = 0.08
# From 0.28 to 0.72 where 0.5 is shipped: beyond that the words are not understood, and no threshold helps.
FURTHEST = 12 * STEP
# Tickets far from the threshold tell of words that were misread; moving the threshold would not find them.
_WINDOW = 3.0
_EVEN = 0.25
_CONFIDENCE = NormalDist().inv_cdf(0.975)
_ROUNDS = 25
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Judged:
    """A ticket's `probability` by its words alone (0 to 1), and a person's word."""

    probability: float
    is_complaint: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `count`, with the interval that holds the true share in 95 of 100 cases (Wilson's)."""

    hits: int
    count: int

    @property
    def value(self) -> float | None:
        return self.hits / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float]:
        """The lowest and highest share that the count leaves room for; 0 to 1 where nothing was counted."""
        if not self.count:
            return 0.0, 1.0
        square = _CONFIDENCE**2
        share, count = self.hits / self.count, self.count
        middle = (share + square / (2 * count)) / (1 + square / count)
        spread = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
        reach = _CONFIDENCE * spread / (1 + square / count)
        return max(middle - reach, 0.0), min(middle + reach, 1.0)


def shift_of(judgements: Iterable[Judged], *, present: float = 0.0) -> float:
    """Return how far log odds should be raised before they meet the threshold; above 0 flags more tickets.

    It is the likeliest shift given the judgements and a normal prior around none, worth
    `PRIOR_JUDGEMENTS`; never further than `FURTHEST`, in steps of `STEP`. The `present` shift stays until
    another is better by a whole step.
    """
    near = [(odds, one) for one in judgements if abs(odds := log_odds(one.probability)) <= _WINDOW]
    if sum(one.weight for _, one in near) < FEWEST:
        return present
    precision = PRIOR_JUDGEMENTS * _EVEN
    shift = 0.0
    for _ in range(_ROUNDS):
        slope, bend = -precision * shift, precision
        for odds, one in near:
            chance = likelihood(odds + shift)
            slope += one.weight * (one.is_complaint - chance)
            bend += one.weight * chance * (1 - chance)
        # The curve has one peak and bends at least as the prior does, so Newton's step cannot run away.
        shift += slope / bend
        if abs(slope / bend) < STEP / 100:
            break
    bounded = min(max(shift, -FURTHEST), FURTHEST)
    if abs(bounded - present) < STEP - _ROUNDING:
        return present
    return round(round(bounded / STEP) * STEP, 4)


def moved(threshold: float, shift: float) -> float:
    """Return the threshold (0 to 1) after a shift of the log odds: lower where the shift is above 0."""
    if not shift or not 0 < threshold < 1:
        return threshold
    return round(likelihood(log_odds(threshold) - shift), 2)


def log_odds(probability: float) -> float:
    """Return the log odds, for probabilities within one in a million of certain."""
    bounded = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(bounded / (1 - bounded))


def likelihood(odds: float) -> float:
    """Return the probability of log odds."""
    return 1 / (1 + math.exp(-odds))
