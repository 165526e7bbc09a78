"""Which response templates a requester has been given, so that nobody gets the same letter twice."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store import requesters
from integration.store.tables import suggestion_uses


def add(
    conn: Connection,
    *,
    requester_id: int,
    ticket_id: int,
    template_id: str,
    locale: str,
    agent_id: int | None,
    now: datetime,
) -> None:
    """Remember that an agent inserted a response template."""
    conn.execute(
        sa.insert(suggestion_uses).values(
            requester_id=requester_id,
            ticket_id=ticket_id,
            template_id=template_id,
            locale=locale,
            agent_id=agent_id,
            used_at=now,
        )
    )


def used_for(conn: Connection, requester_id: int) -> frozenset[str]:
    """Return the ids of the templates given to a requester or anyone merged with them."""
    ids = requesters.same_person(conn, requester_id)
    template_id = suggestion_uses.c.template_id
    return frozenset(
        conn.scalars(sa.select(template_id).distinct().where(suggestion_uses.c.requester_id.in_(ids)))
    )
