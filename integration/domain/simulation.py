"""What a policy would have done about a complaint of the past: which follow-ups, and which of them spoke."""

from dataclasses import dataclass, replace
from datetime import datetime

from integration.domain import followup, planning
from integration.domain.calendar import Calendar
from integration.domain.complaint import State
from integration.domain.followup import FollowUp, FollowUpStatus
from integration.domain.planning import Planned
from integration.domain.policy import Policy, Step
from integration.domain.reason import Reason
from integration.domain.ticket import Comment, Status, Ticket


@dataclass(frozen=True, slots=True)
class Past:
    """A complaint with all that is known of how it went."""

    ticket: Ticket
    comments: tuple[Comment, ...]
    received_at: datetime
    band: str
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step: it spoke at `due_at`, ended silently for `reason`, or is still to come."""

    step: Step
    due_at: datetime
    spoke: bool
    reason: Reason | None


def simulate(policy: Policy, past: Past, *, calendar: Calendar, now: datetime) -> tuple[Outcome, ...]:
    """Play a complaint through a policy with the rules that run it, up to `now`."""
    outcomes: list[Outcome] = []
    running: dict[str, Planned] = {}
    begun: set[tuple[str, datetime]] = set()
    for moment in _moments(past, now):
        running = _fall_due(policy, past, running, moment, outcomes)
        running = _end(policy, past, running, moment, outcomes)
        for planned in _planned(policy, past, running, moment, calendar):
            if (planned.name, planned.since) not in begun:
                begun.add((planned.name, planned.since))
                running[planned.name] = planned
    for planned in _fall_due(policy, past, running, now, outcomes).values():
        outcomes.append(Outcome(_step(policy, planned), planned.due_at, False, None))
    return tuple(sorted(outcomes, key=lambda outcome: outcome.due_at))


def _moments(past: Past, now: datetime) -> list[datetime]:
    happened = [comment.created_at for comment in past.comments if comment.is_public]
    if past.resolved_at:
        happened.append(past.resolved_at)
    return [past.received_at, *sorted(at for at in happened if past.received_at < at <= now)]


def _planned(
    policy: Policy, past: Past, running: dict[str, Planned], moment: datetime, calendar: Calendar
) -> tuple[Planned, ...]:
    replies = [c.created_at for c in past.comments if c.by_agent and c.is_public and c.created_at <= moment]
    is_resolved = past.resolved_at is not None and past.resolved_at <= moment
    planned = planning.plan(
        policy,
        received_at=past.received_at,
        band=past.band,
        existing=running,
        now=moment,
        resolved_at=past.resolved_at if is_resolved else None,
        last_public_reply_at=max(replies, default=None),
        calendar=calendar,
    )
    if not is_resolved:
        return planned
    return tuple(each for each in planned if followup.Satisfier.RESOLVED not in each.satisfied_by)


def _fall_due(
    policy: Policy, past: Past, running: dict[str, Planned], moment: datetime, outcomes: list[Outcome]
) -> dict[str, Planned]:
    """Decide what falls due by a moment; return what goes on running."""
    for planned in [each for each in running.values() if each.due_at <= moment]:
        verdict = _verdict(past, planned, planned.due_at)
        outcomes.append(Outcome(_step(policy, planned), planned.due_at, verdict.speak, verdict.reason))
    return {name: each for name, each in running.items() if each.due_at > moment}


def _end(
    policy: Policy, past: Past, running: dict[str, Planned], moment: datetime, outcomes: list[Outcome]
) -> dict[str, Planned]:
    """End what has lost its reason by a moment; return what goes on running."""
    going_on = {}
    for name, planned in running.items():
        verdict = _verdict(past, planned, moment)
        if verdict.speak:
            going_on[name] = planned
        else:
            outcomes.append(Outcome(_step(policy, planned), planned.due_at, False, verdict.reason))
    return going_on


def _verdict(past: Past, planned: Planned, moment: datetime) -> followup.Verdict:
    is_resolved = past.resolved_at is not None and past.resolved_at <= moment
    ticket = replace(
        past.ticket, status=Status.SOLVED if is_resolved else Status.OPEN, merged_into=None, updated_at=moment
    )
    known = [comment for comment in past.comments if comment.created_at <= moment]
    follow_up = FollowUp(
        id=0,
        ticket_id=past.ticket.id,
        complaint_id=0,
        name=planned.name,
        note=planned.note,
        due_at=min(planned.due_at, moment),
        planned_at=planned.since,
        status=FollowUpStatus.DISPATCHED,
        satisfied_by=planned.satisfied_by,
    )
    state = State.RESOLVED if is_resolved else State.CONFIRMED
    return followup.decide(follow_up, ticket, known, complaint_state=state, now=moment)


def _step(policy: Policy, planned: Planned) -> Step:
    step = policy.step(planned.name)
    if step is None:
        raise AssertionError("planned by this policy")
    return step
