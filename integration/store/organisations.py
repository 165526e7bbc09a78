"""Who else of an organisation complained of late."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import State
from integration.store.tables import complaints, requesters


def complaining_people(conn: Connection, organization_id: int, since: datetime) -> int:
    """Return how many people of an organisation made a complaint that was received since then."""
    people = sa.select(sa.func.count(complaints.c.requester_id.distinct())).join_from(
        requesters, complaints, complaints.c.requester_id == requesters.c.id
    )
    mine = sa.and_(
        requesters.c.organization_id == organization_id,
        complaints.c.received_at >= since,
        complaints.c.state != State.NOT_A_COMPLAINT.value,
    )
    return conn.scalar(people.where(mine)) or 0
