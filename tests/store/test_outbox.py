"""A write is intended once, sent by one worker at a time, and never forgotten in doubt."""

from functools import partial

from integration.store import outbox
from integration.store.engine import Database, make_engine
from integration.store.outbox import OutboxRow
from tests.store.samples import LEASE, MINUTE, NOON, at_once, intend


def state(database: Database, id: int = 1) -> OutboxRow:
    with database.read() as conn:
        row = outbox.get(conn, id)
    assert row is not None
    return row


def test_a_write_is_intended_once(database: Database) -> None:
    with database.write() as conn:
        assert intend(conn, fields={360000000001: "makegood_confirmed", 2: ("a", "b")}) == 1
        assert intend(conn, marker="another") is None

    assert state(database).fields == {360000000001: "makegood_confirmed", 2: ("a", "b")}


def test_urgent_writes_go_first_then_the_oldest(database: Database) -> None:
    with database.write() as conn:
        intend(conn, "courtesy", priority=7, now=NOON - MINUTE)
        intend(conn, "deadline", priority=1)
        intend(conn, "older deadline", priority=1, now=NOON - MINUTE)

        assert outbox.claim_due(conn, NOON, limit=2, lease=LEASE) == [(3, 1), (2, 1)]
        assert outbox.claim_due(conn, NOON, limit=2, lease=LEASE) == [(1, 1)]


def test_claimers_at_once_never_get_the_same_write(database: Database, database_url: str) -> None:
    other = Database(make_engine(database_url))
    with database.write() as conn:
        for number in range(100):
            intend(conn, str(number))

    def claim(on: Database) -> list[int]:
        with on.write() as conn:
            return [id for id, _ in outbox.claim_due(conn, NOON, limit=15, lease=LEASE)]

    claimed = [id for ids in at_once([partial(claim, one) for one in (database, other) * 4]) for id in ids]

    other.close()
    assert len(claimed) == len(set(claimed)) >= 60


def test_a_write_that_may_have_happened_comes_again_as_such(database: Database) -> None:
    with database.write() as conn:
        intend(conn)
        outbox.claim_due(conn, NOON, limit=1, lease=LEASE)
        assert outbox.mark_sending(conn, 1, attempt=1, now=NOON)

        assert outbox.claim_due(conn, NOON + LEASE, limit=1, lease=LEASE) == [(1, 2)]

    assert state(database).state == "sending"


def test_a_worker_whose_claim_was_taken_over_does_not_send(database: Database) -> None:
    with database.write() as conn:
        intend(conn)
        outbox.claim_due(conn, NOON, limit=1, lease=LEASE)
        outbox.claim_due(conn, NOON + LEASE, limit=1, lease=LEASE)

        assert not outbox.mark_sending(conn, 1, attempt=1, now=NOON)
        assert outbox.mark_sending(conn, 1, attempt=2, now=NOON)


def test_a_worker_whose_claim_was_taken_over_cannot_call_off_what_another_sends(database: Database) -> None:
    with database.write() as conn:
        intend(conn)
        outbox.claim_due(conn, NOON, limit=1, lease=LEASE)
        outbox.claim_due(conn, NOON + LEASE, limit=1, lease=LEASE)
        outbox.mark_sending(conn, 1, attempt=2, now=NOON)

        assert not outbox.retry(conn, 1, attempt=1, not_before=NOON, reason="429", was_refused=True)
        assert not outbox.drop(conn, 1, attempt=1, reason="waited too long")
        assert not outbox.park(conn, 1, attempt=1, reason="refused")
        assert not outbox.hold(conn, 1, attempt=1)

    assert state(database).state == "sending"


def test_no_write_overtakes_an_older_one_of_its_ticket(database: Database) -> None:
    with database.write() as conn:
        intend(conn, "enrich", ticket_id=5)
        intend(conn, "resolved", ticket_id=5, priority=1)
        intend(conn, "elsewhere", ticket_id=6)
        assert outbox.claim_due(conn, NOON, limit=9, lease=LEASE) == [(1, 1), (3, 1)]

        outbox.retry(conn, 1, attempt=1, not_before=NOON + MINUTE, reason="503")
        assert outbox.claim_due(conn, NOON, limit=9, lease=LEASE) == []
        outbox.done(conn, 1, 77, NOON)
        assert outbox.claim_due(conn, NOON, limit=9, lease=LEASE) == [(2, 1)]


def test_doubt_outlives_a_retry_unless_zendesk_refused(database: Database) -> None:
    with database.write() as conn:
        intend(conn)
        outbox.claim_due(conn, NOON, limit=1, lease=LEASE)
        outbox.mark_sending(conn, 1, attempt=1, now=NOON)
        outbox.retry(conn, 1, attempt=1, not_before=NOON + MINUTE, reason="no answer")
    assert state(database).state == "sending"

    with database.write() as conn:
        assert outbox.claim_due(conn, NOON, limit=1, lease=LEASE) == []
        outbox.retry(conn, 1, attempt=1, not_before=NOON + MINUTE, reason="429", was_refused=True)
    assert state(database).state == "new"


def test_a_write_that_is_done_stays_done(database: Database) -> None:
    with database.write() as conn:
        intend(conn)
        outbox.claim_due(conn, NOON, limit=1, lease=LEASE)
        assert outbox.done(conn, 1, 77, NOON)

        assert not outbox.mark_sending(conn, 1, attempt=1, now=NOON)
        assert not outbox.retry(conn, 1, attempt=1, not_before=NOON, reason="late")
        assert not outbox.drop(conn, 1, attempt=1, reason="late")
        assert outbox.claim_due(conn, NOON + LEASE, limit=1, lease=LEASE) == []

    assert (state(database).state, state(database).audit_id, state(database).sent_at) == ("done", 77, NOON)


def test_held_dropped_and_parked_writes_are_not_sent(database: Database) -> None:
    with database.write() as conn:
        for key in ("held", "dropped", "parked"):
            intend(conn, key)
        outbox.hold(conn, 1, attempt=0)
        outbox.drop(conn, 2, attempt=0, reason="the ticket is closed")
        outbox.park(conn, 3, attempt=0, reason="refused")

        assert outbox.claim_due(conn, NOON, limit=9, lease=LEASE) == []

    assert [state(database, id).state for id in (1, 2, 3)] == ["held", "dropped", "parked"]


def test_writes_in_flight_are_those_claimed_and_not_yet_begun(database: Database) -> None:
    with database.write() as conn:
        for key in ("a", "b", "c"):
            intend(conn, key)
        (id, attempt), _ = outbox.claim_due(conn, NOON, limit=2, lease=LEASE)

        assert outbox.in_flight(conn, NOON) == 2
        outbox.mark_sending(conn, id, attempt=attempt, now=NOON)
        assert outbox.in_flight(conn, NOON) == 1
        assert outbox.in_flight(conn, NOON + LEASE) == 0
