"""A dry run over tickets of the past: what policies and rules would have found, suggested and said.

Nothing is written, here or in Zendesk, and Zendesk is not asked either.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.domain import complaint, planning, preset, suggestion
from integration.domain.complaint import Assessment, State
from integration.domain.history import summarise
from integration.domain.policy import Policy, Reach, Start
from integration.domain.preset import DeadlineState
from integration.domain.simulation import Outcome, Past, Resolution, simulate
from integration.domain.ticket import Status, Ticket
from integration.handling import suggesting
from integration.handling.case import Case, read_case
from integration.handling.clocks import applying, calendar_of, traits_of
from integration.parts import Parts
from integration.policies.load import CUES, RULES
from integration.policies.problem import PolicyProblem
from integration.store import complaints, past_tickets
from integration.store.complaints import Action, Complaint

MOST_TICKETS = 20_000
MOST_EXAMPLES = 200
MOST_DAYS = 366
DEFAULT_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Reminder:
    """One time at which a step would have fallen due; `reason` says why it would have kept silent."""

    ticket_id: int
    policy_id: str
    step: str
    reach: Reach
    due_at: datetime
    spoke: bool
    reason: str | None


@dataclass(slots=True)
class StepRun:
    """What became of one step over all complaints."""

    reach: Reach
    spoke: int = 0
    silent: Counter[str] = field(default_factory=Counter)
    to_come: int = 0


@dataclass(slots=True)
class PolicyRun:
    """What one policy would have done."""

    id: str
    version: int
    title: str
    complaints: int = 0
    steps: dict[str, StepRun] = field(default_factory=dict)

    @property
    def reminders(self) -> int:
        return sum(step.spoke for step in self.steps.values())


@dataclass(slots=True)
class PresetRun:
    """How the deadlines of one preset would have gone."""

    id: str
    title: str
    deadlines: int = 0
    met: int = 0
    late: int = 0
    running: int = 0


@dataclass(slots=True)
class DryRun:
    """The result; `left_out` tickets were not looked at for want of time.

    Of `without_comments` complaints no reply is known, as an import brings none: with replies there would
    be fewer reminders.
    """

    days: int
    tickets: int = 0
    looked_at: int = 0
    left_out: int = 0
    bands: Counter[str] = field(default_factory=Counter)
    suggested: Counter[str] = field(default_factory=Counter)
    policies: dict[str, PolicyRun] = field(default_factory=dict)
    presets: dict[str, PresetRun] = field(default_factory=dict)
    examples: list[Reminder] = field(default_factory=list)
    without_comments: int = 0
    problems: tuple[PolicyProblem, ...] = ()

    @property
    def complaints(self) -> int:
        return self.bands.total()

    @property
    def reminders(self) -> int:
        return sum(policy.reminders for policy in self.policies.values())


def dry_run(
    parts: Parts,
    documents: Mapping[str, str],
    days: int,
    *,
    with_suggestions: bool = True,
    seconds: float | None = DEFAULT_SECONDS,
) -> DryRun:
    """Play the tickets of the last `days` through the policies, and through `documents` in their place.

    `documents` are texts by their names in a policies folder, such as `house.yaml`, as a draft would be
    published. What agents and rules have said of a ticket stands, unless rules or word lists are among them:
    then every ticket is judged anew. After `seconds` it stops and says how many were left out.
    """
    parts = replace(parts, shelf=parts.shelf.overlaid(documents)) if documents else parts
    days = max(1, min(days, MOST_DAYS))
    now = parts.clock()
    run = DryRun(days, problems=parts.shelf.problems)
    judges_anew = any(name == RULES or name.startswith(f"{CUES}/") for name in documents)
    until = None if seconds is None else time.monotonic() + seconds
    with parts.database.read() as conn:
        since = now - timedelta(days=days)
        run.tickets = past_tickets.count_since(conn, since)
        find = past_tickets.created_since if judges_anew else past_tickets.complaints_since
        ids = find(conn, since, limit=MOST_TICKETS)
    for number, ticket_id in enumerate(ids):
        if until is not None and time.monotonic() > until:
            run.left_out = len(ids) - number
            break
        run.looked_at += 1
        with parts.database.read() as conn:
            _look_at(parts, conn, run, ticket_id, now, judges_anew, with_suggestions)
    return run


def _look_at(
    parts: Parts,
    conn: Connection,
    run: DryRun,
    ticket_id: int,
    now: datetime,
    judges_anew: bool,
    with_suggestions: bool,
) -> None:
    case = read_case(conn, ticket_id, now=now)
    if case is None or case.is_dismissed:
        return
    said = case.complaint.assessment if case.complaint else None
    assessment = _judge(parts, case) if judges_anew or said is None else said
    if not assessment.is_complaint and (judges_anew or said is None):
        return
    run.bands[assessment.band] += 1
    if with_suggestions:
        _suggest(parts, conn, run, case, assessment)
    past = _past(conn, case, assessment)
    run.without_comments += not case.comments
    traits = traits_of(parts, case.ticket, assessment)
    policy = parts.shelf.current(now, traits)
    outcomes = simulate(policy, past, calendar=calendar_of(parts, conn, policy, now), now=now)
    _count(run, policy, past, outcomes)
    for each in applying(parts, traits, past.received_at):
        starts = _starts(past)
        found = preset.deadlines(each.preset, starts, each.calendar, traits=traits)
        _count_deadlines(run.presets.setdefault(each.preset.id, _preset_run(each.preset)), found, now)


def _judge(parts: Parts, case: Case) -> Assessment:
    return complaint.detect(
        case.ticket,
        case.texts,
        rules=parts.shelf.rules(),
        cues=parts.shelf.cues(),
        history=case.history,
        now=case.ticket.created_at,
        read=parts.read,
    )


def _past(conn: Connection, case: Case, assessment: Assessment) -> Past:
    ticket, known = case.ticket, case.complaint
    return Past(
        ticket,
        case.comments,
        known.received_at if known else ticket.created_at,
        assessment.band,
        tuple(_resolutions(complaints.actions(conn, known.id) if known else (), known, ticket)),
        known.outcome if known else None,
    )


def _resolutions(actions: Iterable[Action], known: Complaint | None, ticket: Ticket) -> Iterator[Resolution]:
    since: datetime | None = None
    for action in actions:
        if action.kind in {"solved", "resolved"}:
            since = since or action.at
        elif action.kind == "reopened" and since is not None:
            yield Resolution(since, action.at)
            since = None
    is_resolved = known is None or known.state is State.RESOLVED
    if known is not None and known.resolved_at is not None:
        yield Resolution(known.resolved_at)
    elif ticket.status in {Status.SOLVED, Status.CLOSED}:
        # Nobody told the requester how it ended, so the complaint is open; its ticket is not.
        yield Resolution(ticket.updated_at, is_told=is_resolved)


def _starts(past: Past) -> dict[Start, datetime | None]:
    replies = [
        c.created_at for c in past.comments if c.by_agent and c.is_public and c.created_at > past.received_at
    ]
    last = max(replies, default=None)
    # Where no reply is known, the end of the ticket is the best word for when the requester was told.
    told_at = last or (past.resolved_at if not past.comments else None)
    return planning.moments(
        past.received_at,
        resolved_at=past.resolved_at,
        first_public_reply_at=min(replies, default=None),
        last_public_reply_at=last,
        told_at=told_at,
    )


def _suggest(parts: Parts, conn: Connection, run: DryRun, case: Case, assessment: Assessment) -> None:
    cards, locale = parts.library.cards(), case.locale(assessment.language)
    now = case.ticket.created_at
    ranked = suggestion.rank(
        cards,
        assessment=assessment,
        summary=summarise(case.history, category=assessment.category, now=now),
        ticket=case.ticket,
        locale=locale,
        used=case.used_templates,
        situation=case.situation(is_repeat=bool(case.complaint and case.complaint.repeat)),
        likeness=suggesting.likeness(parts, case, cards, locale, parts.choices.read(conn), now),
    )
    if ranked:
        run.suggested[ranked[0].template_id] += 1


def _count(run: DryRun, policy: Policy, past: Past, outcomes: Collection[Outcome]) -> None:
    mine = run.policies.setdefault(policy.id, PolicyRun(policy.id, policy.version, policy.title))
    mine.complaints += 1
    for outcome in outcomes:
        step = mine.steps.setdefault(outcome.step.id, StepRun(outcome.step.reach))
        if outcome.spoke:
            step.spoke += 1
        elif outcome.reason is not None:
            step.silent[outcome.reason.code] += 1
        else:
            step.to_come += 1
    room = MOST_EXAMPLES - len(run.examples)
    run.examples += list(_reminders(policy, past, outcomes))[: max(room, 0)]


def _reminders(policy: Policy, past: Past, outcomes: Collection[Outcome]) -> Iterator[Reminder]:
    for each in outcomes:
        if each.reason is not None:
            yield Reminder(
                past.ticket.id,
                policy.id,
                each.step.id,
                each.step.reach,
                each.due_at,
                each.spoke,
                None if each.spoke else each.reason.code,
            )


def _preset_run(known: preset.Preset) -> PresetRun:
    return PresetRun(known.id, known.title)


def _count_deadlines(run: PresetRun, found: Collection[preset.Deadline], now: datetime) -> None:
    run.deadlines += len(found)
    for deadline in found:
        run.met += deadline.state is DeadlineState.MET
        run.late += deadline.state is DeadlineState.MET_LATE or deadline.is_late(now)
        run.running += deadline.state is DeadlineState.RUNNING and not deadline.is_late(now)
