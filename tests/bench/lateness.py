"""How late reminders are when thousands fall due together while a million others wait; what memory it takes.

A worker as it ships runs in a process of its own, beside an account on loopback that answers at once and
whose limits hold nobody up; so this is what Makegood adds. With Zendesk's own limit of 100 ticket updates a
minute, of which Makegood takes a share, the writes of such a morning would take hours, urgent ones first.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from integration.domain.followup import FollowUpStatus
from integration.store.engine import Database
from integration.store.tables import follow_ups, outbox
from tests.bench import servers
from tests.bench.figures import Spread
from tests.bench.machine import resident_megabytes
from tests.bench.scale import Scale
from tests.bench.waiting import SOON, let_fall_due

# While they are written, none of them may be due.
LEAD_SECONDS, LEAD_SECONDS_EACH = 3.0, 0.001
LONGEST_SECONDS = 1_800.0
LOOK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Lateness:
    """`begun_late` is from due to the moment a worker took it up, `written_late` to Zendesk's answer.

    Both in milliseconds of the machine's clock. The program's clock ran `speed` times as fast, so that
    `count` came due in `within_seconds` of its own. Memory is that of the worker and its renderer together.
    """

    count: int
    within_seconds: float
    speed: float
    written: int
    not_written: dict[str, int]
    begun_late: Spread
    written_late: Spread
    memory_idle_mb: int
    memory_most_mb: int
    cpu_ms_each: float


def measure(database: Database, url: str, place: Path, scale: Scale) -> Lateness:
    """Let follow-ups fall due while a worker runs, and wait until each is done with."""
    with _account(scale.speed) as (zendesk_url, began), _worker(place, url, zendesk_url) as worker:
        lead = LEAD_SECONDS + LEAD_SECONDS_EACH * scale.falling_due
        first = _program_now(began, scale.speed) + timedelta(seconds=lead * scale.speed)
        within = timedelta(seconds=scale.falling_due_seconds)
        let_fall_due(database, scale.falling_due, after=first, within=within)
        idle = resident_megabytes(worker.pid)
        worked = worker.cpu_seconds()
        most = _wait(database, worker, scale)
        worked = worker.cpu_seconds() - worked
    return _sum_up(database, scale, idle, most, worked)


def _wait(database: Database, worker: servers.Running, scale: Scale) -> int:
    """Wait until nothing is left to do; return the most memory that was seen."""
    until = time.monotonic() + LONGEST_SECONDS
    running = sa.and_(
        follow_ups.c.ticket_id > SOON,
        follow_ups.c.status.in_([FollowUpStatus.PENDING, FollowUpStatus.DISPATCHED]),
    )
    most = 0
    while time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
        most = max(most, resident_megabytes(worker.pid))
        with database.read() as conn:
            if not conn.scalar(sa.select(sa.func.count()).select_from(follow_ups).where(running)):
                return most
    return most


def _sum_up(database: Database, scale: Scale, idle: int, most: int, worked: float) -> Lateness:
    with database.read() as conn:
        rows = conn.execute(
            sa.select(follow_ups.c.status, follow_ups.c.due_at, follow_ups.c.ended_at, outbox.c.created_at)
            .join(outbox, outbox.c.follow_up_id == follow_ups.c.id, isouter=True)
            .where(follow_ups.c.ticket_id > SOON)
        ).all()
    written = [row for row in rows if row.status == FollowUpStatus.POSTED]
    others: dict[str, int] = {}
    for row in rows:
        if row.status != FollowUpStatus.POSTED:
            others[row.status] = others.get(row.status, 0) + 1
    return Lateness(
        count=scale.falling_due,
        within_seconds=scale.falling_due_seconds,
        speed=scale.speed,
        written=len(written),
        not_written=others,
        begun_late=Spread.of((r.created_at - r.due_at).total_seconds() / scale.speed for r in written),
        written_late=Spread.of((r.ended_at - r.due_at).total_seconds() / scale.speed for r in written),
        memory_idle_mb=idle,
        memory_most_mb=most,
        cpu_ms_each=round(worked / scale.falling_due * 1000, 2),
    )


def _program_now(began: float, speed: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=(time.monotonic() - began) * (speed - 1))


@contextmanager
def _account(speed: float) -> Iterator[tuple[str, float]]:
    command = [sys.executable, "-m", "tests.bench.zendesk_tickets", str(speed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=servers.ROOT) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), time.monotonic()
        finally:
            process.terminate()


@contextmanager
def _worker(place: Path, database_url: str, zendesk_url: str) -> Iterator[servers.Running]:
    given = {"ZENDESK_URL": zendesk_url, "MODE": "act", "REHEARSAL": "true", "LOG_LEVEL": "WARNING"}
    with servers.worker(place, database_url, given) as running:
        yield running
