"""The reviews of causes as an admin sees them: open ones with the tickets behind them, then closed ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.parts import Parts
from integration.store import reviews
from integration.store.reviews import Behind, Review

MOST_CLOSED = 20


@dataclass(frozen=True, slots=True)
class OpenReview:
    """A review that waits for an action or a reason, and the complaints behind it."""

    review: Review
    behind: Sequence[Behind]
    is_late: bool


@dataclass(frozen=True, slots=True)
class ReviewBoard:
    """All open reviews and the newest closed ones, as of `now`."""

    now: datetime
    open: Sequence[OpenReview]
    closed: Sequence[Review]


def board(parts: Parts) -> ReviewBoard:
    """Read the reviews from the store."""
    now = parts.clock()
    with parts.database.read() as conn:
        every = reviews.newest(conn)
        waiting = [
            OpenReview(review, reviews.behind(conn, review.id), review.due_at < now)
            for review in every
            if review.closed_at is None
        ]
    return ReviewBoard(now, waiting, [review for review in every if review.closed_at][:MOST_CLOSED])
