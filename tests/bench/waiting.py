"""Follow-ups that wait by the million, on SQLite or PostgreSQL, and some among them that are due soon."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy import Connection

from integration.domain.complaint import Assessment, Band, Category, State
from integration.domain.ticket import Channel
from integration.handling.zendesk_fields import FIELD_IDS
from integration.store import complaints, kept
from integration.store.complaints import NewComplaint
from integration.store.engine import Database
from integration.store.tables import complaints as complaints_table
from integration.store.tables import follow_ups

# As many are written one by one; the others are copies of them on other tickets.
BLOCK = 10_000
FAR_DAYS = 180
# Tickets of what is due soon, far above those of what is not.
SOON = 1_000_000_000
POLICY, VERSION, STEP, NOTE = "house", 1, "first_reply", "first-reply"
FIELDS = {"next_follow_up": 360_000_000_109, "deadline": 360_000_000_110}
_ASSESSMENT = Assessment(
    is_complaint=True,
    score=0.75,
    threshold=0.5,
    severity=2.5,
    band=Band.RAISED,
    category=Category.DELIVERY,
    language="en",
    reasons=(),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was put into a database, and what came of it in bytes."""

    pending: int
    megabytes: int


def fill(database: Database, pending: int) -> Waiting:
    """Let `pending` follow-ups wait on tickets 1 to `pending`, due within the next half year, none soon."""
    now, dice = datetime.now(UTC), Random(1)
    block = min(BLOCK, pending)
    with database.write() as conn:
        rows = [
            _row(number, now + timedelta(days=1 + dice.random() * FAR_DAYS), now)
            for number in range(1, block + 1)
        ]
        conn.execute(sa.insert(follow_ups), rows)
        names = [column.name for column in follow_ups.c if column.name != "id"]
        for shift in range(block, pending, block):
            copied = [
                (follow_ups.c.ticket_id + shift) if name == "ticket_id" else follow_ups.c[name]
                for name in names
            ]
            room = min(block, pending - shift)
            block_again = sa.select(*copied).where(follow_ups.c.ticket_id <= room)
            conn.execute(sa.insert(follow_ups).from_select(names, block_again))
    _settle(database)
    return Waiting(pending, megabytes(database))


def let_fall_due(database: Database, count: int, *, after: datetime, within: timedelta) -> None:
    """Add `count` follow-ups of policy steps, each on a complaint of its own, due at random moments."""
    now, dice = datetime.now(UTC), Random(2)
    with database.write() as conn:
        kept.put(conn, FIELD_IDS, FIELDS, now=now)
        rows = [_row(SOON + n, after + dice.random() * within, now) for n in range(1, count + 1)]
        conn.execute(sa.insert(follow_ups), rows)
        _complain(conn, now)
    _settle(database)


def megabytes(database: Database) -> int:
    """Return the size of the whole database."""
    with database.read() as conn:
        if conn.dialect.name == "postgresql":
            size = conn.scalar(sa.text("SELECT pg_database_size(current_database())"))
        else:
            size = conn.scalar(
                sa.text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
            )
    return int(size or 0) // 1_000_000


def _row(ticket_id: int, due_at: datetime, now: datetime) -> dict[str, object]:
    return {
        "ticket_id": ticket_id,
        "name": STEP,
        "note": NOTE,
        "due_at": due_at,
        "planned_at": now,
        "counted_from": now,
        "status": "pending",
        "revision": 0,
        "satisfied_by": ["public_reply", "resolved"],
        "attempts": 0,
    }


def _complain(conn: Connection, now: datetime) -> None:
    """Give every ticket whose follow-up is due soon a complaint, copies of the first one's."""
    first = complaints.add(
        conn,
        NewComplaint(
            ticket_id=SOON + 1,
            requester_id=360_000_000_000,
            received_at=now,
            detected_at=now,
            state=State.SUSPECTED,
            channel=Channel.EMAIL,
            assessment=_ASSESSMENT,
            policy_id=POLICY,
            policy_version=VERSION,
        ),
    )
    table = complaints_table.c
    names = [column.name for column in complaints_table.c if column.name != "id"]
    copied = [follow_ups.c.ticket_id if name == "ticket_id" else table[name] for name in names]
    soon = follow_ups.join(complaints_table, table.id == first)
    others = sa.select(*copied).select_from(soon).where(follow_ups.c.ticket_id > SOON + 1)
    conn.execute(sa.insert(complaints_table).from_select(names, others))
    mine = sa.select(table.id).where(table.ticket_id == follow_ups.c.ticket_id).scalar_subquery()
    conn.execute(sa.update(follow_ups).where(follow_ups.c.ticket_id > SOON).values(complaint_id=mine))


def _settle(database: Database) -> None:
    """Do what the database does by itself after a while, so that it does not fall into the measurement."""
    with database.engine.connect() as conn:
        plain = conn.execution_options(isolation_level="AUTOCOMMIT")
        if conn.dialect.name == "postgresql":
            plain.execute(sa.text("VACUUM ANALYZE"))
        else:
            plain.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
