"""What time alone brings: deadlines that come near, and alerts that nobody acts on."""

from datetime import timedelta

from integration.domain.alert import AlertKind
from integration.domain.deadline import Unit, plain
from integration.domain.preset import Deadline
from integration.domain.reason import Code, Reason
from integration.handling.alerts import escalate_alerts, raise_alert
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.store import alerts, clocks

AHEAD = plain(8, Unit.BUSINESS_HOURS)
MOST_AT_ONCE = 500
# What nobody ever answered must not crowd out what still can be kept.
LOOK_BACK = timedelta(days=30)


def watch(parts: Parts) -> int:
    """Raise and escalate alerts; return how many. Runs every minute, in any number of workers."""
    return _warn_of_deadlines(parts) + escalate_alerts(parts)


def _warn_of_deadlines(parts: Parts) -> int:
    now = parts.clock()
    with parts.database.read() as conn:
        calendar = working_hours(parts, conn, now)
        until = AHEAD.ends(now, calendar)
        near = clocks.due_before(conn, until, since=now - LOOK_BACK, limit=MOST_AT_ONCE)
        keys = {f"{AlertKind.NEAR_DEADLINE}:{ticket_id}:{_about(each)}" for _, ticket_id, each in near}
        known = alerts.raised_of(conn, keys)
    raised = 0
    for complaint_id, ticket_id, deadline in near:
        if f"{AlertKind.NEAR_DEADLINE}:{ticket_id}:{_about(deadline)}" in known:
            continue
        with parts.database.write() as conn:
            alert_id = raise_alert(
                conn,
                AlertKind.NEAR_DEADLINE,
                ticket_id=ticket_id,
                complaint_id=complaint_id,
                reasons=(Reason(Code.NEAR_DEADLINE, {"name": deadline.title}),),
                calendar=calendar,
                now=now,
                about=_about(deadline),
            )
        raised += alert_id is not None
    return raised


def _about(deadline: Deadline) -> str:
    # A deadline that was extended may come near again.
    return f"{deadline.preset_id[:20]}.{deadline.limit_id[:20]}.{deadline.due_at.date().isoformat()}"
