"""Requesters, and who turned out to be the same person: Zendesk's merges are followed, nothing is guessed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.ticket import Requester
from integration.store.dialect import has_stored, insert_into
from integration.store.tables import requesters, tickets

MOST_MERGES = 20
_FIELDS = tuple(Requester.__dataclass_fields__)
_PERSONAL = ("organization_id", "created_at", "updated_at", "is_active")


def get(conn: Connection, id: int) -> Requester | None:
    """Return the requester as stored, merged or not."""
    columns = [requesters.c[name] for name in _FIELDS]
    row = conn.execute(sa.select(*columns).where(requesters.c.id == id)).first()
    return Requester(**row._mapping) if row else None


def get_many(conn: Connection, ids: Collection[int]) -> dict[int, Requester]:
    """Return those requesters that are stored, by id."""
    columns = [requesters.c[name] for name in _FIELDS]
    rows = conn.execute(sa.select(*columns).where(requesters.c.id.in_(ids)))
    return {row.id: Requester(**row._mapping) for row in rows}


def save(conn: Connection, requester: Requester, *, order: str) -> bool:
    """Store what a source knew at `order`; False when something newer is already known.

    A source that does not know name, locale or merge does not erase them.
    """
    return has_stored(conn, _upsert(conn).values(_row(requester, order)), requesters.c.id)


def save_many(conn: Connection, rows: Sequence[tuple[Requester, str]]) -> None:
    """Store (requester, order) pairs of an export as `save` does."""
    if rows:
        conn.execute(_upsert(conn), [_row(requester, order) for requester, order in rows])


def add_name(conn: Connection, id: int, name: str) -> bool:
    """Name somebody whose own events told no name; False for a known name or an unknown id."""
    nameless = sa.update(requesters).where(
        requesters.c.id == id, requesters.c.name.is_(None), ~requesters.c.is_erased
    )
    return conn.execute(nameless.values(name=name)).rowcount == 1


def merge(conn: Connection, from_id: int, into_id: int, order: str) -> bool:
    """Remember that Zendesk merged one user into another; False when that would go in a circle."""
    if from_id in _chain(conn, into_id):
        return False
    insert = insert_into(conn, requesters)
    statement = insert.values(id=from_id, merged_into=into_id, is_active=False, seen_order=order)
    conn.execute(
        statement.on_conflict_do_update(
            # Zendesk deletes who was merged away, so the name goes here too.
            index_elements=["id"],
            set_={"merged_into": into_id, "is_active": False, "name": None, "locale": None},
        )
    )
    return True


def is_erased(conn: Connection, id: int) -> bool:
    """Whether the requester was forgotten."""
    return bool(conn.scalar(sa.select(requesters.c.is_erased).where(requesters.c.id == id)))


def idle_since(conn: Connection, moment: datetime, *, after: int, limit: int) -> list[int]:
    """Return end users behind id `after` who changed nothing since, and of whose tickets none is kept."""
    has_tickets = sa.exists().where(tickets.c.requester_id == requesters.c.id)
    old = sa.and_(
        requesters.c.id > after,
        requesters.c.role == "end-user",
        requesters.c.updated_at < moment,
        ~requesters.c.is_erased,
        ~has_tickets,
    )
    return list(conn.scalars(sa.select(requesters.c.id).where(old).order_by(requesters.c.id).limit(limit)))


def current_id(conn: Connection, id: int) -> int:
    """Follow merges to the user that lives on; an unknown id stands for itself."""
    return _chain(conn, id)[-1]


def same_person(conn: Connection, id: int) -> list[int]:
    """Return every id that was merged into the same user, that user's first."""
    current = current_id(conn, id)
    return [current, *conn.scalars(_FAMILY, {"start": current})]


def _chain(conn: Connection, id: int) -> Sequence[int]:
    return conn.scalars(_CHAIN, {"start": id}).all()


def _row(requester: Requester, order: str) -> dict[str, object]:
    return {name: getattr(requester, name) for name in _FIELDS} | {"seen_order": order}


def _upsert(conn: Connection) -> sa.Insert:
    insert = insert_into(conn, requesters)
    new, old = insert.excluded, requesters.c
    kept = {
        name: sa.func.coalesce(new[name], old[name])
        for name in ("name", "locale", "created_at", "updated_at", "merged_into")
    }
    plain = {name: new[name] for name in ("role", "organization_id", "is_active", "seen_order")}
    # Who was forgotten stays so, and who was merged away has no name of their own any more.
    changed: dict[str, sa.ColumnElement[Any]] = {**kept, **plain}
    changed |= {name: sa.case((old.is_erased, old[name]), else_=changed[name]) for name in _PERSONAL}
    is_nameless = sa.or_(old.is_erased, old.merged_into.is_not(None))
    changed |= {name: sa.case((is_nameless, old[name]), else_=changed[name]) for name in ("name", "locale")}
    return insert.on_conflict_do_update(
        index_elements=["id"], set_=changed, where=old.seen_order <= new.seen_order
    )


def _make_chain() -> sa.Select[int]:
    start = sa.select(_START.label("id"), sa.literal(0).label("hops"))
    chain = start.cte("chain", recursive=True)
    step = sa.select(requesters.c.merged_into, chain.c.hops + 1).where(
        requesters.c.id == chain.c.id, requesters.c.merged_into.is_not(None), chain.c.hops < MOST_MERGES
    )
    chain = chain.union_all(step)
    return sa.select(chain.c.id).order_by(chain.c.hops)


def _make_family() -> sa.Select[int]:
    family = sa.select(_START.label("id")).cte("family", recursive=True)
    # UNION drops what it has seen, so even a circle ends.
    family = family.union(sa.select(requesters.c.id).where(requesters.c.merged_into == family.c.id))
    return sa.select(family.c.id).where(family.c.id != _START).order_by(family.c.id)


# Every ticket that an agent opens asks these several times; making them takes longer than running them.
_START = sa.bindparam("start", type_=sa.BigInteger)
_CHAIN = _make_chain()
_FAMILY = _make_family()
