"""What a policy would have done about a complaint of the past: which follow-ups, and which of them spoke."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from integration.domain import closing, followup, planning
from integration.domain.calendar import Calendar
from integration.domain.complaint import State
from integration.domain.followup import FollowUp, FollowUpStatus, Satisfier
from integration.domain.history import Outcome as End
from integration.domain.planning import Planned
from integration.domain.policy import Policy, Start, Step
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment, Status, Ticket

_GONE = frozenset({Status.CLOSED, Status.DELETED})


@dataclass(frozen=True, slots=True)
class Resolution:
    """A time in which the complaint, or at least its ticket, was solved; `until` it was reopened."""

    since: datetime
    until: datetime | None = None
    is_told: bool = True

    def holds(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Past:
    """A complaint with all that is known of how it went; `end` is what came of it."""

    ticket: Ticket
    comments: tuple[Comment, ...]
    received_at: datetime
    band: str
    resolutions: tuple[Resolution, ...] = ()
    end: End | None = None

    @property
    def resolved_at(self) -> datetime | None:
        """When the complaint was resolved for good."""
        last = self.resolutions[-1] if self.resolutions else None
        return last.since if last is not None and last.until is None and last.is_told else None

    def resolution(self, moment: datetime) -> Resolution | None:
        """Return the one that held at a moment."""
        return next((each for each in self.resolutions if each.holds(moment)), None)

    def ticket_at(self, moment: datetime) -> Ticket:
        """Return the ticket as it was; when it closed, was merged or deleted, it was touched last."""
        is_gone = self.ticket.status in _GONE or self.ticket.merged_into is not None
        if is_gone and moment >= self.ticket.updated_at:
            return self.ticket
        status = Status.SOLVED if self.resolution(moment) else Status.OPEN
        return replace(self.ticket, status=status, merged_into=None, updated_at=moment)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step: it spoke at `due_at`, ended silently for `reason`, or is still to come."""

    step: Step
    due_at: datetime
    spoke: bool
    reason: Reason | None


def simulate(policy: Policy, past: Past, *, calendar: Calendar, now: datetime) -> tuple[Outcome, ...]:
    """Play a complaint through a policy with the rules that run it, up to `now`."""
    play = _Play(policy, past, calendar)
    for moment in _moments(past, now):
        play.fall_due(moment)
        play.end(moment)
        play.plan(moment)
    play.fall_due(now)
    return play.outcomes()


class _Play:
    """One complaint on its way through a policy."""

    def __init__(self, policy: Policy, past: Past, calendar: Calendar) -> None:
        self._policy, self._past, self._calendar = policy, past, calendar
        self._running: dict[str, Planned] = {}
        self._begun: dict[tuple[str, datetime], Reason | None] = {}
        self._outcomes: list[Outcome] = []

    def plan(self, moment: datetime) -> None:
        """Begin what the policy asks for by a moment, each start of a step once."""
        for planned in self._planned(moment):
            key = planned.name, planned.since
            ended = self._begun.get(key)
            # What only the end of the ticket satisfied starts again when it is reopened.
            if key not in self._begun or (ended is not None and ended.code == Code.RESOLVED):
                self._begun[key] = None
                self._running[planned.name] = planned

    def fall_due(self, moment: datetime) -> None:
        """Decide what falls due by a moment, in its order."""
        for planned in sorted(self._running.values(), key=lambda each: each.due_at):
            if planned.due_at > moment or self._waits(planned):
                continue
            reason = self._silent(planned, planned.due_at)
            self._close(planned, spoke=reason is None, reason=reason or Reason(Code.DUE))

    def end(self, moment: datetime) -> None:
        """End what has lost its reason by a moment."""
        for planned in tuple(self._running.values()):
            if reason := self._silent(planned, moment):
                self._close(planned, spoke=False, reason=reason)

    def outcomes(self) -> tuple[Outcome, ...]:
        """Return what became of each step; what still runs is to come."""
        to_come = [Outcome(self._step(each), each.due_at, False, None) for each in self._running.values()]
        return tuple(sorted((*self._outcomes, *to_come), key=lambda outcome: outcome.due_at))

    def _planned(self, moment: datetime) -> Iterable[Planned]:
        past, solved = self._past, self._past.resolution(moment)
        if past.ticket_at(moment).status in _GONE:
            return
        resolved_at = solved.since if solved is not None and solved.is_told else None
        replies = (
            c.created_at for c in past.comments if c.by_agent and c.is_public and c.created_at <= moment
        )
        for planned in planning.plan(
            self._policy,
            received_at=past.received_at,
            band=past.band,
            existing=self._running,
            now=moment,
            resolved_at=resolved_at,
            last_public_reply_at=max(replies, default=None),
            calendar=self._calendar,
        ):
            if solved is not None and Satisfier.RESOLVED in planned.satisfied_by:
                continue
            if resolved_at is None or not _asks(self._step(planned)):
                yield planned
            elif due_at := closing.check_in_at(past.end, resolved_at, planned.due_at):
                yield replace(planned, due_at=due_at)

    def _waits(self, planned: Planned) -> bool:
        """Whether the ticket waits to this day and the step with it; earlier pauses are not known."""
        ticket = self._past.ticket
        return ticket.status in self._step(planned).paused_by and ticket.updated_at <= planned.due_at

    def _silent(self, planned: Planned, moment: datetime) -> Reason | None:
        """Return why a step would have kept silent at a moment."""
        past, step = self._past, self._step(planned)
        solved = past.resolution(moment)
        is_resolved = solved is not None and solved.is_told
        state = State.RESOLVED if is_resolved else State.CONFIRMED
        ticket = past.ticket_at(moment)
        known = [comment for comment in past.comments if comment.created_at <= moment]
        follow_up = _follow_up(past, planned, moment)
        verdict = followup.decide(follow_up, ticket, known, complaint_state=state, now=moment)
        if not verdict.speak:
            return verdict.reason
        if step.start is Start.RESOLVED and not is_resolved:
            return Reason(Code.REOPENED)
        return followup.cancelled(follow_up, step.cancelled_by, ticket, known, complaint_state=state)

    def _close(self, planned: Planned, *, spoke: bool, reason: Reason) -> None:
        del self._running[planned.name]
        self._begun[planned.name, planned.since] = reason
        self._outcomes.append(Outcome(self._step(planned), planned.due_at, spoke, reason))

    def _step(self, planned: Planned) -> Step:
        step = self._policy.step(planned.name)
        if step is None:
            raise AssertionError("planned by this policy")
        return step


def _moments(past: Past, now: datetime) -> list[datetime]:
    happened = [comment.created_at for comment in past.comments if comment.is_public]
    for each in past.resolutions:
        happened += [each.since, *([each.until] if each.until else [])]
    happened.append(past.ticket.updated_at)
    return [past.received_at, *sorted({at for at in happened if past.received_at < at <= now})]


def _asks(step: Step) -> bool:
    """Whether a step asks how it turned out, so that the outcome decides when."""
    return step.start is Start.RESOLVED and Satisfier.REQUESTER_WROTE in step.satisfied_by


def _follow_up(past: Past, planned: Planned, moment: datetime) -> FollowUp:
    return FollowUp(
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
