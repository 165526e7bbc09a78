"""Does one outward act of the outbox exactly once: paced, marked, and never repeated blindly."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain.followup import FollowUp, FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.handling import chain_course, waiting_note
from integration.handling.reminding import key_of
from integration.handling.retrying import MAX_TRIES, next_try, words_for
from integration.handling.waiting_note import STALE
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.settings import Mode
from integration.statements import Statement
from integration.store import alerts, audit_log, complaints, counters, follow_ups, outbox, write_pause
from integration.store.engine import DatabaseUnavailable
from integration.zendesk.errors import (
    NotAuthorised,
    NotFound,
    RateLimited,
    TicketClosed,
    UnexpectedAnswer,
    UpdateConflict,
    ZendeskError,
    ZendeskRejected,
    ZendeskUnavailable,
)
from integration.zendesk.pace import TICKET_UPDATES

log = logging.getLogger(__name__)

# A write that got no answer may still be on its way through Zendesk when we look for its marker.
SETTLE = timedelta(seconds=5)
SETTLE_SLOW = timedelta(seconds=60)
ESCALATION = "escalate"
ACTION_KINDS = {"remind": "reminded", "tell": "requester written to", ESCALATION: "escalated"}


def post(parts: Parts, outbox_id: int, attempt: int) -> None:
    """Send the row, unless it was sent; on any doubt look for its marker in the ticket's audits first.

    `attempt` is the number of the claim: a worker that was thought dead finds it outdated and stops.
    """
    now = parts.clock()
    with parts.database.read() as conn:
        row = outbox.get(conn, outbox_id)
    if row is None or row.attempts != attempt or row.state not in {"claimed", "sending"}:
        return
    try:
        if row.state == "sending" and _was_done_before(parts, row, now):
            return
        current = _current(parts, row, now)
        if current is None:
            return
        row = current
        if parts.settings.mode is Mode.OBSERVE:
            _hold(parts, row, now)
            return
        _send(parts, row, now)
    except RateLimited as error:
        parts.pace.pause(TICKET_UPDATES, error.retry_after, now)
        _again(parts, row, now, str(error), wait=error.retry_after, was_refused=True)
    except ZendeskUnavailable as error:
        _again(parts, row, now, str(error), wait=_settled(error), was_refused=not error.outcome_unknown)
    except UpdateConflict as error:
        _again(parts, row, now, str(error), wait=0.0, was_refused=True)
    except UnexpectedAnswer as error:
        _again(parts, row, now, str(error), wait=_settled(error), was_refused=not error.outcome_unknown)
    except (TicketClosed, NotFound) as error:
        _drop(parts, row, now, Code.TICKET_CLOSED if isinstance(error, TicketClosed) else Code.TICKET_GONE)
    except NotAuthorised as error:
        _pause(parts, row, now, str(error))
    except ZendeskRejected as error:
        with parts.database.write() as conn:
            outbox.park(conn, outbox_id, attempt=attempt, reason=str(error))
        log.warning("A write to Zendesk is parked.", extra={"outbox_id": outbox_id, "reason": str(error)})
    except DatabaseUnavailable:
        raise
    except Exception as error:  # left alone, it would come again every few minutes for ever
        log.exception("A write could not be made.", extra={"outbox_id": outbox_id})
        if row.failures + 1 < MAX_TRIES:
            # Whether it was sent before the failure is not known, so a write that was `sending` stays so.
            _again(parts, row, now, words_for(error), wait=0.0, was_refused=False)
            return
        with parts.database.write() as conn:
            outbox.park(conn, outbox_id, attempt=attempt, reason=words_for(error))


def _was_done_before(parts: Parts, row: outbox.OutboxRow, now: datetime) -> bool:
    """Settle a write whose answer was lost; True when nothing is left to do now."""
    if row.sent_at is not None and now - row.sent_at < SETTLE:
        with parts.database.write() as conn:
            outbox.retry(
                conn,
                row.id,
                attempt=row.attempts,
                not_before=row.sent_at + SETTLE,
                reason=Statement("answer_lost"),
                has_failed=False,
            )
        return True
    audit_id = parts.zendesk.find_marker(row.ticket_id, row.marker)
    if audit_id is None:
        return False
    _done(parts, row, audit_id, now)
    return True


def _send(parts: Parts, row: outbox.OutboxRow, now: datetime) -> None:
    wait = parts.pace.reserve(TICKET_UPDATES, now)
    if wait > 0:
        with parts.database.write() as conn:
            outbox.retry(
                conn,
                row.id,
                attempt=row.attempts,
                not_before=now + timedelta(seconds=wait),
                reason=Statement("waits_for_share"),
                has_failed=False,
            )
        return
    with parts.database.write() as conn:
        if not outbox.mark_sending(conn, row.id, attempt=row.attempts, now=now):
            return
    audit_id = parts.zendesk.update_ticket(
        row.ticket_id,
        note=row.note,
        is_public=row.is_public,
        custom_fields=row.fields,
        status=row.status,
        assignee_id=row.assignee_id,
        group_id=row.group_id,
        marker=row.marker,
    )
    _done(parts, row, audit_id, parts.clock())


def _done(parts: Parts, row: outbox.OutboxRow, audit_id: int | None, now: datetime) -> None:
    with parts.database.write() as conn:
        if not outbox.done(conn, row.id, audit_id, now):
            return
        if write_pause.end(conn):
            log.info("Zendesk accepts writes again.")
        counters.add(conn, f"posted_{row.kind}")
        audit_log.write(
            conn,
            at=now,
            actor="makegood",
            action="written to Zendesk",
            subject=f"ticket:{row.ticket_id}",
            after={"kind": row.kind, "audit_id": audit_id, "has_note": row.note is not None},
        )
        follow_up = follow_ups.get(conn, row.follow_up_id or 0)
        if follow_up is not None and _has_spoken(row, follow_up, now):
            follow_ups.end(conn, follow_up.id, status=FollowUpStatus.POSTED, reason=None, now=now)
        if follow_up is not None and follow_up.chain_id is not None:
            chain_course.was_sent(conn, follow_up.chain_id, working_hours(parts, conn, now), now)
        if complaint := complaints.by_ticket(conn, row.ticket_id):
            complaints.add_action(
                conn,
                complaint.id,
                at=now,
                actor_id=None,
                kind=ACTION_KINDS.get(row.kind, "noted"),
                details={"audit_id": audit_id},
            )


def _has_spoken(row: outbox.OutboxRow, follow_up: FollowUp, now: datetime) -> bool:
    # Somebody who moved it while the reminder was on its way wants it again on the new day.
    if waiting_note.is_complaint_s(row):
        return follow_up.due_at <= now
    return key_of(follow_up) == row.key


def _settled(error: ZendeskError) -> float:
    """Return the seconds until it makes sense to look for a write whose answer was lost."""
    if not error.outcome_unknown:
        return 0.0
    is_slow = isinstance(error, ZendeskUnavailable) and error.is_slow
    return (SETTLE_SLOW if is_slow else SETTLE).total_seconds()


def _again(
    parts: Parts, row: outbox.OutboxRow, now: datetime, reason: str, *, wait: float, was_refused: bool
) -> None:
    not_before = next_try(now, row.failures + 1, at_least=wait)
    with parts.database.write() as conn:
        outbox.retry(
            conn,
            row.id,
            attempt=row.attempts,
            not_before=not_before,
            reason=reason,
            was_refused=was_refused and row.state != "sending",
        )


def _pause(parts: Parts, row: outbox.OutboxRow, now: datetime, reason: str) -> None:
    """Let all writes rest: what Zendesk refuses its own user concerns every ticket, and parks none."""
    with parts.database.write() as conn:
        outbox.retry(
            conn,
            row.id,
            attempt=row.attempts,
            not_before=now,
            reason=reason,
            was_refused=row.state != "sending",
            has_failed=False,
        )
        is_new = write_pause.begin(conn, reason, now)
    if is_new:
        log.warning("Writes to Zendesk are paused.", extra={"reason": reason})


def _current(parts: Parts, row: outbox.OutboxRow, now: datetime) -> outbox.OutboxRow | None:
    """Return what should be written now; None where the row was dropped."""
    if waiting_note.is_complaint_s(row):
        return waiting_note.made_current(parts, row, now)
    if row.kind == ESCALATION and not _is_newest(parts, row, now):
        return None
    if row.follow_up_id is not None and not _is_still_wanted(parts, row, row.follow_up_id, now):
        return None
    return row


def _is_newest(parts: Parts, row: outbox.OutboxRow, now: datetime) -> bool:
    """Whether a late word on an alert is still the latest; drop it where the ticket has a newer note."""
    if now - row.created_at <= STALE:
        return True
    with parts.database.write() as conn:
        if alerts.open_of_ticket(conn, row.ticket_id) and not outbox.has_newer_note(conn, row):
            return True
        outbox.drop(
            conn, row.id, attempt=row.attempts, reason="waited too long; a newer note says what is due"
        )
    return False


def _is_still_wanted(parts: Parts, row: outbox.OutboxRow, follow_up_id: int, now: datetime) -> bool:
    """Whether a reminder may go; drop it where it was moved or ended, and decide a late one anew."""
    is_late = now - row.created_at > STALE
    with parts.database.write() as conn:
        follow_up = follow_ups.get(conn, follow_up_id)
        is_same = (
            follow_up is not None
            and follow_up.status is FollowUpStatus.DISPATCHED
            and key_of(follow_up) == row.key
        )
        if is_same and not is_late:
            return True
        reason = "waited too long; decided anew" if is_same else "its follow-up was moved or ended"
        dropped = outbox.drop(conn, row.id, attempt=row.attempts, reason=reason)
        if dropped and is_same and follow_up is not None:
            follow_ups.postpone(conn, follow_up.id, follow_up.due_at)
    return False


def _hold(parts: Parts, row: outbox.OutboxRow, now: datetime) -> None:
    """Keep a write for show. Its follow-up ends: switched to acting later, nobody wants the backlog."""
    with parts.database.write() as conn:
        if outbox.hold(conn, row.id, attempt=row.attempts) and row.follow_up_id is not None:
            _silence(conn, row.follow_up_id, Reason(Code.OBSERVED), now)


def _drop(parts: Parts, row: outbox.OutboxRow, now: datetime, code: Code) -> None:
    """A closed or deleted ticket takes no note: stay silent, and say why in our own record."""
    with parts.database.write() as conn:
        dropped = outbox.drop(conn, row.id, attempt=row.attempts, reason=code)
        if dropped and row.follow_up_id is not None:
            _silence(conn, row.follow_up_id, Reason(code), now)


def _silence(conn: Connection, follow_up_id: int, reason: Reason, now: datetime) -> None:
    follow_ups.end(conn, follow_up_id, status=FollowUpStatus.SILENT, reason=reason, now=now)
    follow_up = follow_ups.get(conn, follow_up_id)
    if follow_up is not None and follow_up.chain_id is not None:
        chain_course.was_not_sent(conn, follow_up.chain_id, reason, now)
