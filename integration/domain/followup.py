"""When somebody should come back to a complaint, what satisfies that duty and what ends it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from integration.domain.complaint import State
from integration.domain.courtesy import Reply, kind_of
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment, Status, Ticket

PROMISE = "promise"
TELL_CUSTOMER = "tell_customer"


class Satisfier(StrEnum):
    """What makes a step unnecessary."""

    PUBLIC_REPLY = "public_reply"
    RESOLVED = "resolved"
    REQUESTER_WROTE = "requester_wrote"
    CUSTOMER_TOLD = "customer_told"


class FollowUpStatus(StrEnum):
    PENDING = "pending"
    DISPATCHED = "dispatched"
    POSTED = "posted"
    SILENT = "silent"
    SATISFIED = "satisfied"
    CANCELLED = "cancelled"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A duty to come back by `due_at`; what happened since `planned_at` may satisfy it.

    `name` is a policy step, `promise`, or the name that an admin's trigger gave.
    """

    id: int
    ticket_id: int
    complaint_id: int | None
    name: str
    note: str
    due_at: datetime
    planned_at: datetime
    status: FollowUpStatus = FollowUpStatus.PENDING
    revision: int = 0
    satisfied_by: frozenset[Satisfier] = frozenset()
    what: str | None = None
    owner_id: int | None = None
    promise_id: int | None = None
    chain_id: int | None = None
    reason: Reason | None = None

    @property
    def is_promise(self) -> bool:
        """Whether it was promised to the requester, who is owed it whatever the ticket turns out to be."""
        return self.promise_id is not None or self.name == PROMISE


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a follow-up that fell due: speak, stay silent for a reason, or wait until `due_at`."""

    speak: bool
    reason: Reason
    due_at: datetime | None = None


SATISFIED_BY = frozenset({Code.PUBLIC_REPLY, Code.RESOLVED, Code.REQUESTER_WROTE, Code.CUSTOMER_TOLD})


def is_satisfied(reason: Reason) -> bool:
    """Whether a reason says that the duty was done, and not that it has lost its point."""
    return reason.code in SATISFIED_BY


def decide(
    follow_up: FollowUp,
    ticket: Ticket,
    comments: Sequence[Comment],
    *,
    complaint_state: State | None,
    now: datetime,
) -> Verdict:
    """Say whether a follow-up that fell due should speak, wait or stay silent, from the ticket as it is now.

    A reminder for finished work teaches agents to ignore reminders, so its reason must still hold.
    """
    if reason := _gone(follow_up, ticket, complaint_state):
        return Verdict(False, reason)
    if follow_up.due_at > now:
        return Verdict(False, Reason(Code.NOT_DUE), follow_up.due_at)
    if reason := _satisfied(follow_up, ticket, comments, complaint_state):
        return Verdict(False, reason)
    late_minutes = int((now - follow_up.due_at).total_seconds() // 60)
    return Verdict(True, Reason(Code.DUE, {"name": follow_up.name, "late_minutes": late_minutes}))


def cancelled(
    follow_up: FollowUp,
    by: frozenset[Satisfier],
    ticket: Ticket,
    comments: Sequence[Comment],
    *,
    complaint_state: State | None,
) -> Reason | None:
    """Return what took a follow-up's point away although nobody did what it asks for, or None."""
    return _satisfied(replace(follow_up, satisfied_by=by), ticket, comments, complaint_state)


def _gone(follow_up: FollowUp, ticket: Ticket, complaint_state: State | None) -> Reason | None:
    if follow_up.status not in _LIVE:
        return Reason(Code.ENDED, {"status": follow_up.status})
    # Zendesk closes a merged ticket, so the merge is asked for first.
    if ticket.merged_into is not None:
        return Reason(Code.TICKET_MERGED, {"ticket_id": ticket.merged_into})
    if ticket.status is Status.DELETED:
        return Reason(Code.TICKET_DELETED)
    if ticket.status is Status.CLOSED:
        return Reason(Code.TICKET_CLOSED)
    if follow_up.name == TELL_CUSTOMER and ticket.status is not Status.SOLVED:
        return Reason(Code.REOPENED)
    # A promise is owed whatever the ticket turned out to be, and so is what an admin's trigger asked for.
    depends = follow_up.complaint_id is not None and not follow_up.is_promise
    if depends and complaint_state is State.NOT_A_COMPLAINT:
        return Reason(Code.NOT_A_COMPLAINT)
    return None


def _satisfied(
    follow_up: FollowUp, ticket: Ticket, comments: Iterable[Comment], complaint_state: State | None
) -> Reason | None:
    # Zendesk's moments have whole seconds, so a reply in the second of planning still counts.
    since = follow_up.planned_at.replace(microsecond=0)
    later = [comment for comment in comments if comment.is_public and comment.created_at >= since]
    reply = next((comment for comment in later if comment.by_agent), None)
    # Mere thanks, or a machine's answer, is not the word that a check-in waits for.
    written = next(
        (
            comment
            for comment in later
            if comment.author_id == ticket.requester_id and kind_of(comment.body) is Reply.ANSWER
        ),
        None,
    )
    is_resolved = complaint_state is State.RESOLVED or ticket.status is Status.SOLVED
    wanted = follow_up.satisfied_by
    if Satisfier.PUBLIC_REPLY in wanted and reply:
        return Reason(Code.PUBLIC_REPLY, {"comment_id": reply.id})
    if Satisfier.RESOLVED in wanted and is_resolved:
        return Reason(Code.RESOLVED)
    if Satisfier.CUSTOMER_TOLD in wanted and is_resolved and reply:
        return Reason(Code.CUSTOMER_TOLD, {"comment_id": reply.id})
    if Satisfier.REQUESTER_WROTE in wanted and written:
        return Reason(Code.REQUESTER_WROTE, {"comment_id": written.id})
    return None


_LIVE = frozenset({FollowUpStatus.PENDING, FollowUpStatus.DISPATCHED, FollowUpStatus.PARKED})
