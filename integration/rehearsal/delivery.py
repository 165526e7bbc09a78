"""What follows from one attempt to deliver a webhook, and the circuit breaker in front of the next."""

from collections import deque
from dataclasses import dataclass
from typing import Literal

Status = Literal["success", "terminated", "timeout", "throttled", "failed", "circuit broken"]

RETRIES_ON_CONFLICT = 3
RETRIES_ON_REQUEST = 3  # 429 and 503 that ask for it; the number is not documented
RETRIES_ON_TIMEOUT = 5
LONGEST_RETRY_AFTER = 60  # seconds; an answer asking for this or more is not repeated


@dataclass(frozen=True)
class Answer:
    """What one attempt brought: an HTTP status, or none because of a timeout or a broken connection."""

    status_code: int | None
    retry_after: str | None = None
    timed_out: bool = False


@dataclass(frozen=True)
class Verdict:
    """`status` of the attempt, and the wait in seconds before the next one; None: there is no next one."""

    status: Status
    wait: float | None = None


def judge(answer: Answer, *, attempts: int, retry_seconds: float) -> Verdict:
    """Decide what follows attempt number `attempts` (the first is 1); `retry_seconds` is the first pause."""
    pause = retry_seconds * 2 ** (attempts - 1)
    code = answer.status_code
    if answer.timed_out:
        return Verdict("timeout", pause if attempts <= RETRIES_ON_TIMEOUT else None)
    if code is None:
        return Verdict("failed")
    if 200 <= code < 300:
        return Verdict("success")
    if code == 409 and attempts <= RETRIES_ON_CONFLICT:
        return Verdict("terminated", pause)
    if code in (429, 503) and attempts <= RETRIES_ON_REQUEST:
        return Verdict("terminated", _requested_wait(answer.retry_after))
    return Verdict("terminated")


def _requested_wait(retry_after: str | None) -> float | None:
    # Only whole seconds count: nothing is documented about the HTTP-date form of the header.
    if retry_after is None or not retry_after.strip().isdecimal():
        return None
    seconds = float(retry_after)
    return seconds if seconds < LONGEST_RETRY_AFTER else None


class Breaker:
    """Opens for one webhook when too many of its recent calls failed; times are seconds of a monotonic clock.

    After the pause one call goes out as a probe: its success closes the breaker, its failure opens it again.
    """

    WINDOW = 300.0
    ERROR_SHARE = 0.7
    ERROR_COUNT = 1000
    FEWEST_CALLS = 10  # not documented; keeps one bad answer from silencing a webhook

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self._calls: deque[tuple[float, bool]] = deque()
        self._errors = 0
        self._open_until: float | None = None
        self._probing = False

    def allows(self, now: float) -> bool:
        """Say whether a call may go out; a yes after a pause makes that call the probe."""
        if self._open_until is None:
            return True
        if now < self._open_until or self._probing:
            return False
        self._probing = True
        return True

    def record(self, now: float, *, error: bool) -> None:
        """Take note of how a call went."""
        if self._probing:
            self._after_probe(now, error=error)
            return
        self._calls.append((now, error))
        self._errors += error
        while self._calls[0][0] < now - self.WINDOW:
            self._errors -= self._calls.popleft()[1]
        share = self._errors / len(self._calls)
        busy = len(self._calls) >= self.FEWEST_CALLS
        if error and ((busy and share >= self.ERROR_SHARE) or self._errors > self.ERROR_COUNT):
            self._open_until = now + self.pause

    def _after_probe(self, now: float, *, error: bool) -> None:
        self._probing = False
        self._calls.clear()
        self._errors = 0
        self._open_until = now + self.pause if error else None
