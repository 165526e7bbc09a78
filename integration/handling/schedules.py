"""Keeps up with Zendesk's schedules, and counts again what a new holiday moves."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from integration.domain import planning
from integration.domain.calendar import Calendar
from integration.domain.policy import Policy
from integration.domain.preset import Deadline
from integration.handling.clocks import applying_calendars, calendar_of, refresh_deadlines
from integration.handling.next_dates import keep_current
from integration.parts import Parts
from integration.store import audit_log, clocks, complaints, follow_ups, kept, schedules, tickets
from integration.store.clocks import CountedStep
from integration.store.schedules import Schedule
from integration.zendesk.errors import ZendeskError
from integration.zendesk.schedules import FoundSchedule, read_schedules
from integration.zendesk.time_zones import zone_of

_Row = TypeVar("_Row")
log = logging.getLogger(__name__)

CALENDARS = "calendars"
LAST_RUN = "last_schedules"
BATCH = 500
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """How many days a change of calendars moved."""

    follow_ups: int = 0
    deadlines: int = 0


def sync_schedules(parts: Parts) -> Moved:
    """Read the account's schedules, and count again whatever a changed calendar moves.

    An account whose plan has no schedules, or that does not answer, keeps those it had.
    """
    now = parts.clock()
    try:
        found = [_known(each) for each in read_schedules(parts.zendesk.session)]
    except ZendeskError as error:
        log.warning("The schedules could not be read.", extra={"reason": str(error)})
        return recalculate(parts)
    for each in found:
        if each.zone is None:
            log.warning("A schedule's time zone is not known.", extra={"schedule": each.id})
    with parts.database.write() as conn:
        before = schedules.read(conn)
        if before != sorted(found, key=lambda each: each.id):
            schedules.save(conn, found, now=now)
            _log_change(conn, before, found, now)
        kept.put(conn, LAST_RUN, {"at": now.isoformat(), "schedules": len(found)}, now=now)
    return recalculate(parts)


def recalculate(parts: Parts) -> Moved:
    """Count running follow-ups and deadlines again where a calendar changed; each move is logged."""
    now = parts.clock()
    with parts.database.read() as conn:
        calendars = _fingerprint(parts, conn, now)
        if kept.get(conn, CALENDARS) == calendars:
            return Moved()
    moved = Moved(_move_follow_ups(parts, now), _move_deadlines(parts, now))
    with parts.database.write() as conn:
        kept.put(conn, CALENDARS, calendars, now=now)
    return moved


def _batched(rows: Sequence[_Row], size: int) -> Iterator[Sequence[_Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _known(found: FoundSchedule) -> Schedule:
    return Schedule(
        id=found.id,
        name=found.name,
        time_zone=found.time_zone,
        zone=zone_of(found.time_zone),
        intervals=found.intervals,
        holidays=found.holidays,
    )


def _log_change(conn: Connection, before: list[Schedule], after: list[Schedule], now: datetime) -> None:
    audit_log.write(
        conn,
        at=now,
        actor="makegood",
        action="schedules changed",
        subject="schedules",
        before=[_plain(each) for each in before],
        after=[_plain(each) for each in after],
    )


def _plain(schedule: Schedule) -> dict[str, Any]:
    days = [f"{name}: {first} to {last}" for name, first, last in schedule.holidays]
    return {**asdict(schedule), "intervals": len(schedule.intervals), "holidays": days}


def _fingerprint(parts: Parts, conn: Connection, now: datetime) -> str:
    """Return what stays the same as long as no calendar changes."""
    found = [calendar_of(parts, conn, policy, now) for policy in parts.shelf.in_force(now)]
    found += applying_calendars(parts, now)
    lines = [_line(calendar) for calendar in found]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _line(calendar: Calendar) -> str:
    return f"{calendar.zone.key} {calendar.week} {sorted(map(str, calendar.holidays))}"


def _move_follow_ups(parts: Parts, now: datetime) -> int:
    counts: dict[tuple[str, int], tuple[Policy, Calendar]] = {}
    moved = 0
    for batch in _steps(parts):
        late = [(step, due_at) for step in batch if (due_at := _due(parts, step, counts, now)) != step.due_at]
        # Short writes: on SQLite everybody else waits for them.
        for few in _batched(late, AT_ONCE):
            with parts.database.write() as conn:
                moved += sum(_move(parts, conn, step, due_at, now) for step, due_at in few)
    return moved


def _steps(parts: Parts) -> Iterator[list[CountedStep]]:
    above = 0
    while True:
        with parts.database.read() as conn:
            batch = clocks.counted_steps(conn, above=above, limit=BATCH)
        if not batch:
            return
        yield batch
        above = batch[-1].id


def _due(
    parts: Parts, step: CountedStep, counts: dict[tuple[str, int], tuple[Policy, Calendar]], now: datetime
) -> datetime:
    key = step.policy_id, step.policy_version
    if key not in counts:
        policy = parts.shelf.running(*key, now)
        with parts.database.read() as conn:
            counts[key] = policy, calendar_of(parts, conn, policy, now)
    policy, calendar = counts[key]
    rule = policy.step(step.name)
    if rule is None or step.pauses.since is not None:
        return step.due_at
    return planning.due(policy, rule, step.counted_from, calendar, step.pauses.over)


def _move(parts: Parts, conn: Connection, step: CountedStep, due_at: datetime, now: datetime) -> bool:
    if not follow_ups.postpone(conn, step.id, due_at):
        return False
    audit_log.write(
        conn,
        at=now,
        actor="makegood",
        action="follow-up moved by a calendar",
        subject=f"ticket:{step.ticket_id}",
        before={"name": step.name, "due_at": step.due_at.isoformat()},
        after={"name": step.name, "due_at": due_at.isoformat()},
    )
    keep_current(parts, conn, step.ticket_id, now)
    return True


def _move_deadlines(parts: Parts, now: datetime) -> int:
    above, moved = 0, 0
    while True:
        with parts.database.read() as conn:
            batch = clocks.complaints_on_the_clock(conn, above=above, limit=BATCH)
        if not batch:
            return moved
        for few in _batched(batch, AT_ONCE):
            with parts.database.write() as conn:
                moved += sum(_count_again(parts, conn, complaint_id, now) for complaint_id in few)
        above = batch[-1]


def _count_again(parts: Parts, conn: Connection, complaint_id: int, now: datetime) -> int:
    complaint = complaints.get(conn, complaint_id)
    ticket = tickets.get(conn, complaint.ticket_id) if complaint else None
    if complaint is None or ticket is None:
        return 0
    changed = refresh_deadlines(parts, conn, complaint, ticket, tickets.comments(conn, ticket.id))
    later = [(before, after) for before, after in changed if before and before.due_at != after.due_at]
    for before, after in later:
        audit_log.write(
            conn,
            at=now,
            actor="makegood",
            action="deadline moved by a calendar",
            subject=f"ticket:{ticket.id}",
            before=_shown(before),
            after=_shown(after),
        )
    if later:
        keep_current(parts, conn, ticket.id, now)
    return len(later)


def _shown(deadline: Deadline) -> dict[str, Any]:
    return {
        "preset": deadline.preset_id,
        "limit": deadline.limit_id,
        "due_at": deadline.due_at.isoformat(),
    }
