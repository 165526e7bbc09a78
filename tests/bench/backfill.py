"""How fast an account's past comes in, into SQLite and PostgreSQL, beside tap-zendesk over the same stub.

`python -m tests.bench.backfill [--tickets N]` runs it alone. tap-zendesk writes Singer messages to a file and
keeps nothing, so it does less; judging, which it has no counterpart for, is measured apart.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from integration.app import assemble
from integration.handling.import_history import Imported, import_history
from integration.settings import parse_settings
from integration.store.migrate import migrate
from tests.postgres import Cluster

PEER = "tap-zendesk==2.8.2"
TICKETS = 100_000
JUDGED = 200
# With its own pause it would take hours, so its rate is taken from this much of it.
PEER_SECONDS = 75.0


@dataclass(frozen=True, slots=True)
class Backfill:
    """One reader: tickets a second, peak memory of its process, and what it stored them in."""

    reader: str
    store: str
    tickets: int
    seconds: float
    per_second: float
    peak_megabytes: int
    judged_per_second: float | None = None


def measure(place: Path, tickets: int = TICKETS) -> list[Backfill]:
    """Measure both databases and the peer, in this order, each in a process of its own."""
    found = []
    with stub(tickets) as url:
        found.append(_ours(url, f"sqlite:///{place / 'backfill.db'}", place, "SQLite"))
        cluster = Cluster(durable=True)
        try:
            found.append(_ours(url, cluster.url(cluster.create()), place, "PostgreSQL"))
        finally:
            cluster.stop()
        found += _peers(url, place)
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


def _ours(url: str, database_url: str, place: Path, store: str) -> Backfill:
    command = [sys.executable, "-m", "tests.bench.backfill", "--one", url, database_url, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Backfill(reader="Makegood", store=store, **json.loads(done.stdout))


def import_one(url: str, database_url: str, place: Path) -> dict[str, float]:
    """Import everything and judge a little, in this process; return the figures."""
    names = {
        "ZENDESK_URL": url,
        "OAUTH_CLIENT_ID": "makegood",
        "OAUTH_CLIENT_SECRET": "secret",
        "PUBLIC_URL": url,
        "SECRET_KEY": "k" * 40,
        "DATABASE_URL": database_url,
        "DATA_DIR": str(place),
        "REHEARSAL": "true",
    }
    parts = assemble(parse_settings({f"MAKEGOOD_{name}": value for name, value in names.items()}))
    migrate(parts.database.engine)
    seen: dict[str, float] = {"began": time.perf_counter()}

    def report(done: Imported) -> None:
        if done.judged == 0:
            seen["read_at"], seen["tickets"] = time.perf_counter(), done.tickets
            seen["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        elif done.judged >= JUDGED:
            seen["judged"], seen["judged_at"] = done.judged, time.perf_counter()
            raise _Enough

    try:
        import_history(parts, report)
    except _Enough:
        pass
    finally:
        parts.close()
    seconds = seen["read_at"] - seen["began"]
    return {
        "tickets": int(seen["tickets"]),
        "seconds": round(seconds, 1),
        "per_second": round(seen["tickets"] / seconds),
        "peak_megabytes": round(seen["peak"]),
        "judged_per_second": round(seen["judged"] / (seen["judged_at"] - seen["read_at"]), 1),
    }


class _Enough(Exception):
    """The rate of judging is known."""


def _peers(url: str, place: Path) -> list[Backfill]:
    folder = place / "peer"
    try:
        venv.create(folder, with_pip=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", PEER]
        subprocess.run(pip, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        click.echo(
            f"{PEER} cannot be had here ({type(error).__name__}); the comparison is left out.", err=True
        )
        return []
    return [_peer(folder / "bin" / "python", url, place, mode) for mode in ("free", "throttled")]


def _peer(python: Path, url: str, place: Path, mode: str) -> Backfill:
    output = place / f"peer-{mode}.jsonl"
    began = time.perf_counter()
    with output.open("wb") as messages:
        process = subprocess.Popen(
            [python, Path(__file__).with_name("peer_tap.py"), url, mode],
            stdout=messages,
            stderr=subprocess.DEVNULL,
        )
        peak = 0
        while process.poll() is None and (mode == "free" or time.perf_counter() - began < PEER_SECONDS):
            peak = max(peak, _resident(process.pid))
            time.sleep(0.2)
        seconds = time.perf_counter() - began
        process.kill()
        process.wait()
    with output.open("rb") as messages:
        tickets = sum(b'"type": "RECORD"' in line[:40] for line in messages)
    output.unlink()
    return Backfill(
        reader=f"tap-zendesk 2.8.2, {'without' if mode == 'free' else 'with'} its pause",
        store="nothing: a file of messages",
        tickets=tickets,
        seconds=round(seconds, 1),
        per_second=round(tickets / seconds),
        peak_megabytes=peak,
    )


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() // 2**20


@click.command()
@click.option("--tickets", default=TICKETS, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--one", nargs=3, hidden=True)
def main(tickets: int, folder: Path | None, one: tuple[str, str, str] | None) -> None:
    """Measure the import alone."""
    if one:
        click.echo(json.dumps(import_one(one[0], one[1], Path(one[2]))))
        return
    with tempfile.TemporaryDirectory(prefix="makegood-backfill-", dir=folder) as place:
        for found in measure(Path(place), tickets):
            click.echo(json.dumps(asdict(found)))


if __name__ == "__main__":
    main()
