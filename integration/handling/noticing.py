"""What events mean beside the complaint's own course: for alerts, chains, promises; and an agent's word."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from integration.domain import warning
from integration.domain.alert import AlertKind
from integration.domain.calendar import Calendar
from integration.domain.complaint import State
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Status
from integration.domain.warning import Warning
from integration.handling import alerts, chain_course, promises
from integration.handling.case import Case
from integration.handling.running_complaint import OPEN_STATES, is_untold, only_thanked
from integration.handling.zendesk_fields import FIELD_IDS
from integration.store import kept, organisations
from integration.store import promises as promise_rows
from integration.zendesk.events import CommentAdded, CustomFieldChanged, Event

MOST_MERGED = 50
# What only begins to matter, or still does, once a complaint is resolved.
AFTER_THE_END = frozenset({AlertKind.BAD_RATING, AlertKind.ONLY_THANKS})
TAG = "makegood_"


def concerns(case: Case, *, is_decided: bool) -> bool:
    """Whether anything of ours hangs on a ticket; most tickets are no complaints and cost nothing here."""
    return is_decided or case.complaint is not None or bool(case.follow_ups)


def notice(
    conn: Connection, before: Case, after: Case, events: Sequence[Event], calendar: Calendar, now: datetime
) -> None:
    """Let what happened stop chains, settle and raise alerts, and bring promises back or along.

    `before` is the case with the complaint as it was when these events came in.
    """
    ticket = after.ticket
    if ticket.status is Status.DELETED:
        alerts.end_all(conn, ticket.id, "ticket deleted", now)
    elif ticket.merged_into is not None:
        _follow_merge(conn, ticket.id, ticket.merged_into, now)
        alerts.end_all(conn, ticket.id, "ticket merged", now)
    elif after.is_dismissed:
        alerts.end_all(conn, ticket.id, alerts.DISMISSED, now)
    else:
        _bring_promises_back(conn, after, now)
        for comment_id in _public_replies(events):
            alerts.settle(conn, ticket.id, by_comment=comment_id, now=now)
        if _has_ended(before, after):
            alerts.end_all(conn, ticket.id, "resolved", now, but_for=AFTER_THE_END)
        for each in _warnings(conn, before, after):
            _raise(conn, each, after, calendar, now)
    chain_course.heed(conn, after, calendar, now)


def words_in_field(conn: Connection, events: Sequence[Event]) -> tuple[State, int] | None:
    """Return what an agent set Makegood's field *Complaint* to in Zendesk, the last time, and who it was."""
    ids = kept.get(conn, FIELD_IDS)
    field_id = int(ids["complaint"]) if isinstance(ids, dict) and "complaint" in ids else None
    said = None
    for event in sorted(events, key=lambda event: event.order):
        match event.change:
            case CustomFieldChanged(field_id=changed, current=str(tag)) if changed == field_id:
                word = tag.removeprefix(TAG)
                if event.actor_id is not None and word in set(State):
                    said = State(word), event.actor_id
    return said


def _has_ended(before: Case, after: Case) -> bool:
    was_open = before.complaint is None or before.complaint.state is not State.RESOLVED
    return was_open and after.complaint is not None and after.complaint.state is State.RESOLVED


def _public_replies(events: Sequence[Event]) -> Iterator[int]:
    for event in events:
        match event.change:
            case CommentAdded(comment_id=id, author_is_staff=True, is_public=True):
                yield id


def _warnings(conn: Connection, before: Case, after: Case) -> Iterator[Warning]:
    complaint = after.complaint
    if complaint is None or complaint.is_imported:
        return
    was_resolved = before.complaint is not None and before.complaint.state is State.RESOLVED
    reopened_at = before.complaint.resolved_at if before.complaint and was_resolved else None
    yield from warning.of_ticket(
        after.ticket,
        after.comments,
        evidence=complaint.assessment.evidence,
        was_reopened_at=reopened_at if complaint.state in OPEN_STATES else None,
    )
    if before.complaint is None and after.requester.organization_id is not None:
        since = complaint.received_at - warning.ORGANISATION_WITHIN
        people = organisations.complaining_people(conn, after.requester.organization_id, since)
        if found := warning.of_organisation(people):
            yield found
    if is_untold(after, complaint):
        yield Warning(AlertKind.NOT_TOLD, Reason(Code.NOT_TOLD), after.last_written_at.isoformat())
    if only_thanked(after, complaint) and after.ticket.status not in {Status.SOLVED, Status.CLOSED}:
        thanks = _last_id(after)
        yield Warning(AlertKind.ONLY_THANKS, Reason(Code.ONLY_THANKS, {"comment_id": thanks}), str(thanks))


def _last_id(case: Case) -> int:
    written = [comment.id for comment in case.comments if comment.is_public and not comment.by_agent]
    return written[-1] if written else 0


def _raise(conn: Connection, each: Warning, case: Case, calendar: Calendar, now: datetime) -> None:
    alerts.raise_alert(
        conn,
        each.kind,
        ticket_id=case.ticket.id,
        complaint_id=case.complaint.id if case.complaint else None,
        reasons=(each.reason,),
        calendar=calendar,
        now=now,
        about=each.about,
    )


def _bring_promises_back(conn: Connection, case: Case, now: datetime) -> None:
    """Plan again what ended with the deletion of a ticket that was restored."""
    gone = {Code.TICKET_DELETED, Code.TICKET_GONE}
    lost = {f.promise_id for f in case.follow_ups if f.promise_id and f.reason and f.reason.code in gone}
    for promise_id in sorted(lost):
        promises.plan(conn, promise_id, now)


def _follow_merge(conn: Connection, ticket_id: int, into_id: int, now: datetime) -> None:
    """Let promises go along: the requester is owed them on whatever ticket."""
    moved = promise_rows.open_for_ticket(conn, ticket_id)
    if moved and promise_rows.follow_ticket(conn, ticket_id, into_id):
        for kept_promise in moved[:MOST_MERGED]:
            promises.plan(conn, kept_promise.id, now)
