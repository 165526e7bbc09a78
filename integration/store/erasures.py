"""Who is to be forgotten and by when, what a legal hold keeps, and the receipts of what was removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.dialect import insert_into
from integration.store.tables import erasures, holds


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subject such as `requester:7` or `ticket:5` that is to be forgotten."""

    id: int
    subject: str
    cause: str
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was removed, without saying of whom: `mark` is the subject's keyed digest."""

    id: int
    mark: str
    cause: str
    asked_by: str
    asked_at: datetime
    done_at: datetime
    removed: Mapping[str, int]
    receipt: str


@dataclass(frozen=True, slots=True)
class Hold:
    subject: str
    why: str
    placed_by: str
    placed_at: datetime


def ask(
    conn: Connection,
    subject: str,
    *,
    cause: str,
    asked_by: str,
    now: datetime,
    due_at: datetime,
) -> int:
    """Ask for a subject to be forgotten and return the wish's id; asked again, the earlier date counts."""
    insert = insert_into(conn, erasures).values(
        subject=subject, cause=cause, asked_by=asked_by, asked_at=now, due_at=due_at
    )
    sooner = sa.case(
        (insert.excluded.due_at < erasures.c.due_at, insert.excluded.due_at), else_=erasures.c.due_at
    )
    statement = insert.on_conflict_do_update(
        index_elements=["subject", "cause"],
        index_where=sa.text("done_at IS NULL"),
        set_={"due_at": sooner},
    )
    return int(conn.execute(statement.returning(erasures.c.id)).scalar_one())


def due(conn: Connection, now: datetime, *, limit: int) -> list[Wanted]:
    """Return what is due and not on hold, longest due first."""
    columns = [erasures.c[name] for name in Wanted.__dataclass_fields__]
    is_held = sa.exists().where(holds.c.subject == erasures.c.subject)
    rows = conn.execute(
        sa.select(*columns)
        .where(erasures.c.done_at.is_(None), erasures.c.due_at <= now, ~is_held)
        .order_by(erasures.c.due_at, erasures.c.id)
        .limit(limit)
    )
    return [Wanted(*row) for row in rows]


def put_off(conn: Connection, id: int, due_at: datetime) -> None:
    """Let a subject wait, where Zendesk has to be asked and is away."""
    conn.execute(
        sa.update(erasures).where(erasures.c.id == id, erasures.c.done_at.is_(None)).values(due_at=due_at)
    )


def drop(conn: Connection, id: int) -> None:
    """Forget the wish: what was deleted in Zendesk came back before its time."""
    conn.execute(sa.delete(erasures).where(erasures.c.id == id, erasures.c.done_at.is_(None)))


def finish(
    conn: Connection, id: int, *, mark: str, removed: Mapping[str, int], receipt: str, now: datetime
) -> bool:
    """Keep the receipt and forget the subject; False when another was faster."""
    done = {"subject": None, "mark": mark, "done_at": now, "removed": dict(removed), "receipt": receipt}
    wanted = sa.and_(erasures.c.id == id, erasures.c.done_at.is_(None))
    return conn.execute(sa.update(erasures).where(wanted).values(**done)).rowcount == 1


def waiting(conn: Connection) -> tuple[int, datetime | None]:
    """Return how many subjects wait, held ones left out, and when the first is due."""
    is_held = sa.exists().where(holds.c.subject == erasures.c.subject)
    first = sa.func.min(erasures.c.due_at, type_=erasures.c.due_at.type)
    row = conn.execute(sa.select(sa.func.count(), first).where(erasures.c.done_at.is_(None), ~is_held)).one()
    return int(row[0]), row[1]


def receipts(conn: Connection, *, mark: str | None = None, limit: int = 100) -> list[Receipt]:
    """Return receipts, newest first; with `mark` those of one subject."""
    columns = [erasures.c[name] for name in Receipt.__dataclass_fields__]
    rows = sa.select(*columns).where(erasures.c.done_at.is_not(None)).order_by(erasures.c.id.desc())
    if mark is not None:
        rows = rows.where(erasures.c.mark == mark)
    return [Receipt(*row) for row in conn.execute(rows.limit(limit))]


def place_hold(conn: Connection, hold: Hold) -> bool:
    """Keep a subject from being forgotten; False when it is on hold already."""
    row = {name: getattr(hold, name) for name in Hold.__dataclass_fields__}
    statement = insert_into(conn, holds).values(row).on_conflict_do_nothing(index_elements=["subject"])
    return conn.execute(statement.returning(holds.c.subject)).first() is not None


def lift_hold(conn: Connection, subject: str) -> bool:
    """Let a subject go; False when there was no hold."""
    return conn.execute(sa.delete(holds).where(holds.c.subject == subject)).rowcount == 1


def all_holds(conn: Connection) -> list[Hold]:
    """Return every legal hold, oldest first."""
    columns = [holds.c[name] for name in Hold.__dataclass_fields__]
    return [Hold(*row) for row in conn.execute(sa.select(*columns).order_by(holds.c.placed_at))]


def held(conn: Connection, subjects: list[str]) -> list[str]:
    """Return those of the subjects that are on hold, in the order of their names."""
    # There are few holds, and a shop's own robot may be the requester of more tickets than a statement takes.
    return sorted(set(conn.scalars(sa.select(holds.c.subject))) & set(subjects))
