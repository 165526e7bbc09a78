"""What follow-ups cost while many of them wait: finding what is due, claiming it, moving and ending one."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from integration.domain.followup import FollowUpStatus
from integration.domain.reason import Reason
from integration.store import follow_ups
from integration.store.engine import Database, make_engine
from tests.bench.figures import Timed, timed
from tests.bench.fill import Filled
from tests.bench.scale import Scale

BATCH = 50
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Each is one transaction, durable where it writes; a claim takes `batch` follow-ups."""

    pending: int
    batch: int
    nothing_due: Timed
    claim: Timed
    reschedule: Timed
    cancel: Timed


def measure(store: Filled, scale: Scale) -> FollowUps:
    """Use a filled store as the dispatcher and the agents do."""
    now = datetime.now(UTC)
    ids = itertools.count(1, max(store.tickets // (4 * scale.changes), 1))
    with _opened(store.url) as database:

        def claim(moment: datetime) -> Callable[[Connection], object]:
            return lambda conn: follow_ups.claim_due(conn, moment, limit=BATCH, lease=LEASE)

        def reschedule(conn: Connection) -> bool:
            return follow_ups.reschedule(conn, next(ids), now + timedelta(days=3), now=now)

        def cancel(conn: Connection) -> bool:
            status, reason = FollowUpStatus.CANCELLED, Reason("agent")
            return follow_ups.end(conn, next(ids), status=status, reason=reason, now=now)

        return FollowUps(
            pending=store.tickets,
            batch=BATCH,
            nothing_due=_each(database, claim(now - timedelta(days=1)), scale.changes, None),
            claim=_each(database, claim(now), scale.claims, BATCH),
            reschedule=_each(database, reschedule, scale.changes, True),
            cancel=_each(database, cancel, scale.changes, True),
        )


def _each(database: Database, act: Callable[[Connection], object], times: int, expect: object) -> Timed:
    """Time `times` transactions; each must find as many follow-ups as it should."""

    def once(_: int) -> None:
        with database.write() as conn:
            found = act(conn)
        came_to = (len(found) or None) if isinstance(found, list) else found
        if came_to != expect:
            raise RuntimeError(f"{came_to} instead of {expect}: the store is not as it was filled.")

    return timed(once, range(times))


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(make_engine(url))
    try:
        yield database
    finally:
        database.close()
