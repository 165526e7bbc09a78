"""No question that is asked all day reads a whole table, however full it is."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from integration.store import (
    clocks,
    complaints,
    facts,
    follow_ups,
    health,
    history,
    inbox,
    outbox,
    parked,
    promises,
    requesters,
    suggestion_uses,
    tickets,
)
from integration.store.engine import Database, make_engine
from integration.store.migrate import migrate
from integration.store.tables import Moment, metadata
from tests.postgres import Cluster
from tests.store.samples import LEASE, NOON, complaint, intend, plan, receive

ROWS = 3000
WHO = 900_000
WORDS = {"state": "done", "status": "posted"}
# SQLite: "SCAN tickets"; "SCAN outbox USING INDEX …" walks only what a partial index holds.
SCANS = re.compile(r"Seq Scan on (\w+)|SCAN (\w+)(?! USING INDEX)\b")

QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "history": lambda conn: history.history_of(conn, WHO, now=NOON),
    "requester": lambda conn: requesters.get(conn, WHO),
    "same person": lambda conn: requesters.same_person(conn, WHO),
    "ticket": lambda conn: tickets.get(conn, WHO),
    "comments": lambda conn: tickets.comments(conn, WHO),
    "complaint": lambda conn: complaints.by_ticket(conn, WHO),
    "actions": lambda conn: complaints.actions(conn, WHO),
    "promises": lambda conn: promises.open_for_ticket(conn, WHO),
    "facts": lambda conn: facts.of_requester(conn, WHO),
    "deadlines": lambda conn: clocks.deadlines_of(conn, WHO),
    "near deadlines": lambda conn: clocks.due_before(conn, NOON, since=NOON, limit=50),
    "noted moments": lambda conn: clocks.noted(conn, WHO),
    "stops": lambda conn: clocks.stops(conn, WHO),
    "counted step": lambda conn: clocks.counted_step(conn, 1),
    "counted steps": lambda conn: clocks.counted_steps(conn, above=0, limit=9, ticket_id=WHO),
    "used suggestions": lambda conn: suggestion_uses.used_for(conn, WHO),
    "running follow-ups": lambda conn: follow_ups.running(conn, WHO),
    "waiting events": lambda conn: inbox.waiting(conn, ticket_id=WHO),
    "due events": lambda conn: inbox.claim_due(conn, NOON, limit=50, lease=LEASE),
    "due follow-ups": lambda conn: follow_ups.claim_due(conn, NOON, limit=50, lease=LEASE),
    "due writes": lambda conn: outbox.claim_due(conn, NOON, limit=50, lease=LEASE),
    "events in flight": lambda conn: inbox.in_flight(conn, NOON),
    "follow-ups in flight": lambda conn: follow_ups.in_flight(conn, NOON, lease=LEASE),
    "reminders that wait": outbox.count_reminders,
    "note of a complaint": lambda conn: outbox.by_key(conn, "enrich:1"),
    "writes in flight": lambda conn: outbox.in_flight(conn, NOON),
    "parked work": parked.everything,
    "backlog": lambda conn: health.backlog(conn, NOON),
}


def value(column: sa.Column[Any], number: int) -> object:
    """Something of the right type, different in every row."""
    if column.name in WORDS:
        return WORDS[column.name]
    if column.nullable:
        return None
    if isinstance(column.type, Moment):
        return datetime(2026, 1, 1, tzinfo=NOON.tzinfo)
    if isinstance(column.type, sa.String | sa.Text):
        return str(number)
    return {sa.LargeBinary: b"", sa.JSON: {}, sa.Boolean: False}.get(type(column.type), number)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Every table full of finished things, with one of each that somebody waits for; do not commit."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('filled') / 'makegood.db'}"
    else:
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.url(cluster.create())
    engine = make_engine(url)
    migrate(engine)
    fill(Database(engine))
    yield engine
    engine.dispose()


def fill(database: Database) -> None:
    with database.write() as conn:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column is not table.autoincrement_column]
            conn.execute(
                sa.insert(table), [{column.name: value(column, n) for column in columns} for n in range(ROWS)]
            )
        complaints.add(conn, complaint(WHO, requester_id=WHO))
        receive(conn, "new", WHO)
        plan(conn, WHO)
        intend(conn, "new", ticket_id=WHO)
        conn.execute(sa.text("ANALYZE"))


@contextmanager
def explained(conn: Connection) -> Iterator[list[str]]:
    """Collect the plan of every statement on the connection."""
    plans: list[str] = []
    explain = "EXPLAIN QUERY PLAN " if conn.dialect.name == "sqlite" else "EXPLAIN "

    def ask(_conn: object, cursor: Any, statement: str, parameters: Sequence[Any], *_: object) -> None:
        cursor.execute(explain + statement, parameters)
        plans.extend(str(row[-1]) for row in cursor.fetchall())

    sa.event.listen(conn, "before_cursor_execute", ask)
    yield plans
    sa.event.remove(conn, "before_cursor_execute", ask)


def test_questions_find_their_rows_by_an_index(filled: Engine) -> None:
    scanned = {}
    for name, question in QUESTIONS.items():
        with filled.connect() as conn, explained(conn) as plans:
            question(conn)
        found = {word for plan in plans for pair in SCANS.findall(plan) for word in pair}
        scanned[name] = found & set(metadata.tables)
        assert plans, name

    assert scanned == {name: set() for name in QUESTIONS}


def test_a_full_table_read_would_be_seen(filled: Engine) -> None:
    with filled.connect() as conn, explained(conn) as plans:
        conn.execute(sa.text("SELECT * FROM tickets WHERE subject = 'x'"))

    assert any(SCANS.search(plan) for plan in plans)


@pytest.mark.parametrize("table", ["inbox", "outbox"])
def test_the_dispatcher_walks_only_what_waits(filled: Engine, table: str) -> None:
    claim = {"inbox": inbox.claim_due, "outbox": outbox.claim_due}[table]

    with filled.connect() as conn, explained(conn) as plans:
        claim(conn, NOON, limit=50, lease=LEASE)

    assert any("_waiting" in plan for plan in plans)
