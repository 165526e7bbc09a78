"""An upgrade from every schema there was, with rows in every table, loses nothing that was stored or due."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from integration.store import audit_log, follow_ups, tickets
from integration.store.audit_chain import Head
from integration.store.engine import Database, make_engine
from integration.store.migrate import SCRIPTS, downgrade_one, migrate
from tests.postgres import Cluster
from tests.store.samples import LEASE
from tests.store.test_migrate import go_to

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROWS = 40
REVISIONS = sorted(script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions())
# Words that the program asks for; any other text will do elsewhere.
WORDS = {
    ("follow_ups", "status"): "pending",
    ("tickets", "status"): "open",
    ("tickets", "channel"): "email",
    ("inbox", "state"): "new",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without tables; the test runs once on each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.url(cluster.create())
    engine = make_engine(url)
    yield engine
    engine.dispose()


def fill(engine: Engine) -> dict[str, int]:
    """Put rows into every table of the schema that the database has now; return how many are in each."""
    reflected = sa.MetaData()
    reflected.reflect(engine)
    # A chained log takes entries from the program alone.
    no_fill = {"alembic_version"} | {t.name for t in reflected.sorted_tables if "digest" in t.columns}
    own = [table for table in reflected.sorted_tables if table.name not in no_fill]
    with engine.begin() as connection:
        for table in own:
            connection.execute(sa.insert(table), [row_of(table, number) for number in range(1, ROWS + 1)])
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in own
        }


def row_of(table: sa.Table, number: int) -> dict[str, Any]:
    return {
        column.name: WORDS.get((table.name, column.name)) or value_of(column, number)
        for column in table.columns
        # PostgreSQL counts up by itself, and would not notice numbers that were given.
        if not (column.name == "id" and column.server_default is not None)
    }


def value_of(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return NOON if kind.timezone else NOON.replace(tzinfo=None)
    if isinstance(kind, sa.JSON):
        return [] if column.name in {"tags", "satisfied_by"} else {}
    if isinstance(kind, sa.LargeBinary):
        return b"{}"
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.String):
        return f"{number:012d}"[-(kind.length or 12) :]
    return number


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_row_and_all_pending_work_come_through(empty: Engine, revision: str) -> None:
    go_to(empty, revision)
    before = fill(empty)

    assert migrate(empty).is_ready

    with Database(empty).write() as conn:
        after = {name: conn.scalar(sa.text(f"SELECT count(*) FROM {name}")) for name in before}
        assert after == before
        assert len(follow_ups.claim_due(conn, NOON, limit=ROWS, lease=LEASE)) == ROWS
        found = tickets.get(conn, 7)
        assert found is not None
        assert found.requester_id == 7
        # What was written before there was a chain is chained, too.
        assert audit_log.verify(conn) == (Head(before.get("audit_log", 0), audit_log.head(conn).hash), None)


def test_the_newest_schema_can_be_left_and_come_back_to(empty: Engine) -> None:
    go_to(empty, REVISIONS[-1])
    with Database(empty).write() as conn:
        audit_log.write(conn, at=NOON, actor="cli", action="x", subject="ticket:1", after={"a": 1})

    downgrade_one(empty)
    migrate(empty)

    with Database(empty).read() as conn:
        assert audit_log.verify(conn)[1] is None
        assert audit_log.entries(conn)[0].after == {"a": 1}


def test_only_the_last_copies_are_kept(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'makegood.db'}")
    migrate(engine)
    for _ in range(5):
        downgrade_one(engine)
    migrate(engine)
    engine.dispose()

    assert len(list(tmp_path.glob("makegood.db.before-*"))) == 3
