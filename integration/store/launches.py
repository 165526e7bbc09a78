"""Launch tokens of the sidebar app, each good once."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.dialect import has_stored, insert_into
from integration.store.tables import seen_launches


def first_use(conn: Connection, jti: str, expires_at: datetime, now: datetime) -> bool:
    """Use up a token's id; False when it was used before. Expired ones are forgotten on the way."""
    conn.execute(sa.delete(seen_launches).where(seen_launches.c.expires_at < now))
    insert = insert_into(conn, seen_launches).values(jti=jti, expires_at=expires_at)
    return has_stored(conn, insert.on_conflict_do_nothing(index_elements=["jti"]), seen_launches.c.jti)
