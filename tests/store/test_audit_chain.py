"""The audit log: one order for all writers, nothing changed or cut unnoticed, erasure without a break."""

from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from integration.store import audit_log
from integration.store.audit_chain import Head
from integration.store.engine import Database
from integration.store.tables import audit_log as rows
from tests.store.samples import NOON, at_once


def log(database: Database, count: int = 3, who: str = "agent:1") -> None:
    with database.write() as conn:
        for number in range(count):
            audit_log.write(
                conn,
                at=NOON + timedelta(microseconds=number),
                actor=who,
                action="outcome recorded",
                subject=f"ticket:{number}",
                before={"amount": 1.0, "note": "Liebe Marta"},
                after=[number, None, 10**17, 0.1, True],
            )


def broken_at(database: Database) -> int | None:
    with database.read() as conn:
        broken = audit_log.verify(conn)[1]
    return broken.seq if broken else None


def tamper(database: Database, statement: str) -> None:
    """Change the log as somebody does who owns the database and lifts its guard."""
    drop = "DROP TRIGGER audit_log_is_unchanged"
    kept = "DROP TRIGGER audit_log_is_kept"
    on = "" if database.engine.dialect.name == "sqlite" else " ON audit_log"
    with database.write() as conn:
        for command in (drop + on, kept + on, statement):
            conn.exec_driver_sql(command).close()


def test_entries_are_chained_in_one_order_though_many_write_at_once(database: Database) -> None:
    at_once([partial(log, database, 5, f"agent:{number}") for number in range(8)])

    with database.read() as conn:
        head, broken = audit_log.verify(conn)
        assert sorted(conn.scalars(sa.select(rows.c.seq))) == list(range(1, 41))
    assert (head.seq, broken) == (40, None)


def test_a_transaction_that_is_undone_leaves_no_gap(database: Database) -> None:
    log(database, 1)
    with suppress(RuntimeError), database.write() as conn:
        audit_log.write(conn, at=NOON, actor="cli", action="x", subject="ticket:1")
        raise RuntimeError
    log(database, 1)

    with database.read() as conn:
        assert audit_log.verify(conn) == (audit_log.head(conn), None)
        assert audit_log.head(conn).seq == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET actor = 'agent:2'",
        "UPDATE audit_log SET seq = seq + 10",
        "DELETE FROM audit_log",
        "UPDATE audit_log SET subject = 'erased', salt = NULL, actor = 'cli'",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(database: Database, statement: str) -> None:
    log(database)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as conn:
        conn.exec_driver_sql(statement).close()

    assert broken_at(database) is None


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE audit_log SET actor = 'agent:2' WHERE seq = 2", 2),
        ("UPDATE audit_log SET subject = 'ticket:9' WHERE seq = 2", 2),
        ('UPDATE audit_log SET "after" = NULL WHERE seq = 3', 3),
        ("UPDATE audit_log SET subject = 'erased', salt = NULL WHERE seq = 2", 2),
        ("DELETE FROM audit_log WHERE seq = 1", 2),
        ("DELETE FROM audit_log WHERE seq = 2", 3),
        ("UPDATE audit_log SET seq = NULL WHERE seq = 3", None),
    ],
)
def test_the_chain_tells_where_somebody_changed_the_log(
    database: Database, statement: str, place: int | None
) -> None:
    log(database)

    tamper(database, statement)

    with database.read() as conn:
        broken = audit_log.verify(conn)[1]
    assert broken is not None
    assert broken.seq == place


def test_personal_parts_are_erased_and_the_chain_stays_whole(database: Database) -> None:
    log(database)

    with database.write() as conn:
        assert audit_log.erase(conn, ["ticket:1", "ticket:7"]) == 1

    assert broken_at(database) is None
    with database.read() as conn:
        erased = audit_log.entries(conn)[1]
        salt = conn.scalar(sa.select(rows.c.salt).where(rows.c.id == erased.id))
    assert (erased.actor, erased.action) == ("agent:1", "outcome recorded")
    assert (erased.subject, erased.before, erased.after, salt) == ("erased", None, None, None)


def test_the_check_goes_on_where_it_ended(database: Database) -> None:
    log(database, 2)
    with database.read() as conn:
        head, _ = audit_log.verify(conn)
    log(database, 2)

    with database.read() as conn:
        assert audit_log.verify(conn, head)[0].seq == 4
        wrong = audit_log.verify(conn, Head(2, "0" * 64))[1]
    assert wrong is not None
    assert wrong.seq == 3
