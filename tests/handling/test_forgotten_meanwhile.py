"""Somebody is forgotten while their words are at work: what was read before brings nothing back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from integration.domain.complaint import Reading
from integration.domain.complaint import read as word_lists
from integration.handling.erase import erase_requester
from integration.handling.import_history import import_history
from integration.store.tables import metadata
from tests.handling.conftest import on_both_databases
from tests.handling.installation import ANGRY, Installation

WORDS = "kettle arrived broken"


def forgetting(makegood: Installation, requester_of: Callable[[], int]) -> Installation:
    """Return an installation where an admin erases the requester while the words are read, once."""
    erased: list[int] = []

    def read(*texts: Any, **about: Any) -> Reading:
        if not erased:
            erased.append(requester_of())
            erase_requester(makegood.parts, erased[0], asked_by="cli")
        return word_lists(*texts, **about)

    makegood.parts = replace(makegood.parts, read=read)
    return makegood


def stored(makegood: Installation) -> str:
    with makegood.parts.database.read() as conn:
        return "\n".join(
            repr(tuple(row)) for table in metadata.sorted_tables for row in conn.execute(sa.select(table))
        )


@on_both_databases
def test_a_complaint_that_was_being_judged_is_not_opened(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())

    forgetting(makegood, lambda: makegood.requester_of(ticket_id)).live()

    assert makegood.complaint(ticket_id) is None
    assert WORDS not in stored(makegood)
    assert (makegood.notes(ticket_id), makegood.parked()) == ([], [])


@on_both_databases
def test_a_ticket_of_the_past_that_was_being_judged_is_not_kept(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.news()
    makegood.pass_time(minutes=5)

    done = import_history(forgetting(makegood, lambda: makegood.requester_of(ticket_id)).parts)

    assert (done.tickets, done.complaints) == (1, 0)
    assert makegood.complaint(ticket_id) is None
    assert WORDS not in stored(makegood)
