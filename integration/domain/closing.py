"""A complaint is over when its requester knows: what counts as told, and when to ask how it turned out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from integration.domain.courtesy import Reply, kind_of
from integration.domain.history import Outcome
from integration.domain.ticket import Comment, Ticket

# How many days later a check-in makes sense: a parcel travels, money is booked, a repair must last.
CHECK_IN_AFTER: Mapping[Outcome, timedelta] = {
    Outcome.REPLACEMENT: timedelta(days=7),
    Outcome.REPAIR: timedelta(days=14),
    Outcome.REFUND: timedelta(days=7),
    Outcome.PARTIAL_REFUND: timedelta(days=7),
    Outcome.CREDIT: timedelta(days=7),
    Outcome.EXPLANATION: timedelta(days=7),
    Outcome.APOLOGY: timedelta(days=7),
    Outcome.UNKNOWN: timedelta(days=7),
}


def last_answer_at(ticket: Ticket, comments: Sequence[Comment]) -> datetime:
    """Return when the requester last wrote more than thanks; the ticket itself is their first word."""
    written = (
        comment.created_at
        for comment in comments
        if comment.is_public and not comment.by_agent and kind_of(comment.body) is Reply.ANSWER
    )
    return max(written, default=ticket.created_at)


def told_at(ticket: Ticket, comments: Sequence[Comment], *, decided_at: datetime | None) -> datetime | None:
    """Return when the requester was told how it ended: by the first public reply after the decision.

    Where nobody recorded a decision, by the last public reply, unless the requester wrote again since.
    """
    replies = [c.created_at for c in comments if c.is_public and c.by_agent]
    if decided_at is not None:
        # Zendesk's moments have whole seconds, so a reply in the second of the decision counts.
        return min((at for at in replies if at >= decided_at.replace(microsecond=0)), default=None)
    last = max(replies, default=None)
    return last if last is not None and last >= last_answer_at(ticket, comments) else None


def check_in_at(outcome: Outcome | None, resolved_at: datetime, planned: datetime) -> datetime | None:
    """Return when to ask how it turned out, None where nobody wants to be asked.

    Not upheld or withdrawn, the question would only open a wound. `planned` is the policy's own day, which
    stands where the outcome asks for no later one.
    """
    if outcome in {Outcome.NOT_UPHELD, Outcome.WITHDRAWN}:
        return None
    wanted = CHECK_IN_AFTER.get(outcome) if outcome else None
    return max(planned, resolved_at + wanted) if wanted else planned
