"""Numbers that only grow, shared by all processes."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.dialect import insert_into
from integration.store.tables import counters


def add(conn: Connection, name: str, n: int = 1) -> None:
    """Count `n` more of something."""
    insert = insert_into(conn, counters).values(name=name, value=n)
    total = counters.c.value + insert.excluded.value
    conn.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"value": total}))


def all(conn: Connection) -> dict[str, int]:
    """Return every counter by name."""
    rows = conn.execute(sa.select(counters.c.name, counters.c.value).order_by(counters.c.name))
    return {row.name: row.value for row in rows}
