"""Which response templates a requester has been given, so that nobody gets the same letter twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store import requesters
from integration.store.tables import suggestion_uses


@dataclass(frozen=True, slots=True)
class Use:
    """One letter that an agent inserted for a ticket."""

    id: int
    ticket_id: int
    template_id: str


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a template was inserted; of the `compared` ones, how many were sent as they stood."""

    inserted: int = 0
    compared: int = 0
    unedited: int = 0


def add(
    conn: Connection,
    *,
    requester_id: int,
    ticket_id: int,
    template_id: str,
    locale: str,
    agent_id: int | None,
    now: datetime,
    fingerprint: Sequence[str] = (),
) -> int:
    """Remember that an agent inserted a response template and return the id of that.

    `fingerprint` is of the text as inserted.
    """
    statement = sa.insert(suggestion_uses).values(
        requester_id=requester_id,
        ticket_id=ticket_id,
        template_id=template_id,
        locale=locale,
        agent_id=agent_id,
        used_at=now,
        fingerprint=list(fingerprint) or None,
    )
    return int(conn.execute(statement.returning(suggestion_uses.c.id)).scalar_one())


def unsent(conn: Connection, id: int) -> Use | None:
    """Return a letter that was inserted and, as far as is known, not sent yet."""
    columns = (suggestion_uses.c[name] for name in Use.__dataclass_fields__)
    row = conn.execute(sa.select(*columns).where(_IS_UNSENT, suggestion_uses.c.id == id)).first()
    return Use(*row) if row else None


def forget(conn: Connection, id: int) -> bool:
    """Forget a letter that was not sent; False where it is forgotten, or was sent."""
    gone = sa.delete(suggestion_uses).where(_IS_UNSENT, suggestion_uses.c.id == id)
    return conn.execute(gone).rowcount == 1


def is_used(conn: Connection, ticket_id: int, template_id: str) -> bool:
    """Whether a template was inserted for a ticket."""
    same = (suggestion_uses.c.ticket_id == ticket_id, suggestion_uses.c.template_id == template_id)
    return conn.execute(sa.select(suggestion_uses.c.id).where(*same).limit(1)).first() is not None


_IS_UNSENT = suggestion_uses.c.was_unedited.is_(None)


def compare(
    conn: Connection, ticket_id: int, sent_at: datetime, is_same: Callable[[Sequence[str]], bool]
) -> None:
    """Settle which letters of a ticket were sent as inserted; what they said is forgotten with that."""
    waiting = sa.select(suggestion_uses.c.id, suggestion_uses.c.fingerprint).where(
        suggestion_uses.c.ticket_id == ticket_id,
        suggestion_uses.c.used_at <= sent_at,
        suggestion_uses.c.was_unedited.is_(None),
    )
    for row in conn.execute(waiting).all():
        if row.fingerprint:
            settled = sa.update(suggestion_uses).where(suggestion_uses.c.id == row.id)
            conn.execute(settled.values(was_unedited=is_same(row.fingerprint), fingerprint=sa.null()))


def counts(conn: Connection, *, since: datetime) -> dict[str, Uses]:
    """Return how often each template was used since a moment, and sent as it stood."""
    compared = sa.func.count(suggestion_uses.c.was_unedited)
    unedited = sa.func.sum(sa.case((suggestion_uses.c.was_unedited.is_(True), 1), else_=0))
    rows = conn.execute(
        sa.select(suggestion_uses.c.template_id, sa.func.count(), compared, unedited)
        .where(suggestion_uses.c.used_at >= since)
        .group_by(suggestion_uses.c.template_id)
    )
    return {row[0]: Uses(row[1], row[2], int(row[3])) for row in rows}


def used_for(conn: Connection, requester_id: int) -> frozenset[str]:
    """Return the ids of the templates given to a requester or anyone merged with them."""
    ids = requesters.same_person(conn, requester_id)
    template_id = suggestion_uses.c.template_id
    return frozenset(
        conn.scalars(sa.select(template_id).distinct().where(suggestion_uses.c.requester_id.in_(ids)))
    )
