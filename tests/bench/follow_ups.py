"""Follow-ups by the million: what claiming, moving and ending one costs, and how late reminders are.

On SQLite and on PostgreSQL, each in a database of its own.
"""

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection

from integration.domain.followup import FollowUpStatus
from integration.domain.reason import Reason
from integration.store import follow_ups
from integration.store.engine import Database, make_engine
from integration.store.migrate import migrate
from tests.bench import lateness
from tests.bench.figures import Timed, timed
from tests.bench.lateness import Lateness
from tests.bench.scale import Scale
from tests.bench.waiting import fill
from tests.postgres import Cluster

BATCH = 50
LEASE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Each `Timed` is one transaction, durable where it writes; a claim takes `batch` follow-ups."""

    database: str
    pending: int
    megabytes: int
    filled_in_seconds: float
    batch: int
    nothing_due: Timed
    claim: Timed
    reschedule: Timed
    cancel: Timed
    lateness: Lateness


def measure(place: Path, scale: Scale) -> list[FollowUps]:
    """Fill a database of each kind, use it as the dispatcher and the agents do, then let a worker work."""
    found = []
    with tempfile.TemporaryDirectory(dir=place) as folder:
        found.append(_measure("SQLite", f"sqlite:///{folder}/makegood.db", Path(folder), scale))
    if scale.with_postgresql:
        cluster = Cluster(durable=True)
        try:
            with tempfile.TemporaryDirectory(dir=place) as folder:
                found.append(_measure("PostgreSQL", cluster.url(cluster.create()), Path(folder), scale))
        finally:
            cluster.stop()
    return found


def _measure(name: str, url: str, place: Path, scale: Scale) -> FollowUps:
    with _opened(url) as database:
        began = time.perf_counter()
        filled = fill(database, scale.pending)
        seconds = time.perf_counter() - began
        now = datetime.now(UTC)
        # Spread over all, so that no page of the database is found warm because of the one before.
        ids = itertools.count(1, max(scale.pending // (4 * scale.changes), 1))

        def claim(moment: datetime) -> Callable[[Connection], object]:
            return lambda conn: follow_ups.claim_due(conn, moment, limit=BATCH, lease=LEASE)

        def reschedule(conn: Connection) -> bool:
            return follow_ups.reschedule(conn, next(ids), now + timedelta(days=3), now=now)

        def cancel(conn: Connection) -> bool:
            status, reason = FollowUpStatus.CANCELLED, Reason("agent")
            return follow_ups.end(conn, next(ids), status=status, reason=reason, now=now)

        return FollowUps(
            database=name,
            pending=filled.pending,
            megabytes=filled.megabytes,
            filled_in_seconds=round(seconds, 1),
            batch=BATCH,
            nothing_due=_each(database, claim(now), scale.changes, None),
            reschedule=_each(database, reschedule, scale.changes, True),
            cancel=_each(database, cancel, scale.changes, True),
            claim=_each(database, claim(now + timedelta(days=60)), scale.claims, BATCH),
            lateness=lateness.measure(database, url, place, scale),
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
        migrate(database.engine)
        yield database
    finally:
        database.close()
