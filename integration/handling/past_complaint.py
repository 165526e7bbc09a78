"""Complaints that Makegood meets long after they were made: on record, without a note or a reminder."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from integration.domain import complaint
from integration.domain.complaint import Assessment, State
from integration.domain.history import Outcome
from integration.domain.reason import Code
from integration.domain.ticket import Status
from integration.handling.case import Case
from integration.store.complaints import NewComplaint
from integration.zendesk.events import (
    AttributeChanged,
    CustomFieldChanged,
    Event,
    SatisfactionReceived,
    TagsChanged,
)

# Longer than the outages that reconciliation makes up for; shorter than a matter nobody has in mind any more.
NEWS_FOR = timedelta(days=7)
TOLD_BY_STAFF = TagsChanged | CustomFieldChanged | AttributeChanged


def is_old_news(case: Case, assessment: Assessment, events: Sequence[Event], now: datetime) -> bool:
    """Whether the requester wrote long ago and nothing of late made a complaint of it.

    A bulk update touches years of tickets in a minute; a note on each would bury the agents.
    """
    if case.last_written_at >= now - NEWS_FOR:
        return False
    changes = [event.change for event in events]
    if assessment.by_rule:
        return not any(isinstance(change, TOLD_BY_STAFF) for change in changes)
    is_badly_rated = any(reason.code == Code.BAD_RATING for reason in assessment.reasons)
    return not (is_badly_rated and any(isinstance(change, SatisfactionReceived) for change in changes))


def received_at(case: Case, now: datetime) -> datetime:
    """Return when the complaint came: with the ticket, unless that is too old to be what made it one."""
    if case.ticket.created_at >= now - NEWS_FOR:
        return case.ticket.created_at
    return case.last_written_at if case.last_written_at >= now - NEWS_FOR else now


def past_complaint(case: Case, assessment: Assessment, now: datetime) -> NewComplaint:
    """Put it on record as an import does."""
    ticket = case.ticket
    has_ended = ticket.status in {Status.SOLVED, Status.CLOSED}
    return NewComplaint(
        ticket_id=ticket.id,
        requester_id=case.requester.id,
        received_at=ticket.created_at,
        detected_at=now,
        state=State.RESOLVED if has_ended else State.SUSPECTED,
        assessment=assessment,
        channel=ticket.channel,
        references=complaint.references("\n".join((ticket.subject, *(text.body for text in case.texts)))),
        outcome=Outcome.UNKNOWN if has_ended else None,
        resolved_at=ticket.updated_at if has_ended else None,
        is_imported=True,
    )
