"""Early warnings: what says that a requester is about to be lost, each with its reason."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.domain.alert import LEAVING_CUES, AlertKind
from integration.domain.complaint import Evidence
from integration.domain.courtesy import Reply, kind_of
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment, Ticket

# The first message is the complaint itself; two more without an answer are a pattern.
UNANSWERED = 3
ORGANISATION_PEOPLE = 3
ORGANISATION_WITHIN = timedelta(days=30)
BAD = "bad"


@dataclass(frozen=True, slots=True)
class Warning:
    """A warning; `about` tells it from others of its kind on the ticket, so that each comes once."""

    kind: AlertKind
    reason: Reason
    about: str = ""


def of_ticket(
    ticket: Ticket,
    comments: Sequence[Comment],
    *,
    evidence: Collection[Evidence],
    was_reopened_at: datetime | None,
) -> Iterator[Warning]:
    """Yield what a ticket itself warns of."""
    replies = [c.created_at for c in comments if c.by_agent and c.is_public]
    since = max(replies, default=ticket.created_at)
    written = [
        comment
        for comment in comments
        if comment.is_public
        and not comment.by_agent
        and comment.created_at >= since
        and kind_of(comment.body) is Reply.ANSWER
    ]
    if len(written) >= UNANSWERED:
        yield Warning(
            AlertKind.REPEAT_CONTACT,
            Reason(Code.UNANSWERED, {"count": len(written)}),
            since.isoformat(),
        )
    if was_reopened_at is not None:
        yield Warning(AlertKind.REOPENED, Reason(Code.REOPENED), was_reopened_at.isoformat())
    if ticket.satisfaction is not None and ticket.satisfaction.lower().startswith(BAD):
        yield Warning(AlertKind.BAD_RATING, Reason(Code.BAD_RATING))
    leaving = next((one for one in evidence if one.kind in LEAVING_CUES), None)
    if leaving is not None:
        yield Warning(AlertKind.LEAVING_WORDS, Reason(Code.THREAT, {"words": leaving.words}))


def of_organisation(people: int) -> Warning | None:
    """Warn when several people of one organisation complained of late."""
    if people < ORGANISATION_PEOPLE:
        return None
    reason = Reason(Code.SAME_ORGANISATION, {"people": people, "days": ORGANISATION_WITHIN.days})
    return Warning(AlertKind.SAME_ORGANISATION, reason)
