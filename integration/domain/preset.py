"""Deadlines that a law, a regulator or a code of practice sets, as data with a version and a source.

None of it is legal advice: it says what a text says, as far as somebody has read it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from integration.domain.calendar import Calendar
from integration.domain.deadline import Limit, Stop
from integration.domain.policy import EVERY_COMPLAINT, Scope, Start, Traits


class Grade(StrEnum):
    """How well a figure is known: read in the rule itself, read about, or only remembered."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class ExtensionRule:
    """By how much a limit may be extended: `limit` counts from the same start, or from the old limit."""

    limit: Limit
    from_limit: bool = False


@dataclass(frozen=True, slots=True)
class PresetLimit:
    """One deadline of a preset: over when `limit` after `start` is, kept if `met_by` happened by then.

    `after` names another limit of the preset from whose keeping it counts.
    """

    id: str
    title: str
    start: Start
    limit: Limit
    met_by: Start
    grade: Grade
    after: str | None = None
    extension: ExtensionRule | None = None
    scope: Scope = EVERY_COMPLAINT
    only_if: str | None = None


@dataclass(frozen=True, slots=True)
class Communication:
    """A letter that must exist, and what must stand in it; whether it satisfies the law, no machine says."""

    id: str
    title: str
    must_say: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Preset:
    """One version of a set of deadlines; `grade` is that of its weakest figure.

    `stops` are the causes for which its clock may stand still.
    """

    id: str
    version: int
    title: str
    effective_from: date
    time_zone: str
    source: str
    reviewed_on: date
    grade: Grade
    limits: tuple[PresetLimit, ...] = ()
    communications: tuple[Communication, ...] = ()
    holiday_sets: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    link: str | None = None
    remarks: str | None = None

    @property
    def is_reviewed(self) -> bool:
        """Whether every figure was read in the rule itself; of the rest an admin must say that they have."""
        return self.grade is Grade.VERIFIED

    def limit(self, limit_id: str) -> PresetLimit | None:
        return next((limit for limit in self.limits if limit.id == limit_id), None)

    def calendar(self, holidays: frozenset[date]) -> Calendar:
        """Return the calendar it counts by: Monday to Friday without `holidays`, where it applies."""
        return Calendar(ZoneInfo(self.time_zone), holidays)


@dataclass(frozen=True, slots=True)
class Switch:
    """A preset that an admin has switched on, for the complaints of `scope`."""

    preset_id: str
    scope: Scope = EVERY_COMPLAINT
    time_zone: str | None = None
    holiday_sets: frozenset[str] | None = None
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """What an admin decided about clocks: presets, which tickets a jurisdiction has, further days off."""

    switches: tuple[Switch, ...] = ()
    jurisdictions: Mapping[str, Scope] = field(default_factory=dict)
    days_off: frozenset[date] = frozenset()

    def jurisdictions_of(self, traits: Traits) -> frozenset[str]:
        """Return the jurisdictions that a complaint belongs to; there may be several or none."""
        return frozenset(name for name, scope in self.jurisdictions.items() if scope.holds(traits))


class DeadlineState(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    MET = "met"
    MET_LATE = "met_late"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Extension:
    """A later limit, the cause of it, and when the requester was told."""

    cause: str
    notice_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Deadline:
    """One limit on one complaint; provisional while the limit that it counts from has not been met."""

    preset_id: str
    version: int
    limit_id: str
    title: str
    starts_at: datetime
    due_at: datetime
    state: DeadlineState = DeadlineState.RUNNING
    met_at: datetime | None = None
    is_provisional: bool = False
    extension: Extension | None = None

    def is_late(self, now: datetime) -> bool:
        return self.state is DeadlineState.RUNNING and now > self.due_at


class NotAllowed(ValueError):
    """The preset does not allow it, or not like this; the words say what is missing."""


class BadMoment(NotAllowed):
    """It would be allowed, but not at the moment given."""


def in_force(versions: Iterable[Preset], received_at: datetime) -> Preset | None:
    """Return the version for a complaint of that day, on the preset's own clock; it never changes later."""
    found = [
        preset
        for preset in versions
        if preset.effective_from <= received_at.astimezone(ZoneInfo(preset.time_zone)).date()
    ]
    return max(found, key=lambda preset: (preset.effective_from, preset.version), default=None)


def adapted(preset: Preset, switch: Switch) -> Preset:
    """Return a preset as the admin wants it; figures nobody has read in the rule itself are left out.

    Unless the admin says on which day they have checked them.
    """
    is_checked = switch.checked_on is not None
    return replace(
        preset,
        limits=tuple(rule for rule in preset.limits if is_checked or rule.grade is Grade.VERIFIED),
        time_zone=switch.time_zone or preset.time_zone,
        holiday_sets=preset.holiday_sets if switch.holiday_sets is None else switch.holiday_sets,
    )


def deadlines(
    preset: Preset,
    starts: Mapping[Start, datetime | None],
    calendar: Calendar,
    *,
    traits: Traits | None = None,
    extensions: Mapping[str, Extension] | None = None,
    stops: Sequence[Stop] = (),
    is_stopped: bool = False,
    kept: Mapping[str, datetime] | None = None,
) -> tuple[Deadline, ...]:
    """Return the deadlines whose clock has started, stricter ones first.

    A limit that counts from the keeping of another is shown from that one's own last moment until it is kept.
    News is owed until the answer. `kept` are limits met in an earlier stage, which a reopened ticket does
    not undo.
    """
    found: dict[str, Deadline] = {}
    for rule in preset.limits:
        if traits is not None and not rule.scope.holds(traits):
            continue
        start, is_provisional = _start(rule, starts, found)
        is_over = rule.start is Start.LAST_NEWS and starts[Start.ANSWERED] is not None
        if start is None or is_over:
            continue
        due_at = rule.limit.ends(start, calendar, _since(start, stops))
        extension = (extensions or {}).get(rule.id)
        if extension is not None:
            due_at = max(due_at, extension.due_at)
        met_at = starts[rule.met_by] or (kept or {}).get(rule.id)
        met_at = met_at if met_at is not None and met_at > start else None
        found[rule.id] = Deadline(
            preset.id,
            preset.version,
            rule.id,
            rule.title,
            start,
            due_at,
            _state(met_at, due_at, is_stopped=is_stopped),
            met_at,
            is_provisional,
            extension,
        )
    return tuple(sorted(found.values(), key=lambda deadline: (deadline.due_at, deadline.limit_id)))


def _start(
    rule: PresetLimit, starts: Mapping[Start, datetime | None], found: Mapping[str, Deadline]
) -> tuple[datetime | None, bool]:
    if rule.after is None:
        return starts[rule.start], False
    before = found.get(rule.after)
    if before is None:
        return None, False
    return (before.met_at, False) if before.met_at else (before.due_at, True)


def _since(start: datetime, stops: Iterable[Stop]) -> list[Stop]:
    return [Stop(max(stop.began_at, start), stop.ended_at) for stop in stops if stop.ended_at > start]


def _state(met_at: datetime | None, due_at: datetime, *, is_stopped: bool) -> DeadlineState:
    if met_at is not None:
        return DeadlineState.MET if met_at <= due_at else DeadlineState.MET_LATE
    return DeadlineState.STOPPED if is_stopped else DeadlineState.RUNNING


def strictest(found: Iterable[Deadline]) -> Deadline | None:
    """Return the deadline to keep first of those that run."""
    running = (deadline for deadline in found if deadline.state is DeadlineState.RUNNING)
    return min(running, key=lambda deadline: (deadline.due_at, deadline.preset_id), default=None)


def extend(
    rule: PresetLimit,
    deadline: Deadline,
    *,
    cause: str,
    notice_at: datetime,
    received_at: datetime,
    calendar: Calendar,
) -> Extension:
    """Return the extension of a limit. Raises `NotAllowed` unless there is a cause and a timely notice."""
    if rule.extension is None:
        raise NotAllowed(f"{deadline.preset_id} knows no extension of “{rule.title}”.")
    if deadline.extension is not None:
        raise NotAllowed(f"“{rule.title}” has been extended already.")
    if not cause.strip():
        raise NotAllowed("An extension needs its cause: say why the time does not suffice.")
    if not received_at <= notice_at <= deadline.due_at:
        raise BadMoment("The requester must have been told before the limit ends, and after the complaint.")
    start = deadline.due_at if rule.extension.from_limit else deadline.starts_at
    due_at = rule.extension.limit.ends(start, calendar)
    if due_at <= deadline.due_at:
        raise NotAllowed("The extension would end before the limit does.")
    return Extension(cause.strip(), notice_at, due_at)


def may_stop(preset: Preset, category: str, reason: str) -> None:
    """Raise `NotAllowed` unless the preset lets its clock stand still for this."""
    if not preset.stops:
        raise NotAllowed(f"The clock of {preset.id} may not be stopped.")
    if category not in preset.stops:
        raise NotAllowed(f"{preset.id} stops only for: {', '.join(sorted(preset.stops))}.")
    if not reason.strip():
        raise NotAllowed("Stopping a clock needs a reason in words.")
