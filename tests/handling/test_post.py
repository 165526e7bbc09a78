"""One write of the outbox reaches Zendesk exactly once, whatever comes in between."""

from datetime import timedelta

import pytest

from integration.domain.reason import Code
from integration.handling.post import post
from integration.handling.waiting_writes import try_again_all, what_waits
from integration.store import outbox
from integration.zendesk.pace import TICKET_UPDATES
from tests.handling.installation import ANGRY, CALM, LEASE, Installation


@pytest.fixture
def waiting(makegood_anywhere: Installation) -> int:
    """A complaint whose one write has not been made yet."""
    ticket_id = makegood_anywhere.write_in(ANGRY)
    makegood_anywhere.deliver(makegood_anywhere.news())
    makegood_anywhere.work_inbox()
    return ticket_id


@pytest.fixture
def makegood(makegood_anywhere: Installation) -> Installation:
    return makegood_anywhere


def test_429_waits_as_long_as_zendesk_says_and_pauses_every_write(
    makegood: Installation, waiting: int
) -> None:
    makegood.api_faults("429", retry_after=93, times=1)

    makegood.work_outbox()

    row = makegood.outbox(waiting)[0]
    assert row.state == "new"
    assert timedelta(seconds=92) < row.not_before - makegood.now < timedelta(seconds=105)
    assert makegood.parts.pace.free(TICKET_UPDATES, makegood.now) == 0
    assert 80 < makegood.parts.pace.reserve(TICKET_UPDATES, makegood.now) <= 93

    makegood.pass_time(seconds=110)
    makegood.work()
    assert makegood.calls(waiting) == (0, 2)
    assert len(makegood.notes(waiting)) == 1


@pytest.mark.parametrize("kind", ["500", "503", "html", "drop_before"])
def test_a_failure_is_looked_into_before_the_write_is_made_again(
    makegood: Installation, waiting: int, kind: str
) -> None:
    makegood.api_faults(kind, times=1)

    makegood.work_outbox()
    assert makegood.states(waiting) == [("enrich", "sending")]
    makegood.pass_time(minutes=1)
    makegood.work()

    assert makegood.calls(waiting) == (1, 2)
    assert len(makegood.notes(waiting)) == 1
    assert makegood.states(waiting) == [("enrich", "done")]


def test_a_lost_answer_is_found_again_by_its_marker(makegood: Installation, waiting: int) -> None:
    makegood.api_faults("drop_after_write", times=1)

    makegood.work_outbox()
    assert len(makegood.notes(waiting)) == 1
    makegood.pass_time(minutes=1)
    makegood.work()

    assert makegood.calls(waiting) == (1, 1)
    assert len(makegood.notes(waiting)) == 1
    assert makegood.outbox(waiting)[0].audit_id is not None


def test_a_lost_answer_is_not_looked_for_before_it_can_have_settled(
    makegood: Installation, waiting: int
) -> None:
    makegood.api_faults("drop_after_write", times=1)
    makegood.work_outbox()

    makegood.pass_time(seconds=2.5)
    makegood.work()

    assert makegood.calls(waiting) == (0, 1)
    assert makegood.states(waiting) == [("enrich", "sending")]


def test_a_worker_that_died_while_writing_leaves_a_write_that_is_looked_for(
    makegood: Installation, waiting: int
) -> None:
    with makegood.parts.database.write() as conn:
        ((row_id, attempt),) = outbox.claim_due(conn, makegood.now, limit=1, lease=LEASE)
        assert outbox.mark_sending(conn, row_id, attempt=attempt, now=makegood.now)
    row = makegood.outbox(waiting)[0]
    makegood.parts.zendesk.update_ticket(waiting, note=row.note, custom_fields={}, marker=row.marker)

    makegood.pass_time(minutes=3)
    makegood.work()

    assert len(makegood.notes(waiting)) == 1
    assert makegood.states(waiting) == [("enrich", "done")]


def test_the_job_of_an_outdated_claim_writes_nothing(makegood: Installation, waiting: int) -> None:
    with makegood.parts.database.write() as conn:
        ((row_id, first),) = outbox.claim_due(conn, makegood.now, limit=1, lease=LEASE)
        again = outbox.claim_due(conn, makegood.now + 2 * LEASE, limit=1, lease=LEASE)
    assert again == [(row_id, first + 1)]

    post(makegood.parts, row_id, first)
    assert makegood.calls(waiting) == (0, 0)
    post(makegood.parts, row_id, first + 1)
    post(makegood.parts, row_id, first + 1)

    assert makegood.calls(waiting) == (0, 1)


def test_a_ticket_closed_meanwhile_takes_no_note_and_the_reason_is_kept(
    makegood: Installation, waiting: int
) -> None:
    makegood.change(waiting, status="closed")

    makegood.work_outbox()

    row = makegood.outbox(waiting)[0]
    assert (row.state, row.reason) == ("dropped", Code.TICKET_CLOSED)
    assert makegood.notes(waiting) == []


def test_a_ticket_deleted_meanwhile_takes_no_note_and_the_reason_is_kept(
    makegood: Installation, waiting: int
) -> None:
    makegood.control("DELETE", f"tickets/{waiting}")

    makegood.work_outbox()

    row = makegood.outbox(waiting)[0]
    assert (row.state, row.reason) == ("dropped", Code.TICKET_GONE)


def test_a_service_user_who_lost_its_role_pauses_all_writes_for_one_reason(
    makegood: Installation, waiting: int
) -> None:
    service_user = makegood.server.account.service_user_id
    others = [makegood.write_in(ANGRY, name=f"Writer{n} Example") for n in range(3)]
    makegood.deliver(makegood.news())
    makegood.control("PATCH", f"users/{service_user}", role="end-user")

    makegood.work()
    found = what_waits(makegood.parts)

    assert makegood.parked() == []
    assert (found.total, found.pause is not None) == (4, True)
    assert all("Zendesk refuses access" in one.why for one in found.writes)

    makegood.control("PATCH", f"users/{service_user}", role="admin")
    makegood.pass_time(minutes=6)
    makegood.work()
    assert [len(makegood.notes(ticket_id)) for ticket_id in (waiting, *others)] == [1, 1, 1, 1]
    assert what_waits(makegood.parts).pause is None


def test_an_admin_need_not_wait_for_the_next_try(makegood: Installation, waiting: int) -> None:
    service_user = makegood.server.account.service_user_id
    makegood.control("PATCH", f"users/{service_user}", role="end-user")
    makegood.work_outbox()
    makegood.control("PATCH", f"users/{service_user}", role="admin")
    makegood.work_outbox()
    assert makegood.notes(waiting) == []

    try_again_all(makegood.parts, actor="cli")
    makegood.work_outbox()

    assert len(makegood.notes(waiting)) == 1


def test_waiting_for_the_share_is_no_failure(makegood: Installation) -> None:
    # The share grows by one write in a little more than a second: on a slow machine some of these go.
    written = [makegood.write_in(ANGRY, name=f"Writer{n} Example") for n in range(20)]
    makegood.deliver(makegood.news())

    makegood.work()
    makegood.work()

    last = what_waits(makegood.parts).writes[-1]
    assert (last.write.ticket_id in written, last.write.failures) == (True, 0)
    assert "share" in last.why


def test_writes_beyond_the_share_of_the_limit_wait_for_their_turn(makegood: Installation) -> None:
    written = [makegood.write_in(ANGRY, name=f"Writer{n} Example") for n in range(14)]
    makegood.deliver(makegood.news())

    began = makegood.now
    makegood.work()
    at_once = sum(len(makegood.notes(ticket_id)) for ticket_id in written)
    spent = (makegood.now - began).total_seconds()
    makegood.pass_time(minutes=1)
    makegood.work()

    # Ten at once, then one every 1.2 seconds, of which a busy machine may need some.
    assert 10 <= at_once <= 10 + spent / 1.2
    assert all(len(makegood.notes(ticket_id)) == 1 for ticket_id in written)
    # Connecting tried a ticket that there is not, to see whether writing is allowed.
    calls = [call for call in makegood.zendesk.calls()["calls"] if call["method"] == "PUT"]
    assert sum(call["status"] == 200 and "/tickets/" in call["path"] for call in calls) == 14


def test_the_urgent_write_goes_first(makegood: Installation, waiting: int) -> None:
    elsewhere = {kind: makegood.write_in(CALM) for kind in ("fields", "remind")}
    with makegood.parts.database.write() as conn:
        for kind, priority in (("fields", 6), ("remind", 1)):
            outbox.add(
                conn,
                key=kind,
                kind=kind,
                ticket_id=elsewhere[kind],
                marker=f"mg-{kind}",
                note=kind,
                fields={},
                priority=priority,
                now=makegood.now,
            )

    makegood.work()

    rows = [row for ticket_id in (waiting, *elsewhere.values()) for row in makegood.outbox(ticket_id)]
    sent = sorted(rows, key=lambda row: row.audit_id or 0)
    assert [row.kind for row in sent] == ["remind", "enrich", "fields"]
