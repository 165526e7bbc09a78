"""What speaking means for a follow-up that is due: a note, somebody else's ticket, a list, or a message."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain import closing, followup
from integration.domain.alert import AlertKind
from integration.domain.chain import Act, ChainVerdict
from integration.domain.complaint import State
from integration.domain.followup import FollowUp, FollowUpStatus, Satisfier
from integration.domain.history import PromiseState
from integration.domain.policy import Policy, Reach, Start, Step
from integration.domain.promise import Ending, settle
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment, Ticket
from integration.handling import chain_course, chains, notes
from integration.handling import promises as promise_acts
from integration.handling.alerts import raise_alert
from integration.handling.case import read_case
from integration.handling.next_dates import changed
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.store import complaints, follow_ups, outbox, promises
from integration.store.chains import lock_requester
from integration.store.complaints import Complaint

# Deadlines before courtesy: what the requester waits for goes out first.
PRIORITY = {"first_reply_high": 1, "first_reply": 1, "promise": 1, "tell_customer": 2, "update": 3}
URGENT = frozenset(PRIORITY) - {"update"}
COURTESY = 7
IN_THE_OUTBOX = timedelta(days=7)
_NOWHERE = {Reach.SIDE_LIST: Code.SIDE_LIST, Reach.DIGEST: Code.IN_DIGEST}


def key_of(follow_up: FollowUp) -> str:
    """Return the outbox key of a follow-up's reminder; once the follow-up is moved, it needs another."""
    return f"follow-up:{follow_up.id}:{follow_up.revision}"


def remind(
    parts: Parts,
    follow_up: FollowUp,
    ticket: Ticket,
    comments: Sequence[Comment],
    state: State | None,
    now: datetime,
) -> None:
    """Let a due follow-up speak once, in its policy's way; raises the library's errors."""
    with parts.database.read() as conn:
        complaint = complaints.by_ticket(conn, follow_up.ticket_id)
    policy, step = _policy_step(parts, follow_up, complaint, now)
    pointless = _pointless(follow_up, step, complaint, ticket, comments)
    if pointless is not None:
        with parts.database.write() as conn:
            silence(conn, follow_up, pointless, now)
        return
    reach = step.reach if step else Reach.NOTE
    if follow_up.promise_id is not None and not _is_owed(parts, follow_up, comments, policy, now):
        return
    if reach in _NOWHERE or reach is Reach.REQUESTER:
        _without_note(parts, follow_up, policy, step, reach, now)
        return
    marker = notes.new_marker()
    with parts.database.read() as conn:
        speaks = _speaks_for_ticket(conn, follow_up, ticket, comments, state, now)
        note = notes.reminder(conn, parts, follow_up, ticket, comments, marker, now) if speaks else None
    with parts.database.write() as conn:
        if note is None:
            silence(conn, follow_up, Reason(Code.NEWER_REMINDER), now)
            return
        # The outbox has it now; claiming it again meanwhile would only read the ticket again.
        follow_ups.try_later(conn, follow_up.id, now + IN_THE_OUTBOX)
        outbox.add(
            conn,
            key=key_of(follow_up),
            kind="remind",
            ticket_id=follow_up.ticket_id,
            marker=marker,
            note=note,
            fields=changed(parts, conn, follow_up.ticket_id, now, but_for=follow_up.id),
            priority=_priority(follow_up),
            now=now,
            follow_up_id=follow_up.id,
            assignee_id=step.assignee_id if step and reach is Reach.ASSIGNEE else None,
            group_id=step.group_id if step and reach is Reach.ASSIGNEE else None,
        )
        if step is not None and step.level > 0:
            alert_late_step(conn, follow_up, step, policy, now)


def write_to_requester(
    parts: Parts, follow_up: FollowUp, ticket: Ticket, comments: Sequence[Comment], now: datetime
) -> None:
    """Send a chain's next message, or do what its rules say instead; raises the library's errors."""
    with parts.database.read() as conn:
        calendar = working_hours(parts, conn, now)
        found = chain_course.next_message(conn, follow_up, ticket, comments, calendar, now)
        name = chain_course.requester_name(conn, ticket)
    # Before the write begins: on SQLite everybody else would wait for the renderer.
    text = chain_course.message(parts, *found, name) if found is not None and _is_sent(found[1]) else None
    with parts.database.write() as conn:
        if text is not None:
            lock_requester(conn, ticket.requester_id)
            found = chain_course.next_message(conn, follow_up, ticket, comments, calendar, now)
        if found is None:
            silence(conn, follow_up, Reason(Code.ENDED), now)
        elif text is None or not _is_sent(found[1]):
            chain_course.follow(conn, *found, calendar, now)
        else:
            follow_ups.try_later(conn, follow_up.id, now + IN_THE_OUTBOX)
            chain_course.send(conn, *found, text, follow_up, key_of(follow_up), now)


def _is_sent(verdict: ChainVerdict) -> bool:
    return verdict.act in {Act.SEND, Act.SOLVE}


def silence(conn: Connection, follow_up: FollowUp, reason: Reason, now: datetime) -> None:
    """End a follow-up without a word, and keep why."""
    follow_ups.end(
        conn,
        follow_up.id,
        status=FollowUpStatus.SILENT,
        reason=reason,
        now=now,
        revision=follow_up.revision,
    )


def _pointless(
    follow_up: FollowUp,
    step: Step | None,
    complaint: Complaint | None,
    ticket: Ticket,
    comments: Sequence[Comment],
) -> Reason | None:
    """Return what took the point from a step: what cancels it, or an outcome that wants no check-in."""
    if step is None or complaint is None:
        return None
    asks = step.start is Start.RESOLVED and Satisfier.REQUESTER_WROTE in follow_up.satisfied_by
    due_at = follow_up.due_at
    if asks and closing.check_in_at(complaint.outcome, due_at, due_at) is None:
        return Reason(Code.NO_CHECK_IN)
    state = complaint.state
    return followup.cancelled(follow_up, step.cancelled_by, ticket, comments, complaint_state=state)


def _policy_step(
    parts: Parts, follow_up: FollowUp, complaint: Complaint | None, now: datetime
) -> tuple[Policy, Step | None]:
    """Return the policy that the complaint started with and the step that the follow-up came from."""
    running = (complaint.policy_id, complaint.policy_version) if complaint else (None, None)
    policy = parts.shelf.running(*running, now)
    is_policy_s = follow_up.promise_id is None and follow_up.complaint_id is not None
    return policy, policy.step(follow_up.name) if is_policy_s else None


def _speaks_for_ticket(
    conn: Connection,
    follow_up: FollowUp,
    ticket: Ticket,
    comments: Sequence[Comment],
    state: State | None,
    now: datetime,
) -> bool:
    """Whether this is the latest due of all that would speak: after downtime one message is enough."""
    # One that is done already will say nothing, so nobody may stay silent for its sake.
    overdue = [
        other
        for other in follow_ups.running(conn, follow_up.ticket_id)
        if other.chain_id is None
        and followup.decide(other, ticket, comments, complaint_state=state, now=now).speak
    ]
    return max(overdue, key=lambda f: (f.due_at, f.id), default=follow_up).id == follow_up.id


def _is_owed(
    parts: Parts, follow_up: FollowUp, comments: Sequence[Comment], policy: Policy, now: datetime
) -> bool:
    """Settle a promise that is due; True where it was broken, which is worth a reminder."""
    with parts.database.write() as conn:
        kept = promises.get(conn, follow_up.promise_id or 0)
        if kept is None:
            silence(conn, follow_up, Reason(Code.ENDED), now)
            return False
        ending, by = settle(
            comments,
            made_at=kept.made_at,
            due_at=kept.promise.due_at,
            by_letter=kept.template_id is not None,
        )
        if ending is Ending.BROKEN:
            if promises.set_state(conn, kept.id, PromiseState.BROKEN, at=now):
                promise_acts.record(conn, kept, "broken", None, now, {})
                raise_alert(
                    conn,
                    AlertKind.MISSED_PROMISE,
                    ticket_id=follow_up.ticket_id,
                    complaint_id=follow_up.complaint_id,
                    reasons=(Reason(Code.BROKEN_PROMISE),),
                    calendar=policy.calendar,
                    now=now,
                    about=f"{kept.id}.{kept.moves}",
                )
            return True
        if ending is Ending.NEVER_SENT:
            promises.set_state(conn, kept.id, PromiseState.WITHDRAWN, at=now)
            promise_acts.record(conn, kept, "never sent", None, now, {})
            silence(conn, follow_up, Reason(Code.NEVER_SENT), now)
            return False
        promises.set_state(conn, kept.id, PromiseState.KEPT, at=by.created_at if by else now)
        promise_acts.record(conn, kept, "kept", None, now, {"comment_id": by.id if by else None})
        follow_ups.end(
            conn,
            follow_up.id,
            status=FollowUpStatus.SATISFIED,
            reason=Reason(Code.PROMISE_KEPT),
            now=now,
            revision=follow_up.revision,
        )
    return False


def _without_note(
    parts: Parts, follow_up: FollowUp, policy: Policy, step: Step | None, reach: Reach, now: datetime
) -> None:
    with parts.database.write() as conn:
        reason = Reason(_NOWHERE[reach]) if reach in _NOWHERE else None
        if reason is None:
            case = read_case(conn, follow_up.ticket_id, now=now)
            reason = Reason(Code.TICKET_GONE)
            if case is not None:
                reason = chains.start_for_policy(
                    conn, case, follow_up, follow_up.note, policy.calendar, now
                ) or Reason(Code.SENT_BY_CHAIN)
        silence(conn, follow_up, reason, now)
        if step is not None and (step.level > 0 or reach is Reach.SIDE_LIST):
            alert_late_step(conn, follow_up, step, policy, now)


def alert_late_step(conn: Connection, follow_up: FollowUp, step: Step, policy: Policy, now: datetime) -> None:
    """Raise the alert that an escalation brings, once."""
    raise_alert(
        conn,
        AlertKind.LATE_STEP,
        ticket_id=follow_up.ticket_id,
        complaint_id=follow_up.complaint_id,
        reasons=(Reason(Code.DUE, {"name": step.id, "level": step.level}),),
        calendar=policy.calendar,
        now=now,
        about=f"{follow_up.id}",
    )


def _priority(follow_up: FollowUp) -> int:
    return PRIORITY["promise"] if follow_up.is_promise else PRIORITY.get(follow_up.name, COURTESY)
