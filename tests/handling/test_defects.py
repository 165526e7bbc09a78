"""What fails in a way that nobody foresaw is tried again, then set aside; it stops nothing else."""

from dataclasses import replace
from typing import Any, NoReturn, cast

import pytest

from integration.handling.retrying import MAX_TRIES
from integration.policies.shelf import PolicyShelf
from integration.store import inbox
from integration.zendesk.client import Zendesk
from tests.handling.installation import ANGRY, Installation


class BrokenShelf:
    """A shelf with a defect, whose error quotes what a requester wrote."""

    def rules(self) -> NoReturn:
        raise KeyError(ANGRY)


def test_a_defect_parks_the_events_after_bounded_tries(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    whole = makegood.parts
    makegood.parts = replace(whole, shelf=cast(PolicyShelf, BrokenShelf()))
    makegood.deliver(body for body in makegood.news() if b"ticket.created" in body)

    for _ in range(MAX_TRIES):
        assert makegood.parked() == []
        assert makegood.work_inbox() == 1
        assert makegood.work_inbox() == 0
        makegood.pass_time(minutes=15)

    (parked,) = makegood.parked()
    assert (parked.ticket_id, "KeyError" in parked.reason) == (ticket_id, True)
    assert ANGRY not in parked.reason
    assert makegood.work_inbox() == 0

    makegood.parts = whole
    makegood.try_again()
    makegood.live()
    assert len(makegood.notes(ticket_id)) == 1


@pytest.mark.parametrize("body", [b"{", b'{"id": 7, "created_at": "soon"}'])
def test_a_snapshot_that_cannot_be_read_is_parked_alone(makegood: Installation, body: bytes) -> None:
    ticket_id = makegood.write_in(ANGRY)
    row: dict[str, Any] = {"kind": "snapshot", "type": "ticket.snapshot", "user_id": None, "body": body}
    with makegood.parts.database.write() as conn:
        inbox.add(conn, event_id="s", ticket_id=ticket_id, event_order="", now=makegood.now, **row)

    makegood.live()

    assert [one.kind for one in makegood.parked()] == ["inbox"]
    assert len(makegood.notes(ticket_id)) == 1


class BrokenZendesk:
    """A client with a defect."""

    def __getattr__(self, name: str) -> NoReturn:
        raise ZeroDivisionError


def test_a_defect_parks_a_write_after_bounded_tries(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    makegood.work_inbox()
    whole = makegood.parts
    makegood.parts = replace(whole, zendesk=cast(Zendesk, BrokenZendesk()))

    for _ in range(MAX_TRIES):
        assert makegood.parked() == []
        assert makegood.work_outbox() == 1
        makegood.pass_time(minutes=15)
    assert [one.kind for one in makegood.parked()] == ["outbox"]

    makegood.parts = whole
    makegood.try_again()
    makegood.live()
    assert len(makegood.notes(ticket_id)) == 1


def test_a_defect_parks_a_follow_up_after_bounded_tries(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(days=3)
    makegood.parts = replace(makegood.parts, zendesk=cast(Zendesk, BrokenZendesk()))

    for _ in range(MAX_TRIES):
        assert makegood.parked() == []
        assert makegood.work_follow_ups() == 1
        makegood.pass_time(minutes=15)

    assert makegood.fates(ticket_id) == [("first_reply", "parked", "defect")]
