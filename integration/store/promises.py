"""What somebody told a requester would happen, and by when."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.history import Promise, PromiseState
from integration.store.tables import promises

MOST_PROMISES = 100
FIELDS = ("complaint_id", "ticket_id", "what", "due_at", "state", "owner_id")
_LIFE = ("made_at", "made_by", "template_id", "moves", "told_at", "ended_at")


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """A promise with the id that `set_state` and `move` ask for, and what became of it so far.

    `template_id` names the letter that made it; `told_at` is when the requester heard of its last move.
    """

    id: int
    promise: Promise
    made_at: datetime
    made_by: int | None = None
    template_id: str | None = None
    moves: int = 0
    told_at: datetime | None = None
    ended_at: datetime | None = None


def add(
    conn: Connection,
    *,
    complaint_id: int,
    ticket_id: int,
    what: str,
    due_at: datetime,
    owner_id: int | None,
    now: datetime,
    made_by: int | None = None,
    template_id: str | None = None,
) -> int:
    """Store a promise made at `now` and return its id."""
    statement = sa.insert(promises).values(
        complaint_id=complaint_id,
        ticket_id=ticket_id,
        what=what,
        due_at=due_at,
        owner_id=owner_id,
        made_at=now,
        made_by=made_by,
        template_id=template_id,
    )
    return int(conn.execute(statement.returning(promises.c.id)).scalar_one())


def get(conn: Connection, id: int) -> KeptPromise | None:
    """Return a promise by its id."""
    return next(iter(_select(conn, promises.c.id == id)), None)


def of_ticket(conn: Connection, ticket_id: int) -> list[KeptPromise]:
    """Return all promises of a ticket, ended ones too, next due first."""
    return _select(conn, promises.c.ticket_id == ticket_id)


def open_for_ticket(conn: Connection, ticket_id: int) -> list[KeptPromise]:
    """Return the promises of a ticket that are neither kept nor broken nor withdrawn, next due first."""
    return _select(conn, promises.c.ticket_id == ticket_id, promises.c.state == PromiseState.OPEN.value)


def set_state(conn: Connection, id: int, state: PromiseState, *, at: datetime | None = None) -> bool:
    """End an open promise, or keep or withdraw a broken one after all; False when it has ended otherwise."""
    living = [PromiseState.OPEN.value]
    if state is not PromiseState.BROKEN:
        living.append(PromiseState.BROKEN.value)
    return _set(conn, id, promises.c.state.in_(living), state=state.value, ended_at=at)


def move(conn: Connection, id: int, due_at: datetime, *, told_at: datetime | None = None) -> bool:
    """Give an open or broken promise another day; False when it was kept or withdrawn."""
    living = promises.c.state.in_([PromiseState.OPEN.value, PromiseState.BROKEN.value])
    return _set(
        conn,
        id,
        living,
        due_at=due_at,
        state=PromiseState.OPEN.value,
        moves=promises.c.moves + 1,
        told_at=told_at,
        ended_at=None,
    )


def reopen(conn: Connection, id: int) -> bool:
    """Let a promise be owed again that was kept or withdrawn; False for any other."""
    ended = promises.c.state.in_([PromiseState.KEPT.value, PromiseState.WITHDRAWN.value])
    return _set(conn, id, ended, state=PromiseState.OPEN.value, ended_at=None)


def follow_ticket(conn: Connection, ticket_id: int, into_id: int) -> int:
    """Let open promises go with a merged ticket to the one that stays; return how many there were."""
    living = sa.and_(promises.c.ticket_id == ticket_id, promises.c.state == PromiseState.OPEN.value)
    return conn.execute(sa.update(promises).where(living).values(ticket_id=into_id)).rowcount


def promise_from(row: sa.Row[tuple[object, ...]]) -> Promise:
    """Read a row that has the columns `FIELDS`."""
    values = {name: getattr(row, name) for name in FIELDS}
    return Promise(**{**values, "state": PromiseState(row.state)})


def _select(conn: Connection, *where: sa.ColumnElement[bool]) -> list[KeptPromise]:
    rows = conn.execute(
        sa.select(promises.c.id, *(promises.c[name] for name in (*FIELDS, *_LIFE)))
        .where(*where)
        .order_by(promises.c.due_at, promises.c.id)
        .limit(MOST_PROMISES)
    )
    return [
        KeptPromise(row.id, promise_from(row), **{name: getattr(row, name) for name in _LIFE}) for row in rows
    ]


def _set(conn: Connection, id: int, where: sa.ColumnElement[bool], **values: object) -> bool:
    update = sa.update(promises).where(promises.c.id == id, where).values(**values)
    return conn.execute(update).rowcount == 1
