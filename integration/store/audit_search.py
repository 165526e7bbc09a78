"""Finds entries of the audit log: by who, what, about what, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.audit_log import Entry
from integration.store.tables import audit_log

PORTION = 1_000
_FIELDS = tuple(Entry.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to find; an empty word finds everything. `actor` and `subject` are whole, `action` is a part."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def find(conn: Connection, wanted: Wanted, *, below: int | None = None, limit: int) -> list[Entry]:
    """Return the newest entries first; `below` is the last id of the page before."""
    question = sa.select(*(audit_log.c[name] for name in _FIELDS)).where(*_conditions(wanted))
    if below is not None:
        question = question.where(audit_log.c.id < below)
    rows = conn.execute(question.order_by(audit_log.c.id.desc()).limit(limit))
    return [Entry(**row._mapping) for row in rows]


def count(conn: Connection, wanted: Wanted) -> int:
    """Count what `find` would find."""
    return int(conn.scalar(sa.select(sa.func.count(audit_log.c.id)).where(*_conditions(wanted))) or 0)


def everything(conn: Connection, wanted: Wanted, *, most: int) -> Iterator[Entry]:
    """Yield what is wanted, newest first, in portions."""
    below: int | None = None
    while most > 0:
        portion = find(conn, wanted, below=below, limit=min(PORTION, most))
        yield from portion
        if len(portion) < PORTION:
            return
        below, most = portion[-1].id, most - len(portion)


def _conditions(wanted: Wanted) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.actor:
        yield audit_log.c.actor == wanted.actor
    if wanted.subject:
        yield audit_log.c.subject == wanted.subject
    if wanted.action:
        yield audit_log.c.action.icontains(wanted.action, autoescape=True)
    if wanted.since:
        yield audit_log.c.at >= wanted.since
    if wanted.until:
        yield audit_log.c.at < wanted.until
