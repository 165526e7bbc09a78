"""How long to wait before something that may pass is tried again."""

import random
from datetime import datetime, timedelta

LONGEST_SECONDS = 600.0


def next_try(now: datetime, attempts: int, *, at_least: float = 0.0) -> datetime:
    """Return now plus 1, 2, 4 … seconds, at most ten minutes, with a tenth of spread.

    `at_least` is what the other side asked for, in seconds.
    """
    wait = min(2.0 ** min(attempts, 20), LONGEST_SECONDS)
    # Jobs that failed together must not come back together.
    spread = random.uniform(0, 0.1 * wait)  # noqa: S311
    return now + timedelta(seconds=max(wait, at_least) + spread)
