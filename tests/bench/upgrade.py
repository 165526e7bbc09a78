"""How long an upgrade takes from every schema there was, and that nothing of what was stored or due is lost.

`python -m tests.bench.upgrade` fills each with 100 thousand tickets and as many pending follow-ups, on SQLite
and on PostgreSQL. It begins no further schema once `--minutes` are over.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from integration.store import follow_ups
from integration.store.engine import Database, make_engine
from integration.store.migrate import migrate
from integration.store.tables import follow_ups as follow_ups_table
from tests.postgres import Cluster
from tests.store.old_schemas import NOON, REVISIONS, counts, fill, go_to

FULL_TABLES = ("tickets", "follow_ups", "requesters", "complaints")
OTHER_ROWS = 1_000
CLAIMED = 50


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One upgrade: from a revision, with so many tickets; `seconds` includes the copy of an SQLite file."""

    store: str
    revision: str
    tickets: int
    pending: int
    filled_in_seconds: float
    seconds: float


@click.command()
@click.option("--tickets", "count", default=100_000, show_default=True)
@click.option("--revision", "revisions", multiple=True, type=click.Choice(REVISIONS[:-1]))
@click.option("--on", type=click.Choice(["SQLite", "PostgreSQL"]), help="One of the two alone.")
@click.option("--minutes", default=20.0, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def main(count: int, revisions: tuple[str, ...], on: str | None, minutes: float, folder: Path | None) -> None:
    """Upgrade from every earlier schema."""
    until = time.monotonic() + 60 * minutes
    for store in [on] if on else ["SQLite", "PostgreSQL"]:
        for revision in revisions or REVISIONS[:-1]:
            if time.monotonic() > until:
                raise click.ClickException(f"{minutes:.0f} minutes are over; {store} {revision} is next.")
            with _engine(store, folder) as engine:
                click.echo(json.dumps(asdict(_upgrade(engine, store, revision, count))))


@contextmanager
def _engine(store: str, folder: Path | None) -> Iterator[Engine]:
    cluster = Cluster(durable=True) if store == "PostgreSQL" else None
    with tempfile.TemporaryDirectory(prefix="makegood-upgrade-", dir=folder) as place:
        url = cluster.url(cluster.create()) if cluster else f"sqlite:///{place}/makegood.db"
        engine = make_engine(url)
        try:
            yield engine
        finally:
            engine.dispose()
            if cluster:
                cluster.stop()


def _upgrade(engine: Engine, store: str, revision: str, count: int) -> Upgrade:
    began = time.perf_counter()
    go_to(engine, revision)
    before = fill(engine, min(OTHER_ROWS, count), dict.fromkeys(FULL_TABLES, count))
    filled = time.perf_counter()
    state = migrate(engine)
    seconds = time.perf_counter() - filled
    with Database(engine).write() as conn:
        after = counts(conn, before)
        pending = conn.scalar(sa.select(sa.func.count()).where(follow_ups_table.c.status == "pending"))
        claimed = follow_ups.claim_due(conn, NOON, limit=CLAIMED, lease=timedelta(minutes=2))
    if not state.is_ready or after != before or pending != count or len(claimed) != min(CLAIMED, count):
        raise click.ClickException(
            f"{store} from {revision}: {before} became {after}, {pending} are pending."
        )
    return Upgrade(store, revision, count, pending, round(filled - began, 1), round(seconds, 2))


if __name__ == "__main__":
    main()
