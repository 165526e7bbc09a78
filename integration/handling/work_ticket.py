"""Works what happened to one ticket: apply its events, see whether it is a complaint, plan what follows.

No call to Zendesk is made here in the steady state: the events carry what is needed, and the single write of
a complaint goes through the outbox.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection

from integration.domain import complaint
from integration.domain.complaint import Assessment
from integration.domain.followup import FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Status, Ticket
from integration.handling import noticing
from integration.handling.apply_events import apply_ticket_events
from integration.handling.case import Case, read_case
from integration.handling.clocks import refresh_by_ticket
from integration.handling.erase import after_ticket_events
from integration.handling.field_words import heed_field
from integration.handling.new_complaint import Opening, decide_opening, open_complaint
from integration.handling.next_dates import keep_current
from integration.handling.ordering import order_at
from integration.handling.past_complaint import is_old_news, past_complaint
from integration.handling.pauses import follow_status
from integration.handling.requested_follow_ups import apply_request
from integration.handling.retrying import MAX_TRIES_WHILE_AWAY, put_off, words_for
from integration.handling.running_complaint import ENDED_TICKET, Progress, decide_progress, record_progress
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.responses.errors import RendererUnavailable, TemplateFailed, UnknownTemplate
from integration.statements import Statement
from integration.store import clocks, complaints, follow_ups, inbox, opinions, requesters, tickets
from integration.store.complaints import NewComplaint
from integration.store.engine import DatabaseUnavailable
from integration.zendesk.errors import (
    NotAuthorised,
    NotFound,
    RateLimited,
    UnexpectedAnswer,
    ZendeskError,
    ZendeskUnavailable,
)
from integration.zendesk.events import CommentHidden, Deleted, Event, FollowUpRequest, StatusChanged
from integration.zendesk.json_shapes import ticket_from_json
from integration.zendesk.webhook import MalformedEvent, parse_event, parse_follow_up_request

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """The waiting deliveries of a ticket, understood; each was checked once already when it came in."""

    ids: tuple[int, ...]
    attempts: int
    events: tuple[Event, ...]
    snapshots: tuple[Ticket, ...]
    requests: tuple[FollowUpRequest, ...]


def work_ticket(parts: Parts, ticket_id: int) -> None:
    """Work everything that waits for one ticket; called again it finds nothing to do."""
    try:
        _work(parts, ticket_id)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # left alone, the rows would come again every few minutes for ever
        log.exception("Events of a ticket could not be worked.", extra={"ticket_id": ticket_id})
        with parts.database.write() as conn:
            rows = inbox.waiting(conn, ticket_id=ticket_id)
            attempts = max((row.attempts for row in rows), default=0)
            put_off(conn, [row.id for row in rows], attempts, parts.clock(), words_for(error))


def _work(parts: Parts, ticket_id: int) -> None:
    now = parts.clock()
    with parts.database.write() as conn:
        delivered = _take(conn, ticket_id)
        if not delivered.ids:
            return
        for ticket in delivered.snapshots:
            tickets.save(conn, ticket, order=order_at(ticket.updated_at), with_custom_fields=True)
        apply_ticket_events(conn, ticket_id, delivered.events)
        case = read_case(conn, ticket_id, now=now)
        was_stored = not tickets.is_erased(conn, ticket_id)
        if case is not None:
            _follow_requester(conn, case)
    try:
        if case is not None and _is_stranger(case):
            case = _meet(parts, case, now)
        assessment, decision, reopened = None, None, 0
        if case is not None and _is_judged(case):
            reopened = _reopened(case, delivered.events)
            assessment = _assess(parts, case, reopened, now)
            decision = _decide(parts, case, assessment, delivered.events, now)
    except (RateLimited, ZendeskUnavailable, NotAuthorised) as error:
        _wait_for_zendesk(parts, delivered, now, error)
        return
    except RendererUnavailable as error:
        with parts.database.write() as conn:
            put_off(conn, delivered.ids, delivered.attempts, now, str(error))
        return
    except (ZendeskError, TemplateFailed, UnknownTemplate) as error:
        with parts.database.write() as conn:
            inbox.park(conn, delivered.ids, reason=str(error))
        log.warning("Events of a ticket are parked.", extra={"ticket_id": ticket_id, "reason": str(error)})
        return
    with parts.database.write() as conn:
        if case is not None and was_stored and not tickets.hold_still(conn, [ticket_id]):
            # Forgotten while it was judged: nothing of it may come back.
            inbox.finish(conn, delivered.ids)
            return
        if case is not None and not _act(conn, case, decision, now):
            inbox.retry(conn, delivered.ids, not_before=now, reason=Statement("changed_meanwhile"))
            return
        if case is not None and isinstance(decision, Progress):
            if refresh_by_ticket(parts, conn, case.ticket, case.comments):
                keep_current(parts, conn, ticket_id, now)
            follow_status(parts, conn, case.ticket, delivered.events, now)
        if case is not None and noticing.concerns(case, is_decided=decision is not None):
            after = read_case(conn, ticket_id, now=now) or case
            noticing.notice(conn, case, after, delivered.events, working_hours(parts, conn, now), now)
        if case is not None:
            _forget(conn, parts, case, delivered.events, now)
        if assessment is not None:
            opinions.save(conn, opinions.of_assessment(ticket_id, assessment, now, reopened=reopened))
        for request in delivered.requests:
            apply_request(conn, request, now)
        said = noticing.words_in_field(conn, delivered.events)
        inbox.finish(conn, delivered.ids)
    if said is not None:
        heed_field(parts, ticket_id, *said)


def _take(conn: Connection, ticket_id: int) -> Delivered:
    rows = inbox.waiting(conn, ticket_id=ticket_id)
    events, requests, snapshots, readable = [], [], [], []
    for row in rows:
        try:
            if row.kind == "event":
                events.append(parse_event(row.body))
            elif row.kind == "follow_up":
                requests.append(parse_follow_up_request(row.body))
            else:
                snapshots.append(ticket_from_json(orjson.loads(row.body)))
            readable.append(row)
        except (MalformedEvent, UnexpectedAnswer, orjson.JSONDecodeError) as error:
            # It was readable when it came in, so this is a newer, stricter Makegood: keep it for a person.
            inbox.park(conn, [row.id], reason=str(error))
    return Delivered(
        ids=tuple(row.id for row in readable),
        attempts=max((row.attempts for row in readable), default=0),
        events=tuple(events),
        snapshots=tuple(snapshots),
        requests=tuple(requests),
    )


def _follow_requester(conn: Connection, case: Case) -> None:
    """Let a complaint go with its ticket, which an agent may have opened before naming the requester."""
    mine, now_of = case.complaint, case.ticket.requester_id
    # A ticket whose requester was deleted has none; the complaint stays where it was.
    if mine is not None and now_of and mine.requester_id not in {now_of, case.requester.id}:
        complaints.set_requester(conn, mine.id, case.requester.id)


def _is_stranger(case: Case) -> bool:
    is_nameless = case.requester.name is None and case.requester.created_at is None
    return is_nameless and case.requester.id > 0 and case.ticket.status is not Status.DELETED


def _meet(parts: Parts, case: Case, now: datetime) -> Case:
    """Ask Zendesk once who an unknown requester is; afterwards the store knows."""
    try:
        person = parts.zendesk.user(case.requester.id)
    except NotFound:
        return case
    with parts.database.write() as conn:
        requesters.save(conn, person, order=order_at(now))
        return read_case(conn, case.ticket.id, now=now) or case


def _is_judged(case: Case) -> bool:
    is_gone = case.ticket.status is Status.DELETED or case.ticket.merged_into is not None
    return not is_gone and not case.is_dismissed


def _decide(
    parts: Parts, case: Case, assessment: Assessment, events: Sequence[Event], now: datetime
) -> Opening | NewComplaint | Progress | None:
    if case.complaint is not None:
        return decide_progress(parts, case, case.complaint, assessment, now)
    if assessment.is_complaint and case.ticket.status is not Status.CLOSED:
        if is_old_news(case, assessment, events, now):
            return past_complaint(case, assessment, now)
        return decide_opening(parts, case, assessment, now)
    return None


def _reopened(case: Case, events: Sequence[Event]) -> int:
    """Count how often the ticket was solved and opened again, as far as events told."""
    changes = [event.change for event in events]
    again = sum(
        isinstance(change, StatusChanged)
        and change.previous in ENDED_TICKET
        and change.current not in {*ENDED_TICKET, Status.DELETED}
        for change in changes
    )
    return again + (case.opinion.reopened if case.opinion else 0)


def _assess(parts: Parts, case: Case, reopened: int, now: datetime) -> Assessment:
    return complaint.detect(
        case.ticket,
        case.texts,
        rules=parts.shelf.rules(),
        cues=parts.shelf.cues(),
        history=case.history,
        now=now,
        read=parts.read,
        reopened=reopened,
    )


def _act(
    conn: Connection, case: Case, decision: Opening | NewComplaint | Progress | None, now: datetime
) -> bool:
    """Write what was decided; False when an agent or another worker was faster, so decide anew."""
    # First of all, since on PostgreSQL it makes a second worker of this ticket wait here.
    tickets.mark_worked(conn, case.ticket.id)
    present = complaints.by_ticket(conn, case.ticket.id)
    if (present and present.state) != (case.complaint and case.complaint.state):
        return False
    match decision:
        case Opening():
            open_complaint(conn, decision, now)
        case NewComplaint():
            complaints.add(conn, decision)
        case Progress():
            record_progress(conn, case, decision, now)
        case None:
            _end_where_gone(conn, case, now)
    return True


def _end_where_gone(conn: Connection, case: Case, now: datetime) -> None:
    if case.ticket.status is Status.DELETED:
        reason = Reason(Code.TICKET_DELETED)
    elif case.ticket.merged_into is not None:
        reason = Reason(Code.TICKET_MERGED, {"ticket_id": case.ticket.merged_into})
    else:
        return
    for follow_up in case.running:
        follow_ups.end(conn, follow_up.id, status=FollowUpStatus.SILENT, reason=reason, now=now)
    if case.complaint is not None:
        clocks.cancel_open(conn, case.complaint.id)


def _forget(conn: Connection, parts: Parts, case: Case, events: Sequence[Event], now: datetime) -> None:
    """Let our own copies follow what Zendesk deleted or blacked out."""
    if tickets.is_erased(conn, case.ticket.id):
        return
    changes = [event.change for event in events]
    after_ticket_events(
        conn,
        case.ticket.id,
        is_deleted=case.ticket.status is Status.DELETED,
        is_for_good=any(isinstance(change, Deleted) and change.is_permanent for change in changes),
        is_redacted=any(isinstance(change, CommentHidden) and change.is_redacted for change in changes),
        keep_hours=parts.settings.forget_hours,
        now=now,
    )


def _wait_for_zendesk(parts: Parts, delivered: Delivered, now: datetime, error: ZendeskError) -> None:
    at_least = error.retry_after if isinstance(error, RateLimited | ZendeskUnavailable) else 0.0
    attempts, most = delivered.attempts, MAX_TRIES_WHILE_AWAY
    with parts.database.write() as conn:
        put_off(conn, delivered.ids, attempts, now, str(error), at_least=at_least, most=most)
