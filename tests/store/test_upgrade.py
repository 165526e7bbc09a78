"""An upgrade from every schema there was, with rows in every table, loses nothing that was stored or due."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from integration.store import audit_log, erasures, follow_ups, kept, tickets
from integration.store.audit_chain import Head
from integration.store.engine import Database, make_engine
from integration.store.erasures import Hold
from integration.store.going_back import CHECKPOINT, PRIVACY, NotForgettable
from integration.store.migrate import downgrade_one, migrate, schema_state
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


def test_a_chain_that_was_left_and_begun_anew_is_not_called_broken(empty: Engine) -> None:
    go_to(empty, PRIVACY)
    with Database(empty).write() as conn:
        kept.put(conn, CHECKPOINT, {"seq": 1, "hash": "of the chain before"}, now=NOON)

    downgrade_one(empty)
    migrate(empty)

    with Database(empty).read() as conn:
        assert kept.get(conn, CHECKPOINT) is None


@pytest.mark.parametrize("known", ["holds", "erasures"])
def test_nobody_goes_back_to_where_a_hold_or_an_erasure_is_not_known(empty: Engine, known: str) -> None:
    migrate(empty)
    with Database(empty).write() as conn:
        if known == "holds":
            erasures.place_hold(conn, Hold("requester:7", "file 12", "cli", NOON))
        else:
            erasures.ask(conn, "requester:7", cause="asked", asked_by="cli", now=NOON, due_at=NOON)
    while schema_state(empty).current != PRIVACY:
        downgrade_one(empty)

    with pytest.raises(NotForgettable, match=f"1 .*{known}"):
        downgrade_one(empty)

    assert schema_state(empty).current == PRIVACY


def test_only_the_last_copies_are_kept(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'makegood.db'}")
    migrate(engine)
    for _ in range(5):
        downgrade_one(engine)
    migrate(engine)
    engine.dispose()

    assert len(list(tmp_path.glob("makegood.db.before-*"))) == 3
