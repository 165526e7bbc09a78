"""What a measurement comes to: the middle, the slow end, and the processor time behind it."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles of some durations in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    longest: float

    @classmethod
    def of(cls, seconds: Iterable[float]) -> "Spread":
        """Sum up durations given in seconds."""
        found = sorted(second * 1000 for second in seconds)
        return cls(len(found), *(round(at(found, share), 3) for share in (0.50, 0.95, 0.99, 1.0)))


@dataclass(frozen=True, slots=True)
class Timed:
    """How long something took, waits included, and how much of it this thread's processor worked."""

    spread: Spread
    cpu_ms: float


def at(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` of all do not exceed."""
    if not ordered:
        raise ValueError("nothing was measured")
    rank = -(-len(ordered) * round(share * 10_000) // 10_000)
    return ordered[max(rank, 1) - 1]


def timed(act: Callable[[T], object], given: Iterable[T]) -> Timed:
    """Call `act` once with each thing, one after another."""
    seconds = []
    cpu = 0.0
    for one in given:
        began, worked = time.perf_counter(), time.thread_time()
        act(one)
        cpu += time.thread_time() - worked
        seconds.append(time.perf_counter() - began)
    return Timed(Spread.of(seconds), round(cpu / len(seconds) * 1000, 3))
