"""When a promise to a requester counts as kept, as never made, or as broken."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from integration.domain.ticket import Comment

# An agent notes a promise and then sends the reply that makes it: that reply does not keep it.
TELLING = timedelta(hours=1)


class Ending(StrEnum):
    """What a promise that is due turns out to be."""

    KEPT = "kept"
    NEVER_SENT = "never_sent"
    BROKEN = "broken"


def settle(
    comments: Sequence[Comment], *, made_at: datetime, due_at: datetime, by_letter: bool
) -> tuple[Ending, Comment | None]:
    """Judge a promise that is due by what the requester could read; the comment is the one that kept it.

    A letter that was inserted and never sent promised nothing to anybody. A public reply after the one that
    made the promise keeps it, as far as a program can tell; agents may say otherwise.
    """
    made_at = made_at.replace(microsecond=0)
    replies = [c for c in comments if c.by_agent and c.is_public and c.created_at >= made_at]
    if by_letter and not replies:
        return Ending.NEVER_SENT, None
    telling = min(TELLING, (due_at - made_at) / 2)
    later = [reply for reply in replies if reply.created_at > made_at + telling]
    if later:
        return Ending.KEPT, later[0]
    return Ending.BROKEN, None
