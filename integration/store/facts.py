"""Facts about requesters from outside Zendesk, each with its source and age."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store import requesters
from integration.store.dialect import has_stored, insert_into
from integration.store.tables import facts

MOST_FACTS = 100


@dataclass(frozen=True, slots=True)
class Fact:
    """Such as `Fact("plan", "Premium", "billing", …)`."""

    name: str
    value: str
    source: str
    observed_at: datetime


def put(conn: Connection, requester_id: int, fact: Fact) -> bool:
    """Store a fact; False when a newer observation is already known."""
    insert = insert_into(conn, facts).values(
        requester_id=requester_id,
        name=fact.name,
        value=fact.value,
        source=fact.source,
        observed_at=fact.observed_at,
    )
    new = insert.excluded
    statement = insert.on_conflict_do_update(
        index_elements=["requester_id", "name"],
        set_={"value": new.value, "source": new.source, "observed_at": new.observed_at},
        where=facts.c.observed_at <= new.observed_at,
    )
    return has_stored(conn, statement, facts.c.name)


def of_requester(conn: Connection, requester_id: int) -> list[Fact]:
    """Return the newest fact of each name over everyone merged with the requester, by name."""
    ids = requesters.same_person(conn, requester_id)
    rows = conn.execute(
        sa.select(facts.c.name, facts.c.value, facts.c.source, facts.c.observed_at)
        .where(facts.c.requester_id.in_(ids))
        .order_by(facts.c.name, facts.c.observed_at)
        .limit(MOST_FACTS)
    )
    return list({row.name: Fact(*row) for row in rows}.values())
