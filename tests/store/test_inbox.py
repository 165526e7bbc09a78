"""Events are kept once, claimed by ticket and worked in their order."""

from collections.abc import Callable
from functools import partial

from integration.store import inbox
from integration.store.engine import Database, make_engine
from integration.store.inbox import InboxClaim
from tests.store.samples import LEASE, MINUTE, NOON, at_once, receive


def claim(database: Database, limit: int = 10) -> list[InboxClaim]:
    with database.write() as conn:
        return inbox.claim_due(conn, NOON, limit=limit, lease=LEASE)


def waiting(database: Database, ticket_id: int = 5) -> list[str]:
    with database.read() as conn:
        return [row.event_id for row in inbox.waiting(conn, ticket_id=ticket_id)]


def test_an_event_that_comes_twice_is_kept_once(database: Database) -> None:
    with database.write() as conn:
        assert receive(conn, "a", body=b"first")
        assert not receive(conn, "a", body=b"second")

    with database.read() as conn:
        assert [row.body for row in inbox.waiting(conn, ticket_id=5)] == [b"first"]


def test_an_event_that_comes_twice_at_once_is_kept_once(database: Database, database_url: str) -> None:
    other = Database(make_engine(database_url))

    def deliver(to: Database) -> bool:
        with to.write() as conn:
            return receive(conn, "a")

    kept = at_once([partial(deliver, one) for one in (database, other) * 4])

    other.close()
    assert sorted(kept) == [False] * 7 + [True]
    assert waiting(database) == ["a"]


def test_a_claim_brings_all_rows_of_a_ticket_and_names_the_newest(database: Database) -> None:
    with database.write() as conn:
        for event_id, ticket_id in (("a", 5), ("b", 6), ("c", 5)):
            receive(conn, event_id, ticket_id, user_id=7)

    assert claim(database) == [InboxClaim(5, None, 3, 1), InboxClaim(6, None, 2, 1)]
    assert claim(database) == []


def test_events_about_a_user_are_claimed_by_user(database: Database) -> None:
    with database.write() as conn:
        receive(conn, "a", None, user_id=7)
        receive(conn, "b", None, user_id=7)

    assert claim(database) == [InboxClaim(None, 7, 2, 1)]
    with database.read() as conn:
        assert len(inbox.waiting(conn, user_id=7)) == 2


def test_waiting_rows_come_in_the_order_of_the_events(database: Database) -> None:
    with database.write() as conn:
        receive(conn, "late", event_order="2026-03-02T12:00:01Z")
        receive(conn, "early", event_order="2026-03-02T12:00:00.5Z")
        receive(conn, "first", event_order="2026-03-02T12:00:00.05Z")

    assert waiting(database) == ["first", "early", "late"]


def test_a_claim_that_ran_out_comes_again_and_is_counted(database: Database) -> None:
    with database.write() as conn:
        receive(conn, "a")
        inbox.claim_due(conn, NOON, limit=10, lease=LEASE)

        assert inbox.claim_due(conn, NOON + LEASE - MINUTE, limit=10, lease=LEASE) == []
        assert inbox.claim_due(conn, NOON + LEASE, limit=10, lease=LEASE) == [InboxClaim(5, None, 1, 2)]


def test_finished_and_parked_rows_wait_no_longer(database: Database) -> None:
    with database.write() as conn:
        receive(conn, "a")
        receive(conn, "b")
        inbox.finish(conn, [1])
        inbox.park(conn, [2], reason="no such ticket " * 100)

    assert waiting(database) == []
    assert claim(database) == []


def test_a_retry_waits_for_its_time(database: Database) -> None:
    with database.write() as conn:
        receive(conn, "a")
        inbox.claim_due(conn, NOON, limit=10, lease=LEASE)
        inbox.retry(conn, [1], not_before=NOON + MINUTE, reason="busy")

        assert inbox.claim_due(conn, NOON, limit=10, lease=LEASE) == []
        assert inbox.claim_due(conn, NOON + MINUTE, limit=10, lease=LEASE) == [InboxClaim(5, None, 1, 2)]


def test_something_new_brings_a_waiting_retry_along(database: Database) -> None:
    with database.write() as conn:
        receive(conn, "a")
        inbox.retry(conn, [1], not_before=NOON + MINUTE, reason="busy")
        receive(conn, "b")

        inbox.claim_due(conn, NOON, limit=10, lease=LEASE)

        assert inbox.claim_due(conn, NOON + MINUTE, limit=10, lease=LEASE) == []


def test_claimers_at_once_never_get_the_same_ticket(database: Database, database_url: str) -> None:
    other = Database(make_engine(database_url))
    with database.write() as conn:
        for number in range(200):
            receive(conn, str(number), ticket_id=number % 40)
    jobs: list[Callable[[], list[InboxClaim]]] = [partial(claim, one, 7) for one in (database, other) * 4]

    claims = [one for batch in at_once(jobs) for one in batch]
    while rest := claim(database, 7):
        claims += rest

    other.close()
    assert sorted(one.ticket_id or 0 for one in claims) == list(range(40))


def test_a_claim_leaves_tickets_that_another_transaction_holds(postgresql_url: str) -> None:
    database = Database(make_engine(postgresql_url))
    with database.write() as conn:
        for number in range(4):
            receive(conn, str(number), ticket_id=number % 2)

    with database.write() as first, database.write() as second:
        held = inbox.claim_due(first, NOON, limit=1, lease=LEASE)
        others = inbox.claim_due(second, NOON, limit=10, lease=LEASE)

    database.close()
    assert [one.ticket_id for one in held + others] == [0, 1]


def test_tickets_in_flight_are_those_claimed_and_not_yet_worked(database: Database) -> None:
    with database.write() as conn:
        for event_id, ticket_id in (("a", 5), ("b", 5), ("c", 6), ("d", 7)):
            receive(conn, event_id, ticket_id)
        inbox.claim_due(conn, NOON, limit=2, lease=LEASE)

        assert inbox.in_flight(conn, NOON) == 2
        inbox.finish(conn, [1, 2])
        assert inbox.in_flight(conn, NOON) == 1
        assert inbox.in_flight(conn, NOON + LEASE) == 0
