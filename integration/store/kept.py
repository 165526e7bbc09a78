"""Small things to remember by name, as JSON."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.dialect import insert_into
from integration.store.tables import kept


def get(conn: Connection, name: str) -> Any:
    """Return what is kept under a name, or None."""
    return conn.scalar(sa.select(kept.c.value).where(kept.c.name == name))


def put(conn: Connection, name: str, value: Any, *, now: datetime) -> None:
    """Keep a value under a name, in place of an earlier one."""
    insert = insert_into(conn, kept).values(name=name, value=value, updated_at=now)
    conn.execute(
        insert.on_conflict_do_update(
            index_elements=["name"],
            set_={"value": insert.excluded.value, "updated_at": insert.excluded.updated_at},
        )
    )


def delete(conn: Connection, name: str) -> bool:
    """Forget a name; False when nothing was kept under it."""
    return conn.execute(sa.delete(kept).where(kept.c.name == name)).rowcount == 1


def starting_with(conn: Connection, prefix: str) -> dict[str, Any]:
    """Return every kept value whose name starts with `prefix`, by name."""
    rows = conn.execute(
        sa.select(kept.c.name, kept.c.value)
        .where(kept.c.name.startswith(prefix, autoescape=True))
        .order_by(kept.c.name)
    )
    return {row.name: row.value for row in rows}
