"""Messages to the requester, one after the other, until there is an answer: nudge, nudge, solve."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from integration.domain.calendar import Calendar
from integration.domain.courtesy import Reply, kind_of
from integration.domain.deadline import Delay, plain
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment, Status, Ticket

MOST_MESSAGES = 3
AT_MOST_ONE_IN = timedelta(days=1)
# An address that answers by itself twice would go on as long as we do.
MOST_AUTOMATIC = 2


class ChainKind(StrEnum):
    """What the messages are for."""

    ASK = "ask"  # we still need something
    CHECK_IN = "check_in"  # did it turn out well?


class ChainState(StrEnum):
    RUNNING = "running"
    ASKING = "asking"  # the requester only said thanks, and an agent is asked whether to go on
    STOPPED = "stopped"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChain:
    """A chain before its first message; the next one goes `delay` after the last public word of ours.

    What the requester writes after `started_at` stops it. `solves` lets the last message set the ticket to
    solved. `template` is a policy's own text. `started_by` is an agent, or None for a policy.
    """

    ticket_id: int
    complaint_id: int | None
    kind: ChainKind
    what: str | None
    template: str | None = None
    locale: str
    delay: Delay
    most: int
    solves: bool
    started_by: int | None
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain(NewChain):
    """A chain on its way."""

    id: int
    sent: int = 0
    last_sent_at: datetime | None = None
    state: ChainState = ChainState.RUNNING
    reason: Reason | None = None


class Act(StrEnum):
    SEND = "send"
    SOLVE = "solve"  # send the last message and solve the ticket with it
    WAIT = "wait"
    ASK = "ask"
    STOP = "stop"
    END = "end"


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What to do with a chain; `due_at` is when to look again."""

    act: Act
    reason: Reason
    due_at: datetime | None = None


def heard(chain: Chain, ticket: Ticket, comments: Sequence[Comment]) -> ChainVerdict | None:
    """Say whether what happened on the ticket ends the chain, or needs an agent's word; None for neither."""
    if ticket.merged_into is not None:
        return _stop(Code.TICKET_MERGED, ticket_id=ticket.merged_into)
    if ticket.status is Status.DELETED:
        return _stop(Code.TICKET_DELETED)
    if ticket.status is Status.CLOSED:
        return _stop(Code.TICKET_CLOSED)
    if ticket.status is Status.SOLVED and chain.kind is ChainKind.ASK:
        return _stop(Code.RESOLVED)
    since = chain.started_at.replace(microsecond=0)
    # Any reply counts, also of somebody who was copied in.
    replies = [c for c in comments if c.is_public and not c.by_agent and c.created_at >= since]
    kinds = [(kind_of(reply.body), reply) for reply in replies]
    for kind, reply in kinds:
        if kind is Reply.ANSWER:
            return _stop(Code.REQUESTER_WROTE, comment_id=reply.id)
    automatic = sum(kind is Reply.AUTOMATIC for kind, _ in kinds)
    if automatic >= MOST_AUTOMATIC:
        return _stop(Code.AUTOMATIC_REPLIES, count=automatic)
    thanks = next((reply for kind, reply in kinds if kind is Reply.THANKS), None)
    if thanks is not None:
        return ChainVerdict(Act.ASK, Reason(Code.ONLY_THANKS, {"comment_id": thanks.id}))
    return None


def decide(
    chain: Chain,
    ticket: Ticket,
    comments: Sequence[Comment],
    *,
    calendar: Calendar,
    last_sent_to_requester: datetime | None,
    now: datetime,
) -> ChainVerdict:
    """Say what a chain whose next message is due should do, from the ticket as it is now.

    `last_sent_to_requester` is when any chain last wrote to this requester.
    """
    if verdict := heard(chain, ticket, comments):
        return verdict
    ours = [c.created_at for c in comments if c.is_public and c.by_agent]
    if not ours:
        # Nobody of the staff has spoken with this person: a forged address must get nothing from us.
        return _stop(Code.NOBODY_SPOKE)
    if chain.sent >= chain.most:
        return ChainVerdict(Act.END, Reason(Code.CHAIN_ENDED, {"sent": chain.sent}))
    wait = plain(chain.delay.amount, chain.delay.unit).ends(max(ours), calendar)
    if last_sent_to_requester is not None:
        wait = max(wait, last_sent_to_requester + AT_MOST_ONE_IN)
    if wait > now:
        return ChainVerdict(Act.WAIT, Reason(Code.NOT_DUE), wait)
    is_last = chain.sent + 1 >= chain.most
    act = Act.SOLVE if chain.solves and is_last else Act.SEND
    return ChainVerdict(act, Reason(Code.DUE, {"name": chain.kind, "number": chain.sent + 1}))


def _stop(code: Code, **details: int) -> ChainVerdict:
    return ChainVerdict(Act.STOP, Reason(code, details))
