"""The clocks of a complaint: which calendar counts, which presets apply, and what they say now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from integration.domain import planning, preset
from integration.domain.calendar import Calendar, week_since_sunday
from integration.domain.complaint import Assessment, State
from integration.domain.policy import Policy, Start, Traits
from integration.domain.preset import Deadline, DeadlineState, Preset
from integration.domain.ticket import Comment, Status, Ticket
from integration.parts import Parts
from integration.policies import holiday_sets
from integration.store import clocks, complaints, schedules
from integration.store.complaints import Complaint
from integration.store.schedules import Schedule

FIRST = "first"
LONGEST_HOLIDAY = 400
# Holidays are known for the years in which a limit may begin or end.
YEARS_BACK, YEARS_AHEAD = 2, 3


@dataclass(frozen=True, slots=True)
class Applied:
    """A preset that applies to a complaint, and the calendar by which it counts there."""

    preset: Preset
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class ShownDeadline:
    """A deadline with where it comes from; `preset` is None where its file is gone. No legal advice."""

    deadline: Deadline
    preset: Preset | None
    is_late: bool

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone on whose clock it counts."""
        return ZoneInfo(self.preset.time_zone) if self.preset else None


def deadlines_of(parts: Parts, conn: Connection, complaint_id: int) -> tuple[ShownDeadline, ...]:
    """Return the deadlines of a complaint for people to see: those that run first, strictest first."""
    now = parts.clock()
    shown = [
        ShownDeadline(each, preset_of(parts, each), each.is_late(now))
        for each in clocks.deadlines_of(conn, complaint_id)
    ]
    ended = {DeadlineState.MET, DeadlineState.MET_LATE, DeadlineState.CANCELLED}
    return tuple(sorted(shown, key=lambda each: (each.deadline.state in ended, each.deadline.due_at)))


def preset_of(parts: Parts, deadline: Deadline) -> Preset | None:
    """Return the preset that sets a deadline, as the admin adapted it; None where its file is gone."""
    known = parts.shelf.presets().get(deadline.preset_id, ())
    found = next((each for each in known if each.version == deadline.version), None)
    switches = parts.shelf.clocks().switches
    switch = next((each for each in switches if each.preset_id == deadline.preset_id), None)
    return preset.adapted(found, switch) if found and switch else found


def day_of(parts: Parts, deadline: Deadline) -> date:
    """Return the last day of a deadline on the clock by which it counts."""
    found = preset_of(parts, deadline)
    return deadline.due_at.astimezone(ZoneInfo(found.time_zone) if found else UTC).date()


def calendar_of(parts: Parts, conn: Connection, policy: Policy, now: datetime) -> Calendar:
    """Return the calendar of a policy: its own or the account's schedule, with all its days off united."""
    calendar = policy.calendar
    if policy.schedule and (schedule := _schedule(schedules.read(conn), policy.schedule)):
        calendar = replace(
            calendar,
            zone=ZoneInfo(schedule.zone or policy.time_zone),
            week=week_since_sunday(schedule.intervals),
        ).with_holidays(_days(schedule))
    more = holiday_sets.days(policy.holiday_sets, _years(now))
    return calendar.with_holidays(more | parts.shelf.clocks().days_off)


def traits_of(parts: Parts, ticket: Ticket, assessment: Assessment) -> Traits:
    """Return what policies and presets may ask of a complaint."""
    traits = Traits(ticket, assessment.band, assessment.category, assessment.language)
    return replace(traits, jurisdictions=parts.shelf.clocks().jurisdictions_of(traits))


def presets_for(parts: Parts, traits: Traits, received_at: datetime) -> tuple[Preset, ...]:
    """Return the presets that are switched on for a complaint, in the version of the day it was received."""
    switches, found = parts.shelf.clocks().switches, []
    versions = parts.shelf.presets() if switches else {}
    for switch in switches:
        known = preset.in_force(versions.get(switch.preset_id, ()), received_at)
        if known is not None and switch.scope.holds(traits):
            found.append(preset.adapted(known, switch))
    return tuple(found)


def applying(parts: Parts, traits: Traits, received_at: datetime) -> tuple[Applied, ...]:
    """Return these presets, each with the calendar by which it counts."""
    years = _years(received_at)
    return tuple(
        Applied(each, each.calendar(holiday_sets.days(each.holiday_sets, years)))
        for each in presets_for(parts, traits, received_at)
    )


def applying_calendars(parts: Parts, now: datetime) -> list[Calendar]:
    """Return the calendars of all presets that are switched on, as they are now."""
    switches, found = parts.shelf.clocks().switches, []
    versions = parts.shelf.presets() if switches else {}
    for switch in switches:
        known = preset.in_force(versions.get(switch.preset_id, ()), now)
        if known is not None:
            adapted = preset.adapted(known, switch)
            found.append(adapted.calendar(holiday_sets.days(adapted.holiday_sets, _years(now))))
    return found


def first_deadlines(parts: Parts, traits: Traits, received_at: datetime) -> tuple[Deadline, ...]:
    """Return the deadlines of a complaint of which nothing but its receipt is known, strictest first."""
    starts = planning.moments(received_at)
    found = [
        deadline
        for each in applying(parts, traits, received_at)
        for deadline in preset.deadlines(each.preset, starts, each.calendar, traits=traits)
    ]
    return tuple(sorted(found, key=lambda deadline: (deadline.due_at, deadline.preset_id)))


def refresh_deadlines(
    parts: Parts, conn: Connection, complaint: Complaint, ticket: Ticket, comments: Sequence[Comment]
) -> list[tuple[Deadline | None, Deadline]]:
    """Count a complaint's deadlines again and store them; return what changed, before and after.

    What was met in an earlier stage stays met. A complaint that is none has no deadlines.
    """
    if complaint.state is State.NOT_A_COMPLAINT:
        if clocks.cancel_open(conn, complaint.id):
            clocks.set_complaint_deadline(conn, complaint.id, None)
        return []
    traits = traits_of(parts, ticket, complaint.assessment)
    before = clocks.deadlines_of(conn, complaint.id)
    applied = applying(parts, traits, complaint.received_at)
    if not applied and not before:
        return []
    found = _count(conn, complaint, comments, applied, traits, before)
    changed = clocks.save_deadlines(conn, complaint.id, ticket.id, found)
    first = preset.strictest(found)
    if first is not None or before:
        clocks.set_complaint_deadline(conn, complaint.id, first.due_at if first else None)
    return changed


def refresh_by_ticket(parts: Parts, conn: Connection, ticket: Ticket, comments: Sequence[Comment]) -> bool:
    """Count the deadlines of a ticket's complaint again; return whether another date is the one to keep.

    A closed ticket takes no date any more.
    """
    complaint = complaints.by_ticket(conn, ticket.id)
    # History from before Makegood is on record for its own sake; its clocks have run out long ago.
    if complaint is None or (complaint.is_imported and complaint.resolved_at):
        return False
    refresh_deadlines(parts, conn, complaint, ticket, comments)
    running = preset.strictest(clocks.deadlines_of(conn, complaint.id))
    is_open = ticket.status is not Status.CLOSED
    return is_open and running is not None and running.due_at != complaint.deadline_at


def _count(
    conn: Connection,
    complaint: Complaint,
    comments: Iterable[Comment],
    applied: Iterable[Applied],
    traits: Traits,
    before: Iterable[Deadline],
) -> list[Deadline]:
    noted, stops = clocks.noted(conn, complaint.id), clocks.stops(conn, complaint.id)
    starts = _starts(complaint, comments, noted)
    # Once the requester asked for the next stage, reopening the ticket does not undo the stage before.
    is_appealed = Start.APPEALED in noted
    found: list[Deadline] = []
    for each in applied:
        known = [deadline for deadline in before if deadline.preset_id == each.preset.id]
        mine = [stop for stop in stops if stop.preset_id == each.preset.id]
        found += preset.deadlines(
            each.preset,
            starts,
            each.calendar,
            traits=traits,
            extensions={d.limit_id: d.extension for d in known if d.extension},
            stops=clocks.as_stops(mine),
            is_stopped=any(stop.ended_at is None for stop in mine),
            kept={d.limit_id: d.met_at for d in known if d.met_at} if is_appealed else None,
        )
    return found


def _starts(
    complaint: Complaint, comments: Iterable[Comment], noted: dict[Start, datetime]
) -> dict[Start, datetime | None]:
    replies = [
        comment.created_at
        for comment in comments
        if comment.by_agent and comment.is_public and comment.created_at > complaint.received_at
    ]
    return planning.moments(
        complaint.received_at,
        resolved_at=complaint.resolved_at,
        first_public_reply_at=min(replies, default=None),
        last_public_reply_at=max(replies, default=None),
        told_at=complaint.told_at,
        noted=noted,
    )


def _schedule(found: Iterable[Schedule], wanted: str) -> Schedule | None:
    usable = [each for each in found if each.zone and each.intervals]
    if wanted == FIRST:
        return usable[0] if usable else None
    return next((each for each in usable if wanted in {each.name, str(each.id)}), None)


def _days(schedule: Schedule) -> frozenset[date]:
    return frozenset(
        first + timedelta(days=number)
        for _, first, last in schedule.holidays
        for number in range(min((last - first).days + 1, LONGEST_HOLIDAY))
    )


def _years(around: datetime) -> range:
    return range(around.year - YEARS_BACK, around.year + YEARS_AHEAD + 1)
