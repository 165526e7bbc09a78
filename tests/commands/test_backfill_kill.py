"""An import killed at ten random points leaves the same store as one that was left in peace."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from integration.store.engine import make_engine
from integration.store.tables import complaints, requesters, tickets
from tests.commands.conftest import Run

pytestmark = pytest.mark.story
ROOT = Path(__file__).parents[2]
KILLS = 10
# When something was found, and numbers that count up, differ from run to run.
OF_THE_RUN = {"id", "detected_at", "repeat_of"}


def store(url: str) -> dict[str, list[str]]:
    """Return what the import wrote, row by row, in an order that does not depend on when it was written."""
    engine = make_engine(url)
    found = {}
    with engine.connect() as connection:
        for table in (requesters, tickets, complaints):
            skipped = OF_THE_RUN if table is complaints else set()
            columns = [column for column in table.columns if column.name not in skipped]
            rows = connection.execute(sa.select(*columns))
            # PostgreSQL gives the keys of JSON in an order of its own.
            found[table.name] = sorted(json.dumps(list(row), sort_keys=True, default=str) for row in rows)
    engine.dispose()
    return found


def killed_import(settings: dict[str, str], kills: int) -> str:
    environment = {**os.environ, **{f"MAKEGOOD_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-m", "tests.commands.backfill_killer", str(kills), "7"]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_ten_kills_change_nothing(
    makegood: Run,
    settings: dict[str, str],
    rehearsal: RehearsalServer,
    zendesk: Puppets,
    sqlite_url: str,
    postgresql_url: str,
) -> None:
    rehearsal.seed_history(600)
    zendesk.pass_time(seconds=120)
    quiet = {**settings, "ENCODER": "off"}
    assert makegood("backfill", **quiet).exit_code == 0
    in_peace = store(f"sqlite:///{settings['DATA_DIR']}/makegood.db")

    for url in (sqlite_url, postgresql_url):
        told = killed_import({**quiet, "DATABASE_URL": url}, KILLS)

        assert told.count("killed") >= KILLS - 3, told
        assert store(url) == in_peace
    assert len(in_peace["tickets"]) > 300
    assert len(in_peace["complaints"]) > 30
