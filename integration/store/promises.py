"""What somebody told a requester would happen, and by when."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.history import Promise, PromiseState
from integration.store.tables import promises

MOST_PROMISES = 100
FIELDS = ("complaint_id", "ticket_id", "what", "due_at", "state", "owner_id")


@dataclass(frozen=True, slots=True)
class KeptPromise:
    """A promise with the id that `set_state` and `move` ask for."""

    id: int
    promise: Promise


def add(
    conn: Connection,
    *,
    complaint_id: int,
    ticket_id: int,
    what: str,
    due_at: datetime,
    owner_id: int | None,
    now: datetime,
) -> int:
    """Store a promise made at `now` and return its id."""
    statement = sa.insert(promises).values(
        complaint_id=complaint_id,
        ticket_id=ticket_id,
        what=what,
        due_at=due_at,
        owner_id=owner_id,
        made_at=now,
    )
    return int(conn.execute(statement.returning(promises.c.id)).scalar_one())


def open_for_ticket(conn: Connection, ticket_id: int) -> list[KeptPromise]:
    """Return the promises of a ticket that are neither kept nor broken nor withdrawn, next due first."""
    rows = conn.execute(
        sa.select(promises.c.id, *(promises.c[name] for name in FIELDS))
        .where(promises.c.ticket_id == ticket_id, promises.c.state == PromiseState.OPEN.value)
        .order_by(promises.c.due_at, promises.c.id)
        .limit(MOST_PROMISES)
    )
    return [KeptPromise(row.id, promise_from(row)) for row in rows]


def set_state(conn: Connection, id: int, state: PromiseState) -> bool:
    """End an open promise; False when it has already ended."""
    return _set_open(conn, id, state=state.value)


def move(conn: Connection, id: int, due_at: datetime) -> bool:
    """Change the day of an open promise; False when it has already ended."""
    return _set_open(conn, id, due_at=due_at)


def promise_from(row: sa.Row[tuple[object, ...]]) -> Promise:
    """Read a row that has the columns `FIELDS`."""
    values = {name: getattr(row, name) for name in FIELDS}
    return Promise(**{**values, "state": PromiseState(row.state)})


def _set_open(conn: Connection, id: int, **values: object) -> bool:
    still_open = sa.and_(promises.c.id == id, promises.c.state == PromiseState.OPEN.value)
    return conn.execute(sa.update(promises).where(still_open).values(**values)).rowcount == 1
