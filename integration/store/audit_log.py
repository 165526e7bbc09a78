"""Who changed what and when, with the values before and after; rows are only ever added."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.tables import audit_log


@dataclass(frozen=True, slots=True)
class Entry:
    """One change; `actor` is `makegood`, `agent:ID` or `cli`, `subject` such as `ticket:5`."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    before: Any
    after: Any


def write(
    conn: Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
) -> None:
    """Add an entry."""
    conn.execute(
        sa.insert(audit_log).values(
            at=at, actor=actor, action=action, subject=subject, before=before, after=after
        )
    )


def entries(
    conn: Connection, *, subject: str | None = None, below: int | None = None, limit: int = 100
) -> list[Entry]:
    """Return the newest entries first; `below` is the last id of the page before."""
    rows = sa.select(audit_log).order_by(audit_log.c.id.desc()).limit(limit)
    if subject is not None:
        rows = rows.where(audit_log.c.subject == subject)
    if below is not None:
        rows = rows.where(audit_log.c.id < below)
    return [Entry(**row._mapping) for row in conn.execute(rows)]
