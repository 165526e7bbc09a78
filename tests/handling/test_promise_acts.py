"""A promise to a requester: one follow-up, kept, moved, withdrawn or broken, and all of it on record."""

from datetime import timedelta

import pytest

from integration.domain.deadline import Delay, Unit
from integration.domain.history import PromiseState
from integration.handling import promises
from integration.handling.alerts import alerts_of
from integration.handling.letter_uses import use_suggestion
from integration.handling.promises import BadPromise, KeptPromise, NoComplaint, UnknownPromise
from integration.responses.library import PromiseOffer
from integration.store import audit_log, complaints
from tests.handling.conftest import on_both_databases
from tests.handling.installation import ANGRY, CALM, Installation

WHAT = "call back with the date of the repair"


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    written = makegood.write_in(ANGRY)
    makegood.live()
    return written


def promised(makegood: Installation, ticket_id: int, *, hours: float = 24, what: str = WHAT) -> int:
    due_at = makegood.now + timedelta(hours=hours)
    agent_id = makegood.agent_id
    return promises.promise(makegood.parts, ticket_id, what, due_at, agent_id, agent_id)


def on_record(makegood: Installation, ticket_id: int) -> list[KeptPromise]:
    with makegood.parts.database.read() as conn:
        return promises.promises_of(conn, ticket_id)


def states(makegood: Installation, ticket_id: int) -> list[str]:
    return [str(kept.promise.state) for kept in on_record(makegood, ticket_id)]


def test_a_promise_made_twice_is_one_with_one_follow_up(makegood: Installation, ticket_id: int) -> None:
    due_at = makegood.now + timedelta(days=1)
    agent = makegood.agent_id
    ids = {promises.promise(makegood.parts, ticket_id, WHAT, due_at, agent, agent) for _ in range(2)}

    assert len(ids) == 1
    assert makegood.fates(ticket_id).count(("promise", "pending", None)) == 1


def test_several_things_can_be_promised_on_one_ticket(makegood: Installation, ticket_id: int) -> None:
    promised(makegood, ticket_id)
    promised(makegood, ticket_id, what="send a new lid")

    assert {"promise", "promise-2"} <= {name for name, _, _ in makegood.fates(ticket_id)}


def test_a_promise_past_its_day_is_broken_and_an_agent_hears_of_it_once(
    makegood: Installation, ticket_id: int
) -> None:
    promised(makegood, ticket_id)
    makegood.reply(ticket_id)  # the reply that makes the promise
    makegood.live()

    makegood.pass_time(hours=25)
    makegood.live()
    makegood.pass_time(days=1)
    makegood.live()

    assert states(makegood, ticket_id) == [PromiseState.BROKEN]
    assert sum(WHAT in note for note in makegood.notes(ticket_id)) == 1
    with makegood.parts.database.read() as conn:
        assert "missed_promise" in {alert.kind for alert in alerts_of(conn, ticket_id)}


def test_a_public_reply_keeps_a_promise_and_no_reminder_comes(makegood: Installation, ticket_id: int) -> None:
    promised(makegood, ticket_id)
    makegood.pass_time(hours=20)
    makegood.reply(ticket_id)
    makegood.live()

    makegood.pass_time(hours=5)
    makegood.live()

    assert states(makegood, ticket_id) == [PromiseState.KEPT]
    assert ("promise", "satisfied", "promise_kept") in makegood.fates(ticket_id)
    assert not any(WHAT in note for note in makegood.notes(ticket_id))


@on_both_databases
def test_a_moved_promise_is_due_on_its_new_day(makegood: Installation, ticket_id: int) -> None:
    id = promised(makegood, ticket_id)
    later = makegood.now + timedelta(days=4)

    promises.move(makegood.parts, id, later, told=True, agent_id=makegood.agent_id)
    makegood.pass_time(days=2)
    makegood.live()

    (kept,) = on_record(makegood, ticket_id)
    assert (kept.promise.state, kept.promise.due_at, kept.moves) == (PromiseState.OPEN, later, 1)
    assert kept.told_at is not None


def test_a_promise_that_was_kept_or_withdrawn_ends_its_follow_up(
    makegood: Installation, ticket_id: int
) -> None:
    first = promised(makegood, ticket_id)
    second = promised(makegood, ticket_id, what="send a new lid")

    promises.keep(makegood.parts, first, agent_id=makegood.agent_id)
    promises.withdraw(makegood.parts, second, "sent already", agent_id=makegood.agent_id)

    fates = makegood.fates(ticket_id)
    assert ("promise", "satisfied", "promise_kept") in fates
    assert ("promise-2", "cancelled", "promise_withdrawn") in fates
    with pytest.raises(UnknownPromise):
        promises.keep(makegood.parts, second, agent_id=makegood.agent_id)


def test_a_letter_that_was_never_sent_promised_nothing(makegood: Installation, ticket_id: int) -> None:
    by = (makegood.now + timedelta(days=2)).date()
    offer = PromiseOffer(WHAT, Delay(2, Unit.DAYS), by)
    use_suggestion(makegood.parts, ticket_id, "update", "en", agent_id=makegood.agent_id, offer=offer)

    makegood.pass_time(days=3)
    makegood.live()

    assert states(makegood, ticket_id) == [PromiseState.WITHDRAWN]
    assert ("promise", "silent", "never_sent") in makegood.fates(ticket_id)


@on_both_databases
def test_a_promise_survives_the_deletion_and_return_of_its_ticket(
    makegood: Installation, ticket_id: int
) -> None:
    promised(makegood, ticket_id, hours=72)
    makegood.control("DELETE", f"tickets/{ticket_id}")
    makegood.live()
    assert ("promise", "silent", "ticket_deleted") in makegood.fates(ticket_id)

    makegood.server.account.restore_ticket(ticket_id, actor_id=makegood.agent_id)
    makegood.live()

    assert ("promise", "pending", None) in makegood.fates(ticket_id)


def test_a_promise_goes_with_a_merged_ticket(makegood: Installation, ticket_id: int) -> None:
    promised(makegood, ticket_id, hours=72)
    into = makegood.write_in(ANGRY)
    makegood.live()

    makegood.control("POST", "tickets/merge", **{"from": ticket_id, "into": into})
    makegood.live()

    assert states(makegood, into) == [PromiseState.OPEN]
    assert ("promise", "pending", None) in makegood.fates(into)


def test_what_became_of_a_promise_is_on_record_without_its_words_in_the_log(
    makegood: Installation, ticket_id: int
) -> None:
    id = promised(makegood, ticket_id)
    promises.keep(makegood.parts, id, agent_id=makegood.agent_id)

    found = makegood.complaint(ticket_id)
    assert found is not None
    with makegood.parts.database.read() as conn:
        kinds = [action.kind for action in complaints.actions(conn, found.id)]
        logged = audit_log.entries(conn, subject=f"ticket:{ticket_id}")
    assert {"promise made", "promise kept"} <= set(kinds)
    assert {"promise made", "promise kept"} <= {entry.action for entry in logged}
    assert WHAT not in str(logged)


def test_nothing_is_promised_for_yesterday_or_on_a_ticket_that_is_no_complaint(
    makegood: Installation, ticket_id: int
) -> None:
    calm = makegood.write_in(CALM)
    makegood.live()

    with pytest.raises(BadPromise):
        promised(makegood, ticket_id, hours=-1)
    with pytest.raises(BadPromise):
        promised(makegood, ticket_id, what="  ")
    with pytest.raises(NoComplaint):
        promised(makegood, calm)
