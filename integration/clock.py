"""What time it is: the system's clock, or the rehearsal Zendesk's, which can be moved."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import requests

Clock = Callable[[], datetime]

REFRESH_SECONDS = 0.25


def system_clock() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


class RehearsalClock:
    """Follows the clock of a rehearsal Zendesk, so that a month of follow-ups is seen in a minute."""

    def __init__(self, zendesk_url: str) -> None:
        self._url = f"{zendesk_url}/rehearsal/api/clock"
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._read_at = float("-inf")

    def __call__(self) -> datetime:
        with self._lock:
            if time.monotonic() - self._read_at > REFRESH_SECONDS:
                self._refresh()
            return datetime.now(UTC) + self._offset

    def _refresh(self) -> None:
        try:
            answer = requests.get(self._url, timeout=2)
            answer.raise_for_status()
            self._offset = timedelta(seconds=float(answer.json()["offset_seconds"]))
        except (requests.RequestException, ValueError, KeyError):
            # The rehearsal is away, on purpose or not: keep the last offset, as a real clock would go on.
            pass
        self._read_at = time.monotonic()
