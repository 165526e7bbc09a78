"""Plain things to put into a database, and a way to do it from many threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, TypeVar
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import Assessment, Band, Category, CueKind, Evidence, State, Verdict
from integration.domain.reason import Reason
from integration.domain.ticket import Channel, Status, Ticket
from integration.store import follow_ups, inbox, outbox
from integration.store.complaints import NewComplaint
from integration.store.corrections import Correction
from integration.store.direct import Direct

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = 5 * MINUTE

T = TypeVar("T")


def ticket(id: int = 5, **changes: Any) -> Ticket:
    start = Ticket(
        id=id,
        requester_id=7,
        subject="Where is my parcel?",
        description="It never came.",
        status=Status.OPEN,
        created_at=NOON,
        updated_at=NOON,
        tags=frozenset({"vip"}),
        custom_fields={360000000001: "AF-1"},
    )
    return replace(start, **changes)


def assessment(**changes: Any) -> Assessment:
    start = Assessment(
        is_complaint=True,
        score=0.9,
        threshold=0.5,
        severity=2.5,
        band=Band.HIGH,
        category=Category.DELIVERY,
        language="en",
        evidence=(Evidence(None, 3, 13, CueKind.FAILURE, "never came"),),
        reasons=(Reason("words", {"count": 2}),),
        by_rule="returns form",
    )
    return replace(start, **changes)


def complaint(ticket_id: int = 5, **changes: Any) -> NewComplaint:
    start = NewComplaint(
        ticket_id=ticket_id,
        requester_id=7,
        received_at=NOON,
        detected_at=NOON + MINUTE,
        state=State.SUSPECTED,
        channel=Channel.EMAIL,
        assessment=assessment(),
    )
    return replace(start, **changes)


def correction(ticket_id: int = 5, **changes: Any) -> Correction:
    start = Correction(
        ticket_id=ticket_id,
        agent_id=77,
        corrected_at=NOON,
        is_complaint=True,
        severity=None,
        verdict=Verdict.UNSURE,
        probability=0.44,
        score=0.44,
        threshold=0.5,
        band=Band.LOW,
        language="en",
        model=None,
        by_rule=None,
        detected_at=NOON,
    )
    return replace(start, **changes)


def receive(conn: Connection | Direct, event_id: str, ticket_id: int | None = 5, **changes: Any) -> bool:
    given: dict[str, Any] = {
        "kind": "event",
        "type": "ticket.created",
        "user_id": None,
        "event_order": "1",
        "body": b"{}",
        "now": NOON,
    }
    return inbox.add(conn, event_id=event_id, ticket_id=ticket_id, **given | changes)


def end_connections(postgresql_url: str) -> None:
    """End what Makegood has open to one database, as a restart of PostgreSQL does."""
    other = sa.create_engine(postgresql_url)
    with other.begin() as conn:
        conn.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'makegood' AND datname = current_database()"
        )
    other.dispose()


def plan(conn: Connection, ticket_id: int = 5, name: str = "first-reply", **changes: Any) -> int | None:
    given: dict[str, Any] = {
        "complaint_id": None,
        "note": "first-reply",
        "due_at": NOON,
        "now": NOON - MINUTE,
        "satisfied_by": (),
    }
    return follow_ups.plan(conn, ticket_id=ticket_id, name=name, **given | changes)


def intend(conn: Connection, key: str = "enrich:5", **changes: Any) -> int | None:
    given: dict[str, Any] = {
        "kind": "enrich",
        "ticket_id": 5 if key == "enrich:5" else crc32(key.encode()),
        "marker": f"marker of {key}",
        "note": "Second complaint in a month.",
        "fields": {},
        "priority": 5,
        "now": NOON,
    }
    return outbox.add(conn, key=key, **given | changes)


def at_once(jobs: list[Callable[[], T]]) -> list[T]:
    """Run all jobs in threads that start together."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        barrier.wait(timeout=30)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
