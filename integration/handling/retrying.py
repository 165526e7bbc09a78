"""When something that failed is tried again, and when it is set aside for a person."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.statements import Statement
from integration.store import inbox

LONGEST_SECONDS = 600.0
MAX_TRIES = 12
# About three days, at one try in ten minutes: while Zendesk is away or refuses us, no ticket is to blame.
MAX_TRIES_WHILE_AWAY = 450


def next_try(now: datetime, attempts: int, *, at_least: float = 0.0) -> datetime:
    """Return now plus 1, 2, 4 … seconds, at most ten minutes, with a tenth of spread.

    `at_least` is what the other side asked for, in seconds.
    """
    wait = min(2.0 ** min(attempts, 20), LONGEST_SECONDS)
    # Jobs that failed together must not come back together.
    spread = random.uniform(0, 0.1 * wait)  # noqa: S311
    return now + timedelta(seconds=max(wait, at_least) + spread)


def put_off(
    conn: Connection,
    ids: Sequence[int],
    attempts: int,
    now: datetime,
    reason: str,
    *,
    at_least: float = 0.0,
    most: int = MAX_TRIES,
) -> None:
    """Let rows of the inbox wait for their next try; after `most` of them they are parked."""
    if attempts >= most:
        inbox.park(conn, ids, reason=Statement("gave_up", tries=attempts, reason=reason))
    else:
        not_before = next_try(now, attempts, at_least=at_least)
        inbox.retry(conn, ids, not_before=not_before, reason=reason)


def words_for(error: Exception) -> str:
    """Return a reason for a failure that nobody foresaw; its own text may quote a requester."""
    return Statement("makegood_failed", error=type(error).__name__)
