"""What Zendesk said that staff may see, and which roles see what requesters were given."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.staff import REDRESS_ROLES, Access, Restriction
from integration.store import kept
from integration.store.dialect import insert_into
from integration.store.tables import staff_access as table

REDRESS = "redress_roles"  # the kept entry with an admin's choice: {"roles": [...]}
_SAME = ("user_id", "role", "is_light", "organization_id", "checked_at")


def access(conn: Connection, user_id: int) -> Access | None:
    """Return what Zendesk said last of somebody."""
    row = conn.execute(sa.select(table).where(table.c.user_id == user_id)).first()
    if row is None:
        return None
    return Access(
        **{name: getattr(row, name) for name in _SAME},
        restriction=Restriction(row.restriction) if row.restriction else None,
        group_ids=frozenset(row.group_ids),
    )


def save_access(conn: Connection, said: Access) -> None:
    """Keep what Zendesk said, in place of what it said before."""
    row = {name: getattr(said, name) for name in _SAME}
    row |= {"restriction": said.restriction and said.restriction.value, "group_ids": sorted(said.group_ids)}
    insert = insert_into(conn, table).values(row)
    changed = {name: insert.excluded[name] for name in row if name != "user_id"}
    conn.execute(insert.on_conflict_do_update(index_elements=["user_id"], set_=changed))


def redress_roles(conn: Connection) -> frozenset[str]:
    """Return the kinds of staff who see what requesters were given."""
    given = (kept.get(conn, REDRESS) or {}).get("roles")
    return REDRESS_ROLES if given is None else frozenset(given)


def set_redress_roles(conn: Connection, roles: Collection[str], *, now: datetime) -> None:
    """Keep an admin's choice of who sees it."""
    kept.put(conn, REDRESS, {"roles": sorted(roles)}, now=now)
