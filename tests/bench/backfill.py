"""How fast an account's past comes in, into SQLite and PostgreSQL, beside tap-zendesk over the same stub.

`python -m tests.bench --only backfill` measures it alone. tap-zendesk writes Singer messages to a file and
keeps nothing, so it does less; judging, which it has no counterpart for, is measured apart.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from integration.app import assemble
from integration.handling.import_history import Imported, import_history
from integration.settings import read_settings
from integration.store.migrate import migrate
from tests.bench import peer
from tests.bench.scale import Scale
from tests.postgres import Cluster

MOST_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Backfill:
    """One reader: tickets a second, its own processor time a ticket, peak memory, what it stored them in."""

    reader: str
    store: str
    tickets: int
    seconds: float
    per_second: int
    cpu_ms: float
    peak_megabytes: int
    judged_per_second: float | None = None

    @property
    def is_ours(self) -> bool:
        """Whether Makegood was the reader."""
        return self.judged_per_second is not None


def measure(place: Path, scale: Scale) -> list[Backfill]:
    """Measure both databases and the peer, in this order, each in a process of its own."""
    found = []
    with stub(scale.past) as url:
        found.append(_ours("SQLite", url, f"sqlite:///{place / 'backfill.db'}", place, scale))
        if scale.with_postgresql:
            cluster = Cluster(durable=True)
            try:
                found.append(_ours("PostgreSQL", url, cluster.url(cluster.create()), place, scale))
            finally:
                cluster.stop()
        if scale.peer_seconds:
            found += [_theirs(run) for run in peer.measure(url, place, scale.peer_seconds)]
    return found


@contextmanager
def stub(tickets: int) -> Iterator[str]:
    """Run the stub in a process of its own; yield its URL."""
    command = [sys.executable, "-m", "tests.bench.zendesk_stub", str(tickets)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def settings_of(url: str, database_url: str, place: Path, *, with_encoder: bool) -> dict[str, str]:
    """Return the environment of an installation beside the stub."""
    names = {
        "ZENDESK_URL": url,
        "OAUTH_CLIENT_ID": "makegood",
        "OAUTH_CLIENT_SECRET": "secret",
        "PUBLIC_URL": url,
        "SECRET_KEY": "k" * 40,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(place),
        "REHEARSAL": "true",
        "ENCODER": "on" if with_encoder else "off",
    }
    return {f"MAKEGOOD_{name}": value for name, value in names.items()}


def _ours(store: str, url: str, database_url: str, place: Path, scale: Scale) -> Backfill:
    command = [sys.executable, "-m", "tests.bench.backfill", str(scale.judged)]
    settings = settings_of(url, database_url, place, with_encoder=scale.with_encoder)
    done = subprocess.run(
        command, env=os.environ | settings, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Backfill(reader="Makegood", store=store, **json.loads(done.stdout))


def _theirs(run: peer.Run) -> Backfill:
    return Backfill(
        reader=f"{run.name}, {'with' if run.is_throttled else 'without'} its pause",
        store="nothing: a file of messages",
        tickets=run.tickets,
        seconds=round(run.seconds, 1),
        per_second=round(run.tickets / run.seconds),
        cpu_ms=round(1000 * run.cpu_seconds / max(run.tickets, 1), 3),
        peak_megabytes=run.peak_megabytes,
    )


class _Enough(Exception):
    """The rate of judging is known."""


@click.command()
@click.argument("judged", type=int)
def import_one(judged: int) -> None:
    """Import everything and judge a little, in this process; print the figures."""
    parts = assemble(read_settings())
    migrate(parts.database.engine)
    seen: dict[str, float] = {"began": time.perf_counter()}

    def report(done: Imported) -> None:
        if done.judged == 0:
            seen["read_at"], seen["tickets"] = time.perf_counter(), done.tickets
            seen["cpu"] = time.process_time()
            seen["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        elif done.judged >= judged:
            seen["judged"], seen["judged_at"] = done.judged, time.perf_counter()
            raise _Enough

    try:
        import_history(parts, report)
    except _Enough:
        pass
    finally:
        parts.close()
    seconds = seen["read_at"] - seen["began"]
    figures = {
        "tickets": int(seen["tickets"]),
        "seconds": round(seconds, 1),
        "per_second": round(seen["tickets"] / seconds),
        "cpu_ms": round(1000 * seen["cpu"] / seen["tickets"], 3),
        "peak_megabytes": round(seen["peak"]),
        "judged_per_second": round(seen["judged"] / (seen["judged_at"] - seen["read_at"]), 1),
    }
    click.echo(json.dumps(figures))


if __name__ == "__main__":
    import_one()
