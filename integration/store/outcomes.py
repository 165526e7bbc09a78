"""The record of what was done about a complaint: an entry is taken back by a further one, never changed."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import Band
from integration.domain.history import Repeat
from integration.domain.remedy import HOUSE_CAUSES, Money, Remedy, RemedyKind
from integration.store import kept
from integration.store.complaints import repeat_row
from integration.store.dialect import has_stored, insert_into
from integration.store.tables import complaint_actions as actions
from integration.store.tables import complaints, detached_tickets, remedies

MOST_ENTRIES = 200
CAUSES = "causes"  # the kept entry with an admin's list: {"causes": [...]}
_SAID = frozenset(
    {
        "decision",
        "decided_at",
        "cause",
        "is_satisfied",
        "not_told_because",
        "outcome",
        "told_at",
        "resolved_by",
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the record; `actor_id` is a Zendesk user, or None for Makegood."""

    id: int
    complaint_id: int
    at: datetime
    actor_id: int | None
    kind: str
    details: Mapping[str, Any]
    is_undone: bool


def entry(conn: Connection, id: int) -> Entry | None:
    """Return one entry."""
    row = conn.execute(_ENTRIES.where(actions.c.id == id)).first()
    return Entry(**row._mapping) if row else None


def entries(conn: Connection, complaint_id: int) -> list[Entry]:
    """Return the record of a complaint, newest first."""
    rows = _ENTRIES.where(actions.c.complaint_id == complaint_id).order_by(actions.c.id.desc())
    return [Entry(**row._mapping) for row in conn.execute(rows.limit(MOST_ENTRIES))]


_later = actions.alias()
_ENTRIES = sa.select(
    *(actions.c[name] for name in ("id", "complaint_id", "at", "actor_id", "kind", "details")),
    sa.exists().where(_later.c.undoes == actions.c.id).label("is_undone"),
)


def add_remedy(conn: Connection, complaint_id: int, remedy: Remedy) -> None:
    """Keep the figures of an entry of kind `remedy`."""
    conn.execute(
        sa.insert(remedies).values(
            action_id=remedy.action_id,
            complaint_id=complaint_id,
            kind=remedy.kind.value,
            amount=remedy.money and remedy.money.amount,
            currency=remedy.money and remedy.money.currency,
            note=remedy.note,
            at=remedy.at,
        )
    )


def remedies_of(conn: Connection, complaint_ids: Collection[int]) -> dict[int, tuple[Remedy, ...]]:
    """Return what requesters got, by complaint, oldest first; what was taken back is left out."""
    found: dict[int, list[Remedy]] = defaultdict(list)
    if complaint_ids:
        rows = conn.execute(
            sa.select(remedies)
            .where(remedies.c.complaint_id.in_(complaint_ids), counts())
            .order_by(remedies.c.action_id)
        )
        for row in rows:
            money = Money(row.amount, row.currency) if row.amount is not None else None
            remedy = Remedy(row.action_id, RemedyKind(row.kind), row.at, money, row.note)
            found[row.complaint_id].append(remedy)
    return {id: tuple(given) for id, given in found.items()}


def counts() -> sa.ColumnElement[bool]:
    """Whether a row of `remedies` was not taken back."""
    return ~sa.exists().where(_later.c.undoes == remedies.c.action_id)


def say(conn: Connection, complaint_id: int, **values: object) -> bool:
    """Set what people say of a complaint: decision, cause, outcome and the like."""
    if unknown := values.keys() - _SAID:
        raise ValueError(f"{sorted(unknown)} is nothing that people say of a complaint")
    return _set(conn, complaint_id, **values)


def say_repeat(conn: Connection, complaint_id: int, repeat: Repeat | None, *, is_said: bool) -> bool:
    """Take an agent's word on which earlier complaint one continues; the machine no longer changes it."""
    return _set(conn, complaint_id, **repeat_row(repeat), is_repeat_said=is_said)


def say_band(conn: Connection, complaint_id: int, band: Band, *, is_said: bool) -> bool:
    """Take an agent's word on how severe a complaint is; the machine no longer changes it."""
    return _set(conn, complaint_id, band=band.value, is_band_said=is_said)


def detach(conn: Connection, ticket_id: int, *, agent_id: int, now: datetime) -> bool:
    """Note that a ticket was written for somebody else; False when that is known."""
    statement = insert_into(conn, detached_tickets).values(ticket_id=ticket_id, agent_id=agent_id, at=now)
    return has_stored(conn, statement.on_conflict_do_nothing(), detached_tickets.c.ticket_id)


def attach(conn: Connection, ticket_id: int) -> bool:
    """Take that back; False when nobody said so."""
    gone = sa.delete(detached_tickets).where(detached_tickets.c.ticket_id == ticket_id)
    return conn.execute(gone).rowcount == 1


def is_detached(conn: Connection, ticket_id: int) -> bool:
    """Whether a ticket was written for somebody else."""
    there = sa.select(detached_tickets.c.ticket_id).where(detached_tickets.c.ticket_id == ticket_id)
    return conn.execute(there).first() is not None


def causes(conn: Connection) -> tuple[str, ...]:
    """Return the causes to choose from: the admin's, or the house's."""
    given = (kept.get(conn, CAUSES) or {}).get("causes")
    return tuple(given) if given else HOUSE_CAUSES


def set_causes(conn: Connection, given: Collection[str], *, now: datetime) -> None:
    """Keep an admin's list of causes; an empty one brings the house's back."""
    kept.put(conn, CAUSES, {"causes": list(given)}, now=now)


def _set(conn: Connection, complaint_id: int, **values: object) -> bool:
    update = sa.update(complaints).where(complaints.c.id == complaint_id).values(**values)
    return conn.execute(update).rowcount == 1
