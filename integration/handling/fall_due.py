"""A follow-up falls due: read the ticket again, and remind only if the reason still holds."""

import logging
from datetime import datetime

from integration.domain import followup
from integration.domain.followup import FollowUp, FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.handling import waiting_note
from integration.handling.pauses import put_off_while_paused
from integration.handling.receive import SERVICE_USER
from integration.handling.reminding import remind, write_to_requester
from integration.handling.retrying import MAX_TRIES, next_try, words_for
from integration.parts import Parts
from integration.responses.errors import RendererUnavailable, TemplateFailed, UnknownTemplate
from integration.statements import packed
from integration.store import complaints, follow_ups, kept, write_pause
from integration.store.engine import DatabaseUnavailable
from integration.store.write_pause import PROBE_EVERY
from integration.zendesk.errors import NotAuthorised, NotFound, RateLimited, ZendeskError, ZendeskUnavailable

log = logging.getLogger(__name__)

LONGEST_WHY = 1_000


def fall_due(parts: Parts, follow_up_id: int, revision: int, attempt: int = 1) -> None:
    """Put a reminder or a message into the outbox, or end the follow-up silently with its reason."""
    try:
        _fall_due(parts, follow_up_id, revision, attempt)
    except DatabaseUnavailable:
        raise
    except Exception as error:  # left alone, it would come again every few minutes for ever
        log.exception("A follow-up could not be worked.", extra={"follow_up_id": follow_up_id})
        now = parts.clock()
        with parts.database.read() as conn:
            follow_up = follow_ups.get(conn, follow_up_id)
        if follow_up is None or follow_up.revision != revision:
            return
        if attempt >= MAX_TRIES:
            _park(parts, follow_up, _because(Code.DEFECT, words_for(error)), now)
        else:
            _wait(parts, follow_up, next_try(now, attempt))


def _fall_due(parts: Parts, follow_up_id: int, revision: int, attempt: int) -> None:
    now = parts.clock()
    with parts.database.read() as conn:
        follow_up = follow_ups.get(conn, follow_up_id)
        if (
            follow_up is None
            or follow_up.status is not FollowUpStatus.DISPATCHED
            or follow_up.revision != revision
        ):
            return
        complaint = complaints.by_ticket(conn, follow_up.ticket_id)
        is_note_waiting = follow_up.chain_id is None and waiting_note.waits(conn, follow_up.complaint_id)
        is_said = waiting_note.has_said(conn, follow_up)
        own_id = kept.get(conn, SERVICE_USER)
    if is_note_waiting:
        # The note says what is due by the time it leaves.
        _wait(parts, follow_up, next_try(now, attempt))
        return
    if is_said:
        _end(parts, follow_up, FollowUpStatus.SILENT, Reason(Code.NEWER_REMINDER), now)
        return
    state = complaint.state if complaint else None
    try:
        ticket = parts.zendesk.ticket(follow_up.ticket_id)
        comments = parts.zendesk.comments(follow_up.ticket_id)
    except NotFound:
        _end(parts, follow_up, FollowUpStatus.SILENT, Reason(Code.TICKET_GONE), now)
        return
    except (RateLimited, ZendeskUnavailable) as error:
        _wait(parts, follow_up, next_try(now, attempt, at_least=error.retry_after))
        return
    except NotAuthorised as error:
        # What Zendesk refuses its own user concerns every ticket: all wait, and an admin is told once.
        with parts.database.write() as conn:
            follow_ups.try_later(conn, follow_up.id, now + PROBE_EVERY)
            write_pause.begin(conn, str(error), now)
        return
    except ZendeskError as error:
        _park(parts, follow_up, _because(Code.REFUSED, str(error)), now)
        return
    # What we sent ourselves keeps no promise and does nobody's duty.
    said = tuple(comment for comment in comments if comment.author_id != own_id)
    verdict = followup.decide(follow_up, ticket, said, complaint_state=state, now=now)
    if verdict.speak and put_off_while_paused(parts, follow_up, ticket, now):
        return
    if verdict.speak or follow_up.chain_id is not None:
        try:
            if follow_up.chain_id is not None:
                write_to_requester(parts, follow_up, ticket, comments, now)
            else:
                remind(parts, follow_up, ticket, said, state, now)
        except RendererUnavailable:
            _wait(parts, follow_up, next_try(now, attempt))
        except (TemplateFailed, UnknownTemplate) as error:
            _park(parts, follow_up, _because(Code.UNUSABLE_NOTE, str(error)), now)
    elif verdict.due_at is not None:
        with parts.database.write() as conn:
            follow_ups.reschedule(conn, follow_up.id, verdict.due_at, now=now)
    else:
        is_done = followup.is_satisfied(verdict.reason)
        status = FollowUpStatus.SATISFIED if is_done else FollowUpStatus.SILENT
        _end(parts, follow_up, status, verdict.reason, now)


def _end(parts: Parts, follow_up: FollowUp, status: FollowUpStatus, reason: Reason, now: datetime) -> None:
    with parts.database.write() as conn:
        follow_ups.end(conn, follow_up.id, status=status, reason=reason, now=now, revision=follow_up.revision)


def _wait(parts: Parts, follow_up: FollowUp, not_before: datetime) -> None:
    with parts.database.write() as conn:
        follow_ups.try_later(conn, follow_up.id, not_before)


def _because(code: Code, why: str) -> Reason:
    return Reason(code, {"why": packed(why, most=LONGEST_WHY)})


def _park(parts: Parts, follow_up: FollowUp, reason: Reason, now: datetime) -> None:
    _end(parts, follow_up, FollowUpStatus.PARKED, reason, now)
    log.warning("A follow-up is parked.", extra={"follow_up_id": follow_up.id, "reason": reason.code})
