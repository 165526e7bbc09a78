"""Events are kept once, claimed by ticket, and never lost."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.engine import Connection

from integration.store import inbox
from integration.store.engine import Database

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LEASE = timedelta(minutes=5)


def keep(
    conn: Connection, event_id: str, ticket_id: int | None = 5, *, order: str = "1", **other: object
) -> bool:
    values = {"kind": "event", "type": "ticket.created", "user_id": None, "body": b"{}", "now": NOON} | other
    return inbox.add(conn, event_id=event_id, ticket_id=ticket_id, event_order=order, **values)  # type: ignore[arg-type]


def test_an_event_that_comes_twice_is_kept_once(database: Database) -> None:
    with database.write() as conn:
        assert keep(conn, "a")
        assert not keep(conn, "a")

    with database.read() as conn:
        assert [row.event_id for row in inbox.waiting(conn, ticket_id=5)] == ["a"]


def test_a_claim_brings_all_rows_of_its_ticket_together(database: Database) -> None:
    with database.write() as conn:
        for event_id, ticket_id in (("a", 5), ("b", 6), ("c", 5)):
            keep(conn, event_id, ticket_id)

        claims = inbox.claim_due(conn, NOON, limit=10, lease=LEASE)

    assert [(claim.ticket_id, claim.newest_id, claim.attempts) for claim in claims] == [(5, 3, 1), (6, 2, 1)]
