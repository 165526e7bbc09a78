"""Old tickets that come to life: on record for the history, but no note and no reminder out of the blue."""

from typing import Any

import pytest

from integration.domain.complaint import State
from integration.handling.import_history import import_history
from integration.handling.reconcile import reconcile
from tests.handling.installation import ANGRY, Installation


def unheard(makegood: Installation, body: str = ANGRY, **about: Any) -> int:
    """Let somebody complain before Makegood was there; return the ticket."""
    ticket_id = makegood.write_in(body, **about)
    makegood.news()
    return ticket_id


def test_an_old_ticket_that_somebody_touches_is_put_on_record_in_silence(makegood: Installation) -> None:
    ticket_id = unheard(makegood)
    makegood.pass_time(days=60)

    makegood.change(ticket_id, priority="high")
    makegood.live()
    makegood.pass_time(days=10)
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert (found.state, found.is_imported) == (State.SUSPECTED, True)
    assert (makegood.outbox(ticket_id), makegood.follow_ups(ticket_id)) == ([], [])


def test_an_old_ticket_found_by_reconciliation_gets_no_note(makegood: Installation) -> None:
    ticket_id = unheard(makegood)
    makegood.pass_time(days=60)
    makegood.change(ticket_id, priority="high")
    makegood.news()

    makegood.pass_time(minutes=6)
    reconcile(makegood.parts)
    makegood.work()

    assert makegood.complaint(ticket_id) is not None
    assert makegood.outbox(ticket_id) == []


def test_new_words_on_an_old_ticket_are_news(makegood: Installation) -> None:
    ticket_id = unheard(makegood)
    makegood.pass_time(days=60)

    makegood.write_again(ticket_id, "Two months, and still nothing. This is unacceptable!")
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 1


def test_the_accounts_own_tag_makes_an_old_ticket_news(makegood: Installation) -> None:
    ticket_id = unheard(makegood, "Please send the invoice.")
    makegood.pass_time(days=60)

    makegood.change(ticket_id, tags=["complaint"])
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 1


@pytest.mark.parametrize("days", [1, 60])
def test_an_imported_complaint_goes_on_without_what_was_due_before(makegood: Installation, days: int) -> None:
    ticket_id = unheard(makegood)
    makegood.pass_time(days=days, hours=12)
    import_history(makegood.parts)

    makegood.write_again(ticket_id, "I am still waiting.")
    makegood.live()
    makegood.pass_time(minutes=10)
    makegood.live()
    assert makegood.notes(ticket_id) == []

    makegood.reply(ticket_id)
    makegood.live()
    assert makegood.fates(ticket_id) == [("update", "pending", None)]


def test_a_complaint_goes_with_its_ticket_to_another_requester(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY, name="Agnes Agent")
    makegood.live()
    other = makegood.requester_of(makegood.write_in("Hello, are you open today?", name="Marta Nowak"))

    makegood.change(ticket_id, requester_id=other)
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.requester_id == other
