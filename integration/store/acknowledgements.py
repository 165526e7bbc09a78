"""By when complaints had to be acknowledged: the policy's first reply, and what a preset demands."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.tables import audit_log, deadlines, follow_ups

FIRST_REPLY = "first_reply"  # the steps of a policy that are about it begin so
ACKNOWLEDGEMENT = "acknowledgement"  # the limit of presets
MOVED = "follow-up moved"


def acknowledge_by(conn: Connection, ids: Sequence[int]) -> dict[int, datetime]:
    """Return the earliest such limit of each complaint that has one.

    An agent who puts off the reminder of a first reply does not put off the duty.
    """
    limits: dict[int, datetime] = {}
    for complaint_id, due_at in [*_of_presets(conn, ids), *_of_policies(conn, ids)]:
        limits[complaint_id] = min(due_at, limits.get(complaint_id, due_at))
    return limits


def _of_presets(conn: Connection, ids: Sequence[int]) -> Iterable[tuple[int, datetime]]:
    question = sa.select(deadlines.c.complaint_id, deadlines.c.due_at)
    mine = sa.and_(deadlines.c.complaint_id.in_(ids), deadlines.c.limit_id == ACKNOWLEDGEMENT)
    return [(row.complaint_id, row.due_at) for row in conn.execute(question.where(mine))]


def _of_policies(conn: Connection, ids: Sequence[int]) -> Iterable[tuple[int, datetime]]:
    table = follow_ups.c
    question = sa.select(table.id, table.complaint_id, table.due_at, table.revision, table.counted_from)
    mine = sa.and_(table.complaint_id.in_(ids), table.name.startswith(FIRST_REPLY, autoescape=True))
    rows = conn.execute(question.where(mine)).all()
    moved = [row.id for row in rows if row.revision and row.counted_from is None]
    first = _first_days(conn, moved) if moved else {}
    return [(row.complaint_id, first.get(row.id, row.due_at)) for row in rows]


def _first_days(conn: Connection, follow_up_ids: Sequence[int]) -> Mapping[int, datetime]:
    """Return when follow-ups were due before somebody moved them, as the log says."""
    subjects = {f"follow-up:{id}": id for id in follow_up_ids}
    question = sa.select(audit_log.c.subject, audit_log.c.before).order_by(audit_log.c.id)
    mine = sa.and_(audit_log.c.subject.in_(subjects), audit_log.c.action == MOVED)
    first: dict[int, datetime] = {}
    for subject, before in conn.execute(question.where(mine)):
        due_at = _due_at(before)
        if due_at is not None:
            first.setdefault(subjects[subject], due_at)
    return first


def _due_at(before: Any) -> datetime | None:
    text = before.get("due_at") if isinstance(before, dict) else None
    return datetime.fromisoformat(text) if isinstance(text, str) else None
