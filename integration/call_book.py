"""What Zendesk's answers say besides: calls counted and limits heard, written down once a second at most.

On SQLite each such line would be a transaction of its own, and they were half of all that a reminder wrote.
"""

import threading
import time
from collections import Counter
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from integration.clock import Clock
from integration.store import counters
from integration.store.engine import Database, DatabaseUnavailable
from integration.zendesk.http import SAFE_METHODS
from integration.zendesk.pace import Pace

EVERY_SECONDS = 1.0


class CallBook:
    """Keeps book of one process's calls; threads may share it. Trouble with the book never stops a call."""

    def __init__(
        self, database: Database, pace: Pace, clock: Clock, *, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._database = database
        self._pace = pace
        self._clock = clock
        self._every_seconds = every_seconds
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._written_at = float("-inf")
        self._heard: dict[str, tuple[int, float]] = {}

    def count(self, method: str, _status: int | None, _seconds: float) -> None:
        """Count a call, answered or not."""
        with self._lock:
            self._calls["zendesk_reads" if method in SAFE_METHODS else "zendesk_writes"] += 1
            if time.monotonic() - self._written_at < self._every_seconds:
                return
        self.write()

    def hear(self, name: str, limit: int, left: int, resets_in: float | None) -> None:
        """Let the pace learn what an answer said of a limit; at once what makes it rest."""
        with self._lock:
            known, heard_at = self._heard.get(name, (0, 0.0))
            is_news = limit != known or time.monotonic() - heard_at >= self._every_seconds
            if not is_news and not self._pace.rests_at(limit, left):
                return
            self._heard[name] = limit, time.monotonic()
        with suppress(SQLAlchemyError):
            self._pace.learn(name, limit, left, resets_in, self._clock())

    def write(self) -> None:
        """Write down what was counted since the last time."""
        with self._lock:
            counted, self._calls = self._calls, Counter()
            self._written_at = time.monotonic()
        if not counted:
            return
        with suppress(DatabaseUnavailable, SQLAlchemyError), self._database.write() as conn:
            for name, calls in sorted(counted.items()):
                counters.add(conn, name, calls)
