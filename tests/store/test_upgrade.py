"""An upgrade from every schema there was, with rows in every table, loses nothing that was stored or due."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from integration.store import audit_log, follow_ups, tickets
from integration.store.audit_chain import Head
from integration.store.engine import Database, make_engine
from integration.store.migrate import downgrade_one, migrate
from tests.postgres import Cluster
from tests.store.old_schemas import NOON, REVISIONS, counts, fill, go_to
from tests.store.samples import LEASE

ROWS = 40


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


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_row_and_all_pending_work_come_through(empty: Engine, revision: str) -> None:
    go_to(empty, revision)
    before = fill(empty, ROWS)

    assert migrate(empty).is_ready

    with Database(empty).write() as conn:
        assert counts(conn, before) == before
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
