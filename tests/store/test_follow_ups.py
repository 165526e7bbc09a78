"""A follow-up runs once under its name, is claimed when due, and ends once."""

from functools import partial

from integration.domain.followup import FollowUp, FollowUpStatus, Satisfier
from integration.domain.reason import Reason
from integration.store import follow_ups
from integration.store.engine import Database, make_engine
from integration.store.follow_ups import FollowUpClaim
from tests.store.samples import LEASE, MINUTE, NOON, at_once, plan


def test_a_follow_up_comes_back_as_planned(database: Database) -> None:
    with database.write() as conn:
        id = plan(
            conn,
            complaint_id=3,
            satisfied_by={Satisfier.RESOLVED, Satisfier.PUBLIC_REPLY},
            what="A call",
            owner_id=9,
        )
        assert id is not None

        assert follow_ups.get(conn, id) == FollowUp(
            id=id,
            ticket_id=5,
            complaint_id=3,
            name="first-reply",
            note="first-reply",
            due_at=NOON,
            planned_at=NOON - MINUTE,
            satisfied_by=frozenset({Satisfier.RESOLVED, Satisfier.PUBLIC_REPLY}),
            what="A call",
            owner_id=9,
        )


def test_one_of_a_name_runs_on_a_ticket(database: Database) -> None:
    with database.write() as conn:
        first = plan(conn)
        assert first is not None
        assert plan(conn) is None
        assert plan(conn, 6) is not None

        follow_ups.end(conn, first, status=FollowUpStatus.SATISFIED, reason=None, now=NOON)

        assert plan(conn) is not None
        assert [len(follow_ups.running(conn, 5)), len(follow_ups.of_ticket(conn, 5))] == [1, 2]


def test_what_is_due_is_claimed_longest_due_first(database: Database) -> None:
    with database.write() as conn:
        plan(conn, 5, due_at=NOON)
        plan(conn, 6, due_at=NOON - MINUTE)
        plan(conn, 7, due_at=NOON + MINUTE)

        claims = follow_ups.claim_due(conn, NOON, limit=10, lease=LEASE)

        assert claims == [FollowUpClaim(2, 6, 0, 1), FollowUpClaim(1, 5, 0, 1)]
        assert follow_ups.claim_due(conn, NOON, limit=10, lease=LEASE) == []


def test_a_claim_that_ran_out_comes_again_with_the_same_revision(database: Database) -> None:
    with database.write() as conn:
        plan(conn)
        follow_ups.claim_due(conn, NOON, limit=10, lease=LEASE)

        assert follow_ups.claim_due(conn, NOON + LEASE, limit=10, lease=LEASE) == [FollowUpClaim(1, 5, 0, 2)]


def test_a_claim_can_be_given_back_until_later(database: Database) -> None:
    with database.write() as conn:
        plan(conn)
        follow_ups.claim_due(conn, NOON, limit=10, lease=LEASE)
        assert follow_ups.try_later(conn, 1, NOON + MINUTE)

        assert follow_ups.claim_due(conn, NOON, limit=10, lease=LEASE) == []
        assert follow_ups.claim_due(conn, NOON + MINUTE, limit=10, lease=LEASE) == [FollowUpClaim(1, 5, 0, 2)]


def test_claimers_at_once_never_get_the_same_follow_up(database: Database, database_url: str) -> None:
    other = Database(make_engine(database_url))
    with database.write() as conn:
        for ticket_id in range(100):
            plan(conn, ticket_id)

    def claim(on: Database) -> list[int]:
        with on.write() as conn:
            return [one.id for one in follow_ups.claim_due(conn, NOON, limit=15, lease=LEASE)]

    claimed = [id for ids in at_once([partial(claim, one) for one in (database, other) * 4]) for id in ids]

    other.close()
    assert len(claimed) == len(set(claimed)) >= 60


def test_a_rescheduled_follow_up_outdates_the_run_that_had_begun(database: Database) -> None:
    silent = {"status": FollowUpStatus.SILENT, "reason": Reason("late"), "now": NOON}
    with database.write() as conn:
        plan(conn)
        follow_ups.claim_due(conn, NOON, limit=10, lease=LEASE)
        assert follow_ups.reschedule(conn, 1, NOON + MINUTE, now=NOON)

        assert not follow_ups.end(conn, 1, revision=0, **silent)  # type: ignore[arg-type]
        moved = follow_ups.get(conn, 1)

    assert moved is not None
    assert (moved.status, moved.revision, moved.due_at, moved.planned_at) == (
        FollowUpStatus.PENDING,
        1,
        NOON + MINUTE,
        NOON,
    )


def test_a_postponed_follow_up_still_counts_from_its_start(database: Database) -> None:
    with database.write() as conn:
        plan(conn)
        assert follow_ups.postpone(conn, 1, NOON + MINUTE)

        moved = follow_ups.get(conn, 1)

    assert moved is not None
    assert (moved.due_at, moved.planned_at) == (NOON + MINUTE, NOON - MINUTE)


def test_an_end_is_final_and_keeps_its_reason(database: Database) -> None:
    reason = Reason("satisfied_by_public_reply", {"comment_id": 4})
    with database.write() as conn:
        plan(conn)
        assert follow_ups.end(conn, 1, status=FollowUpStatus.SATISFIED, reason=reason, now=NOON)

        assert not follow_ups.end(conn, 1, status=FollowUpStatus.CANCELLED, reason=None, now=NOON)
        assert not follow_ups.reschedule(conn, 1, NOON, now=NOON)
        (ended,) = follow_ups.of_ticket(conn, 5)

    assert (ended.status, ended.reason) == (FollowUpStatus.SATISFIED, reason)


def test_follow_ups_in_flight_do_not_count_those_that_wait_or_are_in_the_outbox(database: Database) -> None:
    with database.write() as conn:
        for ticket_id in (5, 6, 7, 8):
            plan(conn, ticket_id)
        first, second, _ = follow_ups.claim_due(conn, NOON, limit=3, lease=LEASE)

        assert follow_ups.in_flight(conn, NOON, lease=LEASE) == 3
        follow_ups.try_later(conn, first.id, NOON + MINUTE)
        follow_ups.try_later(conn, second.id, NOON + 3 * LEASE)
        assert follow_ups.in_flight(conn, NOON, lease=LEASE) == 1
