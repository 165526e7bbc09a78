"""Which follow-ups a policy asks for, from what has happened so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.domain.calendar import Calendar
from integration.domain.deadline import Stop
from integration.domain.followup import Satisfier
from integration.domain.policy import NOTED_BY_AGENTS, Policy, Start, Step

# Zendesk's moments have whole seconds, and the ticket's own first comment is no reply to it.
FIRST_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Planned:
    """A follow-up that a policy asks for, not stored yet; what happened since `since` may satisfy it.

    From `counted_from` it is counted again when a calendar changes; None where something else set its day.
    """

    name: str
    note: str
    due_at: datetime
    satisfied_by: frozenset[Satisfier]
    since: datetime
    counted_from: datetime | None = None


def moments(
    received_at: datetime,
    *,
    resolved_at: datetime | None = None,
    first_public_reply_at: datetime | None = None,
    last_public_reply_at: datetime | None = None,
    told_at: datetime | None = None,
    noted: Mapping[Start, datetime] | None = None,
) -> dict[Start, datetime | None]:
    """Return the moment of each start, None where it has not happened; `noted` are those agents noted."""
    last = last_public_reply_at
    if last and last.replace(microsecond=0) <= received_at:
        # What was said before the complaint answers something else.
        last = None
    first = first_public_reply_at if first_public_reply_at and first_public_reply_at > received_at else last
    return {
        **dict.fromkeys(NOTED_BY_AGENTS),
        **(noted or {}),
        Start.RECEIVED: received_at,
        Start.ACKNOWLEDGED: first,
        Start.LAST_PUBLIC_REPLY: last,
        Start.LAST_NEWS: last or received_at,
        Start.RESOLVED: resolved_at,
        Start.ANSWERED: told_at if resolved_at else None,
    }


def plan(
    policy: Policy,
    *,
    received_at: datetime,
    band: str,
    existing: Collection[str],
    now: datetime,
    resolved_at: datetime | None = None,
    last_public_reply_at: datetime | None = None,
    calendar: Calendar | None = None,
    starts: Mapping[Start, datetime | None] | None = None,
) -> tuple[Planned, ...]:
    """Return the follow-ups that `policy` asks for, next due first, without those named in `existing`.

    Time counts from receipt and not from detection, which may lag during an outage; the requester's patience
    does not. So a complaint found late shows as late, but of several duties that are overdue already only
    the latest is planned: a backlog helps nobody. `calendar` replaces the policy's own; `starts`, from
    `moments`, says more than the reply and the resolution do.
    """
    starts = starts or moments(
        received_at, resolved_at=resolved_at, last_public_reply_at=last_public_reply_at
    )
    happened = _happened(starts)
    calendar = calendar or policy.calendar
    planned = []
    for step in policy.steps:
        start = starts[step.start]
        if start is None or band not in step.bands or step.id in existing:
            continue
        ends = step.satisfied_by | step.cancelled_by
        if any((at := happened.get(satisfier)) and at > start for satisfier in ends):
            continue
        # What started a duty does not satisfy it, and news of what does may be older than the plan.
        since = start + FIRST_SECOND
        due_at = due(policy, step, start, calendar)
        planned.append(Planned(step.id, step.note, due_at, step.satisfied_by, since, start))
    planned.sort(key=lambda follow_up: follow_up.due_at)
    overdue = sum(follow_up.due_at <= now for follow_up in planned)
    return tuple(planned[max(overdue - 1, 0) :])


def due(
    policy: Policy, step: Step, start: datetime, calendar: Calendar, stops: Sequence[Stop] = ()
) -> datetime:
    """Return when a step that counts from `start` is due: an escalation after the step before it.

    `stops`, oldest first, are the times in which the step stood still; of each counts what lies before the
    step would have been due.
    """
    before = policy.step(step.after) if step.after else None
    begin = due(policy, before, start, calendar, stops) if before else start
    ends, stood = step.limit.ends(begin, calendar), []
    for stop in stops:
        if stop.ended_at > begin and stop.began_at < ends:
            stood.append(Stop(max(stop.began_at, begin), stop.ended_at))
            ends = step.limit.ends(begin, calendar, stood)
    return ends


def _happened(starts: Mapping[Start, datetime | None]) -> dict[Satisfier, datetime | None]:
    reply, resolved = starts[Start.LAST_PUBLIC_REPLY], starts[Start.RESOLVED]
    return {
        Satisfier.PUBLIC_REPLY: reply,
        Satisfier.RESOLVED: resolved,
        Satisfier.CUSTOMER_TOLD: reply if resolved else None,
    }
