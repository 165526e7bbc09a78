"""Alerts: one open alert of a key, each step of its life on record."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.alert import Alert, AlertKind, Stage
from integration.domain.reason import Reason
from integration.store import encoding
from integration.store.dialect import insert_into
from integration.store.tables import alert_steps, alerts

MOST_ALERTS = 200
MOST_STEPS = 100
_FIELDS = tuple(Alert.__dataclass_fields__)
_OPEN = sa.text("closed_at IS NULL")
# What each step sets, and what taking it back restores.
_SETS = {
    Stage.SEEN: ("seen_at",),
    Stage.ACTED: ("acted_at", "action", "seen_at", "late_at"),
    Stage.TOLD: ("told_at",),
    Stage.CLOSED: ("closed_at", "late_at"),
}


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One step of an alert's life; `actor_id` is a Zendesk user, or None for Makegood."""

    at: datetime
    actor_id: int | None
    step: Stage
    details: Mapping[str, Any]


def add(
    conn: Connection,
    *,
    key: str,
    kind: AlertKind,
    ticket_id: int,
    complaint_id: int | None,
    reasons: Collection[Reason],
    now: datetime,
    late_at: datetime | None,
) -> int | None:
    """Raise an alert and return its id; None when one of that key is open."""
    values = {
        "key": key,
        "kind": kind.value,
        "ticket_id": ticket_id,
        "complaint_id": complaint_id,
        "reasons": [encoding.reason_to_json(reason) for reason in reasons],
        "raised_at": now,
        "late_at": late_at,
    }
    statement = (
        insert_into(conn, alerts)
        .values(values)
        .on_conflict_do_nothing(index_elements=["key"], index_where=_OPEN)
        .returning(alerts.c.id)
    )
    id: int | None = conn.scalar(statement)
    if id is not None:
        _note(conn, id, Stage.RAISED, None, now, {})
    return id


def was_raised(conn: Connection, key: str) -> bool:
    """Whether an alert of that key was ever raised."""
    return conn.execute(sa.select(alerts.c.id).where(alerts.c.key == key).limit(1)).first() is not None


def raised_of(conn: Connection, keys: Collection[str]) -> set[str]:
    """Return those of the keys of which an alert was ever raised."""
    if not keys:
        return set()
    return set(conn.scalars(sa.select(alerts.c.key).where(alerts.c.key.in_(keys))))


def get(conn: Connection, id: int) -> Alert | None:
    """Return an alert by its id."""
    return next(iter(_select(conn, alerts.c.id == id, limit=1)), None)


def of_ticket(conn: Connection, ticket_id: int) -> list[Alert]:
    """Return all alerts of a ticket, closed ones too, newest first."""
    return _select(conn, alerts.c.ticket_id == ticket_id)


def open_of_ticket(conn: Connection, ticket_id: int) -> list[Alert]:
    """Return the alerts of a ticket that are not closed, newest first."""
    return _select(conn, alerts.c.ticket_id == ticket_id, _OPEN)


def open_alerts(conn: Connection, *, limit: int = MOST_ALERTS) -> list[Alert]:
    """Return the open alerts, highest level first, then newest."""
    return _select(conn, _OPEN, limit=limit, order=(alerts.c.level.desc(), alerts.c.id.desc()))


def late(conn: Connection, now: datetime, *, limit: int) -> list[Alert]:
    """Return the open alerts that nobody has acted on in time."""
    return _select(conn, _OPEN, alerts.c.late_at <= now, limit=limit, order=(alerts.c.late_at,))


def steps(conn: Connection, alert_id: int) -> list[AlertStep]:
    """Return what became of an alert, oldest first."""
    rows = conn.execute(
        sa.select(alert_steps)
        .where(alert_steps.c.alert_id == alert_id)
        .order_by(alert_steps.c.id)
        .limit(MOST_STEPS)
    )
    return [AlertStep(row.at, row.actor_id, Stage(row.step), row.details) for row in rows]


def see(conn: Connection, id: int, now: datetime, *, agent_id: int) -> bool:
    """Note that an agent saw it; False when somebody had, or it is closed."""
    return _step(conn, id, Stage.SEEN, agent_id, now, {}, alerts.c.seen_at.is_(None), seen_at=now)


def act(conn: Connection, id: int, action: str, now: datetime, *, agent_id: int | None) -> bool:
    """Note what was done about it; from then on nobody is waited for."""
    seen_at = sa.func.coalesce(alerts.c.seen_at, now, type_=alerts.c.seen_at.type)
    values = {"acted_at": now, "action": action, "seen_at": seen_at, "late_at": None}
    return _step(conn, id, Stage.ACTED, agent_id, now, {"action": action}, sa.true(), **values)


def tell(conn: Connection, id: int, now: datetime, *, agent_id: int | None) -> bool:
    """Note that the requester was told; False when that is known, or nothing was done yet."""
    is_acted = sa.and_(alerts.c.acted_at.is_not(None), alerts.c.told_at.is_(None))
    return _step(conn, id, Stage.TOLD, agent_id, now, {}, is_acted, told_at=now)


def close(conn: Connection, id: int, why: str | None, now: datetime, *, agent_id: int | None) -> bool:
    """Close it; False when it is closed."""
    details = {"why": why} if why else {}
    return _step(conn, id, Stage.CLOSED, agent_id, now, details, sa.true(), closed_at=now, late_at=None)


def take_back(conn: Connection, id: int, step: Stage, now: datetime, *, agent_id: int) -> bool:
    """Undo the last step of an alert; False when that was another one, or not an agent's."""
    last = _last_step(conn, id)
    if step not in _SETS or last is None or last.step is not step or last.actor_id is None:
        return False
    before = last.details.get("before")
    if before is None:
        return False
    values = {name: _value(name, before[name]) for name in _SETS[step]}
    # Two agents at once: whoever comes second finds it undone.
    is_done = alerts.c[_SETS[step][0]].is_not(None)
    update = sa.update(alerts).where(alerts.c.id == id, is_done).values(**values)
    if conn.execute(update).rowcount != 1:
        return False
    _note(conn, id, Stage.UNDONE, agent_id, now, {"step": step.value})
    return True


def go_up(conn: Connection, alert: Alert, now: datetime, *, late_at: datetime | None) -> bool:
    """Raise the level by one; False when another worker was faster or somebody acted."""
    same = sa.and_(alerts.c.level == alert.level, alerts.c.late_at == alert.late_at)
    level = alert.level + 1
    return _step(
        conn, alert.id, Stage.ESCALATED, None, now, {"level": level}, same, level=level, late_at=late_at
    )


def _step(
    conn: Connection,
    id: int,
    step: Stage,
    actor_id: int | None,
    now: datetime,
    details: Mapping[str, Any],
    where: sa.ColumnElement[bool],
    **values: object,
) -> bool:
    columns = _SETS.get(step, ())
    known = sa.select(alerts.c.id, *(alerts.c[name] for name in columns)).where(alerts.c.id == id)
    row = conn.execute(known).first()
    update = sa.update(alerts).where(alerts.c.id == id, _OPEN, where).values(**values)
    if row is None or conn.execute(update).rowcount != 1:
        return False
    before = {name: _plain(getattr(row, name)) for name in columns}
    _note(conn, id, step, actor_id, now, {**details, "before": before} if columns else details)
    return True


def _last_step(conn: Connection, alert_id: int) -> AlertStep | None:
    """Return the last step that holds: of those taken back, and of their taking back, none does."""
    rows = conn.execute(
        sa.select(alert_steps)
        .where(alert_steps.c.alert_id == alert_id, alert_steps.c.step != Stage.ESCALATED.value)
        .order_by(alert_steps.c.id.desc())
        .limit(MOST_STEPS)
    )
    undone = 0
    for row in rows:
        if row.step == Stage.UNDONE:
            undone += 1
        elif undone:
            undone -= 1
        else:
            return AlertStep(row.at, row.actor_id, Stage(row.step), row.details)
    return None


def _plain(value: datetime | str | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value


def _value(name: str, kept: str | None) -> datetime | str | None:
    return datetime.fromisoformat(kept) if kept is not None and name.endswith("_at") else kept


def _note(
    conn: Connection, id: int, step: Stage, actor_id: int | None, now: datetime, details: Mapping[str, Any]
) -> None:
    values = {"alert_id": id, "at": now, "actor_id": actor_id, "step": step.value, "details": dict(details)}
    conn.execute(sa.insert(alert_steps).values(values))


def _select(
    conn: Connection,
    *where: sa.ColumnElement[bool] | sa.TextClause,
    limit: int = MOST_ALERTS,
    order: tuple[sa.ColumnElement[Any], ...] = (alerts.c.id.desc(),),
) -> list[Alert]:
    rows = conn.execute(
        sa.select(*(alerts.c[name] for name in _FIELDS)).where(*where).order_by(*order).limit(limit)
    )
    return [
        Alert(
            **{
                **row._mapping,
                "kind": AlertKind(row.kind),
                "reasons": encoding.reasons_from_json(row.reasons),
            }
        )
        for row in rows
    ]
