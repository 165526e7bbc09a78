"""Counts requests in Zendesk's windows, by the account's clock, and refuses what is too much."""

import math
import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from integration.rehearsal.clock import Clock
from integration.rehearsal.errors import Refused

_MAX_WINDOWS = 20_000


@dataclass(frozen=True)
class Limit:
    """So many requests in a window of so many seconds; `key` tells apart what is counted alone."""

    name: str
    total: int | None
    seconds: int = 60
    key: Hashable = None


@dataclass(frozen=True)
class Usage:
    """What is left of a limit after a request; `resets` in seconds."""

    name: str
    total: int
    remaining: int
    resets: int


class TooManyRequests(Refused):
    """The limit in `usage` is used up."""

    status = 429
    error = "TooManyRequests"

    def __init__(self, usage: Usage) -> None:
        super().__init__(f"You have exceeded the limit {usage.name}")
        self.usage = usage
        if usage.name == "plan":
            self.error = "APIRateLimitExceeded"
            self.description = "Number of allowed API requests per minute exceeded"


class Meter:
    """Fixed windows, each begun by its first request."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._windows: dict[Hashable, tuple[float, int]] = {}

    def spend(self, limits: Sequence[Limit]) -> list[Usage]:
        """Count a request against all limits or, if one is used up, against none. Raises TooManyRequests."""
        now = self._clock.now().timestamp()
        with self._lock:
            usages = [self._after_one_more(limit, now) for limit in limits if limit.total is not None]
            for usage in usages:
                if usage.remaining < 0:
                    raise TooManyRequests(usage)
            for limit in limits:
                if limit.total is not None:
                    start, count = self._window(limit, now)
                    self._windows[limit.name, limit.key] = (start, count + 1)
            if len(self._windows) > _MAX_WINDOWS:
                self._windows = {k: w for k, w in self._windows.items() if now - w[0] < 600}
        return usages

    def note(self, limits: Sequence[Limit]) -> None:
        """Count a request that is never refused, such as an agent's own work in the browser."""
        try:
            self.spend(limits)
        except TooManyRequests:
            return

    def reset(self) -> None:
        """Forget everything counted."""
        with self._lock:
            self._windows.clear()

    def _after_one_more(self, limit: Limit, now: float) -> Usage:
        start, count = self._window(limit, now)
        resets = max(1, math.ceil(start + limit.seconds - now))
        return Usage(limit.name, limit.total or 0, (limit.total or 0) - count - 1, resets)

    def _window(self, limit: Limit, now: float) -> tuple[float, int]:
        start, count = self._windows.get((limit.name, limit.key), (now, 0))
        # A clock that was moved back also begins a new window.
        return (start, count) if start <= now < start + limit.seconds else (now, 0)
