"""Kills an import again and again and compares what it leaves with one that was left in peace.

`python -m tests.bench.kills` reads 100 thousand tickets of 5 KB into SQLite and into PostgreSQL, each twice:
once in peace, once with ten kill -9 at random points. Its status is 0 only where both are the same.
"""

import hashlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy as sa

from integration.app import assemble
from integration.handling.import_history import Imported, import_history, so_far
from integration.settings import Settings, parse_settings
from integration.store.engine import make_engine
from integration.store.migrate import migrate
from integration.store.tables import requesters, tickets
from tests.bench.backfill import settings_of, stub
from tests.postgres import Cluster


@click.command()
@click.option("--tickets", "count", default=100_000, show_default=True)
@click.option("--kills", default=10, show_default=True)
@click.option("--seed", default=7, show_default=True)
@click.option("--on", type=click.Choice(["SQLite", "PostgreSQL"]), help="One of the two alone.")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def main(count: int, kills: int, seed: int, on: str | None, folder: Path | None) -> None:
    """Import in peace and under kills, and compare."""
    differ = False
    with stub(count) as url, tempfile.TemporaryDirectory(prefix="makegood-kills-", dir=folder) as name:
        for store in [on] if on else ["SQLite", "PostgreSQL"]:
            with _databases(store, Path(name)) as (calm, rough):
                found = _compare(url, calm, rough, Path(name), kills, random.Random(seed))
            click.echo(json.dumps({"store": store, **found}))
            differ = differ or not found["same"]
    sys.exit(1 if differ else 0)


@contextmanager
def _databases(store: str, place: Path) -> Iterator[tuple[str, str]]:
    if store == "SQLite":
        yield f"sqlite:///{place / 'calm.db'}", f"sqlite:///{place / 'rough.db'}"
        return
    cluster = Cluster(durable=True)
    try:
        yield cluster.url(cluster.create()), cluster.url(cluster.create())
    finally:
        cluster.stop()


def _compare(
    url: str, calm: str, rough: str, place: Path, kills: int, dice: random.Random
) -> dict[str, object]:
    in_peace, settings = _settings(url, calm, place), _settings(url, rough, place)
    began = time.perf_counter()
    _import(in_peace, None)
    seconds = time.perf_counter() - began
    reached = []
    for _ in range(kills):
        # About half of all kills come before the end of what is left; the others hit the last pages.
        _import(settings, dice.uniform(0.0, 2 * seconds / (kills + 1)))
        reached.append(_reached(settings))
    _import(settings, None)
    return {
        "tickets": _reached(settings),
        "seconds_in_peace": round(seconds, 1),
        "killed_at_tickets": reached,
        "same": _digest(calm) == _digest(rough),
    }


def _settings(url: str, database_url: str, place: Path) -> Settings:
    """Return the settings of an installation on a migrated database."""
    engine = make_engine(database_url)
    migrate(engine)
    engine.dispose()
    return parse_settings(settings_of(url, database_url, place, with_encoder=False))


def _import(settings: Settings, killed_after: float | None) -> None:
    """Import in a child; where it is to be killed, after so many seconds."""
    child = os.fork()
    if child == 0:
        os._exit(_read_all(settings))
    if killed_after is not None:
        time.sleep(killed_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if killed_after is None and status:
        raise RuntimeError("The import failed.")


def _read_all(settings: Settings) -> int:
    def report(done: Imported) -> None:
        if done.judged:
            raise _Read

    try:
        import_history(assemble(settings), report)
    except _Read:
        return 0
    return 1


class _Read(Exception):
    """All is read; judging, which would take hours, is compared by a test over fewer tickets."""


def _reached(settings: Settings) -> int:
    parts = assemble(settings)
    done = so_far(parts)
    parts.close()
    return done.tickets


def _digest(url: str) -> str:
    """Return a digest of every row that was read."""
    engine = make_engine(url)
    digest = hashlib.sha256()
    with engine.connect().execution_options(yield_per=1_000) as connection:
        for table in (requesters, tickets):
            for row in connection.execute(sa.select(table).order_by(table.c.id)):
                # PostgreSQL gives the keys of JSON in an order of its own.
                digest.update(json.dumps(list(row), sort_keys=True, default=str).encode())
    engine.dispose()
    return digest.hexdigest()


if __name__ == "__main__":
    main()
