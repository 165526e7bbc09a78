"""Who changed what and when, with the values before and after; entries are only added, and chained.

On PostgreSQL many transactions write at once: a trigger of the database chains their entries when they
commit, one after the other, so that nobody holds the end of the chain while waiting for other rows.
"""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.audit_chain import (
    ERASED,
    Break,
    Head,
    Link,
    content_of,
    digest_of,
    follow,
    hash_after,
)
from integration.store.tables import audit_log

SALT_BYTES = 16
PAGE = 1_000
_LINK = tuple(Link.__dataclass_fields__)


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
    salt = secrets.token_hex(SALT_BYTES)
    content = content_of(salt, subject, before, after)
    digest = digest_of(at, actor, action, content)
    row = {"at": at, "actor": actor, "action": action, "subject": subject, "before": before, "after": after}
    row |= {"salt": salt, "content": content, "digest": digest}
    if conn.dialect.name == "sqlite":
        # There is one writer at a time, so the end of the chain stays where it is until we are done.
        end = head(conn)
        row |= {"seq": end.seq + 1, "hash": hash_after(end.hash, digest)}
    conn.execute(sa.insert(audit_log).values(**row))


def entries(
    conn: Connection,
    *,
    subject: str | None = None,
    below: int | None = None,
    limit: int = 100,
) -> list[Entry]:
    """Return the newest entries first; `below` is the last id of the page before."""
    columns = [audit_log.c[name] for name in Entry.__dataclass_fields__]
    rows = sa.select(*columns).order_by(audit_log.c.id.desc()).limit(limit)
    if subject is not None:
        rows = rows.where(audit_log.c.subject == subject)
    if below is not None:
        rows = rows.where(audit_log.c.id < below)
    return [Entry(**row._mapping) for row in conn.execute(rows)]


def head(conn: Connection) -> Head:
    """Return the end of the chain."""
    last = sa.select(audit_log.c.seq, audit_log.c.hash).where(audit_log.c.seq.is_not(None))
    row = conn.execute(last.order_by(audit_log.c.seq.desc()).limit(1)).first()
    return Head(*row) if row else Head()


def hash_at(conn: Connection, seq: int) -> str | None:
    """Return the hash of the entry with that number; None where there is no such entry."""
    return conn.scalar(sa.select(audit_log.c.hash).where(audit_log.c.seq == seq))


def links(conn: Connection, after: int = 0) -> Iterator[Link]:
    """Yield the entries behind number `after` in the chain's order, those outside the chain last."""
    columns = [audit_log.c[name] for name in _LINK]
    while True:
        page = sa.select(*columns).where(audit_log.c.seq > after).order_by(audit_log.c.seq).limit(PAGE)
        rows = conn.execute(page).all()
        yield from (Link(*row) for row in rows)
        if len(rows) < PAGE:
            break
        after = rows[-1].seq
    loose = conn.execute(sa.select(*columns).where(audit_log.c.seq.is_(None)).limit(PAGE))
    yield from (Link(*row) for row in loose)


def verify(conn: Connection, start: Head | None = None) -> tuple[Head, Break | None]:
    """Follow the chain, from the beginning or behind `start`; return how far it holds and the break."""
    start = start or Head()
    return follow(links(conn, start.seq), start)


def erase(conn: Connection, subjects: Iterable[str]) -> int:
    """Erase what the entries say of these subjects; that something was done, when and by whom, stays."""
    wanted = sorted(set(subjects))
    done = 0
    for first in range(0, len(wanted), PAGE):
        some = audit_log.c.subject.in_(wanted[first : first + PAGE])
        erased = {"subject": ERASED, "before": sa.null(), "after": sa.null(), "salt": None}
        done += conn.execute(sa.update(audit_log).where(some).values(**erased)).rowcount
    return done
