"""Alerts in use: raised where their switch is on, worked by agents, escalated when nobody does."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from integration.domain.alert import Alert, AlertKind, Stage, late_at, needs_note
from integration.domain.calendar import Calendar
from integration.domain.reason import Reason
from integration.handling import notes
from integration.handling.switches import is_on
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.responses.values import NoteValues
from integration.store import alerts, counters, outbox, tickets
from integration.store.alerts import AlertStep, open_alerts
from integration.store.alerts import of_ticket as alerts_of
from integration.store.alerts import steps as steps_of

__all__ = [
    "AlertStep",
    "NotActed",
    "NothingToUndo",
    "UnknownAlert",
    "act",
    "alerts_of",
    "close",
    "escalate_alerts",
    "open_alerts",
    "raise_alert",
    "see",
    "steps_of",
    "tell",
    "undo",
]

PRIORITY = 4
NOTE = "alert"
MOST_AT_ONCE = 50
LONGEST_ACTION = 300
DISMISSED = "not a complaint"


class UnknownAlert(Exception):
    """There is no such alert, or it is closed."""


class NothingToUndo(Exception):
    """Another step came after it, or it was taken back already."""


class NotActed(Exception):
    """An alert closes only when something was done about it; say what."""


def raise_alert(
    conn: Connection,
    kind: AlertKind,
    *,
    ticket_id: int,
    complaint_id: int | None,
    reasons: Collection[Reason],
    calendar: Calendar,
    now: datetime,
    about: str = "",
) -> int | None:
    """Raise an alert; None where its switch is off, or it was raised before.

    `about` tells several alerts of a kind on one ticket apart: each is raised once, and never again.
    """
    key = f"{kind}:{ticket_id}:{about}"
    if not is_on(conn, kind) or alerts.was_raised(conn, key):
        return None
    counters.add(conn, f"alerts_{kind}")
    return alerts.add(
        conn,
        key=key,
        kind=kind,
        ticket_id=ticket_id,
        complaint_id=complaint_id,
        reasons=reasons,
        now=now,
        late_at=late_at(0, now, calendar),
    )


def see(parts: Parts, alert_id: int, *, agent_id: int) -> None:
    """Note that an agent saw an alert. Raises `UnknownAlert`."""
    with parts.database.write() as conn:
        _open(conn, alert_id)
        alerts.see(conn, alert_id, parts.clock(), agent_id=agent_id)


def act(parts: Parts, alert_id: int, action: str, *, agent_id: int) -> None:
    """Note what was done about an alert. Raises `UnknownAlert`, or `NotActed` without words."""
    action = " ".join(action.split())[:LONGEST_ACTION]
    if not action:
        raise NotActed
    with parts.database.write() as conn:
        _open(conn, alert_id)
        alerts.act(conn, alert_id, action, parts.clock(), agent_id=agent_id)


def tell(parts: Parts, alert_id: int, *, agent_id: int) -> None:
    """Note that the requester was told of it. Raises `UnknownAlert`, or `NotActed` where nothing was done."""
    with parts.database.write() as conn:
        if _open(conn, alert_id).acted_at is None:
            raise NotActed
        alerts.tell(conn, alert_id, parts.clock(), agent_id=agent_id)


def close(parts: Parts, alert_id: int, *, agent_id: int, why: str | None = None) -> None:
    """Close an alert that was acted on. Raises `UnknownAlert` or `NotActed`."""
    with parts.database.write() as conn:
        if _open(conn, alert_id).acted_at is None:
            raise NotActed
        alerts.close(conn, alert_id, why, parts.clock(), agent_id=agent_id)


def undo(parts: Parts, alert_id: int, step: Stage, *, agent_id: int) -> None:
    """Take back an agent's last step on an alert; what it waited for before, it waits for again.

    Raises `NothingToUndo`.
    """
    try:
        with parts.database.write() as conn:
            if not alerts.take_back(conn, alert_id, step, parts.clock(), agent_id=agent_id):
                raise NothingToUndo
    except IntegrityError as error:  # it was closed, and an alert of its key is open again
        raise NothingToUndo from error


def settle(conn: Connection, ticket_id: int, *, by_comment: int, now: datetime) -> None:
    """Close what a public reply of an agent settles: something was done, and the requester knows."""
    for alert in alerts.open_of_ticket(conn, ticket_id):
        alerts.act(conn, alert.id, f"comment {by_comment}", now, agent_id=None)
        alerts.tell(conn, alert.id, now, agent_id=None)
        alerts.close(conn, alert.id, None, now, agent_id=None)


def settle_kind(
    conn: Connection, ticket_id: int, kind: AlertKind, action: str, *, agent_id: int, now: datetime
) -> None:
    """Close the alerts of a kind because an agent has answered what they ask."""
    for alert in alerts.open_of_ticket(conn, ticket_id):
        if alert.kind is kind:
            alerts.act(conn, alert.id, action, now, agent_id=agent_id)
            alerts.close(conn, alert.id, None, now, agent_id=agent_id)


def end_all(
    conn: Connection,
    ticket_id: int,
    why: str,
    now: datetime,
    *,
    but_for: Collection[AlertKind] = (),
    agent_id: int | None = None,
) -> None:
    """Close the alerts of a ticket whose reason is gone: dismissed, resolved, deleted."""
    for alert in alerts.open_of_ticket(conn, ticket_id):
        if alert.kind not in but_for:
            alerts.close(conn, alert.id, why, now, agent_id=agent_id)


def bring_back(conn: Connection, ticket_id: int, why: str, now: datetime, *, agent_id: int) -> None:
    """Open again what an agent's word had closed for that reason, as that word is taken back."""
    for alert in alerts.of_ticket(conn, ticket_id):
        closings = [step for step in alerts.steps(conn, alert.id) if step.step is Stage.CLOSED]
        if alert.closed_at is not None and closings and closings[-1].details.get("why") == why:
            alerts.take_back(conn, alert.id, Stage.CLOSED, now, agent_id=agent_id)


def escalate_alerts(parts: Parts) -> int:
    """Let alerts that nobody acted on go up one level, once for each; return how many did. Runs every minute.

    After downtime an alert goes up by one level only, and begins to wait for the next one.
    """
    now = parts.clock()
    with parts.database.read() as conn:
        calendar = working_hours(parts, conn, now)
        found = alerts.late(conn, now, limit=MOST_AT_ONCE)
    raised = 0
    for alert in found:
        level = alert.level + 1
        marker = notes.new_marker()
        note = _note(parts, alert, level, calendar.zone.key, marker) if needs_note(level) else None
        with parts.database.write() as conn:
            if not alerts.go_up(conn, alert, now, late_at=late_at(level, now, calendar)):
                continue
            raised += 1
            if note is not None:
                outbox.add(
                    conn,
                    # One such note a ticket and day, however many alerts it has.
                    key=f"escalation:{alert.ticket_id}:{now.astimezone(calendar.zone).date()}",
                    kind="escalate",
                    ticket_id=alert.ticket_id,
                    marker=marker,
                    note=note,
                    fields={},
                    priority=PRIORITY,
                    now=now,
                )
    return raised


def _open(conn: Connection, alert_id: int) -> Alert:
    alert = alerts.get(conn, alert_id)
    if alert is None or alert.closed_at is not None:
        raise UnknownAlert
    return alert


def _note(parts: Parts, alert: Alert, level: int, time_zone: str, marker: str) -> str | None:
    with parts.database.read() as conn:
        ticket = tickets.get(conn, alert.ticket_id)
    if ticket is None or ticket.merged_into is not None or ticket.status in {"closed", "deleted"}:
        return None
    values = NoteValues(
        ticket_id=alert.ticket_id,
        reference=marker,
        time_zone=time_zone,
        name=alert.kind,
        due_at=alert.raised_at,
        level=level,
    )
    return parts.library.render_note(NOTE, parts.settings.note_locale, values)
