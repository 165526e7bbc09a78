"""The times in which a follow-up stood still because its ticket waited: kept with it, oldest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.deadline import Stop
from integration.store.dialect import one_of
from integration.store.tables import follow_ups

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Pauses:
    """The pauses that are over, and since when the one lasts that is not."""

    over: tuple[Stop, ...] = ()
    since: datetime | None = None

    def ended(self, at: datetime) -> "Pauses":
        """Return them with the one that lasts over at a moment, or at its own start if that is later."""
        if self.since is None:
            return self
        return Pauses((*self.over, Stop(self.since, max(at, self.since))))


def of_follow_up(conn: Connection, id: int) -> Pauses:
    """Return the pauses of a follow-up."""
    return from_json(conn.scalar(sa.select(follow_ups.c.pauses).where(follow_ups.c.id == id)))


def save(conn: Connection, id: int, pauses: Pauses) -> bool:
    """Keep the pauses of a running follow-up; False where it has ended."""
    running = sa.and_(follow_ups.c.id == id, one_of(follow_ups.c.status, "pending", "dispatched"))
    return conn.execute(sa.update(follow_ups).where(running).values(pauses=_to_json(pauses))).rowcount == 1


def from_json(value: Json) -> Pauses:
    """Read what `save` wrote; null is none."""
    moments = [[datetime.fromisoformat(at) for at in one] for one in value or ()]
    lasting = [began for began, *end in moments if not end]
    return Pauses(tuple(Stop(*one) for one in moments if len(one) > 1), lasting[0] if lasting else None)


def _to_json(pauses: Pauses) -> Json:
    over = [[stop.began_at.isoformat(), stop.ended_at.isoformat()] for stop in pauses.over]
    return over + ([[pauses.since.isoformat()]] if pauses.since else [])
