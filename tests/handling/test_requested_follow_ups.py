"""An admin's own trigger starts and cancels follow-ups by name."""

from integration.handling.receive import Receipt
from tests.handling.installation import ANGRY, CALM, Installation


def start(makegood: Installation, ticket_id: int, **more: object) -> Receipt:
    wanted = {"action": "start", "name": "courier", "due_in_hours": 2, "note": "Ask the courier", **more}
    return makegood.request(ticket_id=ticket_id, **wanted)


def test_a_request_starts_one_follow_up_that_reminds_in_its_own_words(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.live()

    start(makegood, ticket_id)
    makegood.live()
    assert makegood.fates(ticket_id) == [("courier", "pending", None)]
    makegood.pass_time(hours=2, minutes=1)
    makegood.live()

    assert makegood.fates(ticket_id) == [("courier", "posted", None)]
    assert len(makegood.notes(ticket_id)) == 1
    assert "Ask the courier" in makegood.notes(ticket_id)[0]


def test_the_same_request_again_finds_the_follow_up_running(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.live()

    start(makegood, ticket_id)
    makegood.live()
    makegood.pass_time(minutes=30)
    assert start(makegood, ticket_id, due_in_hours=9) is Receipt.KEPT
    makegood.live()

    assert makegood.fates(ticket_id) == [("courier", "pending", None)]
    assert (makegood.follow_ups(ticket_id)[0].due_at - makegood.now).total_seconds() < 2 * 3600


def test_a_request_with_a_key_counts_once(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)

    assert start(makegood, ticket_id, key="a-1") is Receipt.KEPT
    makegood.pass_time(minutes=30)

    assert start(makegood, ticket_id, key="a-1") is Receipt.SEEN_BEFORE


def test_a_request_cancels_the_follow_up_it_names_and_no_other(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    start(makegood, ticket_id)
    makegood.live()

    makegood.request(ticket_id=ticket_id, action="cancel", name="courier")
    makegood.live()

    assert makegood.fates(ticket_id) == [
        ("courier", "cancelled", "cancelled_by_trigger"),
        ("first_reply", "pending", None),
    ]
    makegood.pass_time(hours=3)
    makegood.live()
    assert len(makegood.notes(ticket_id)) == 1


def test_a_cancelled_follow_up_can_be_started_again(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    start(makegood, ticket_id)
    makegood.live()
    makegood.request(ticket_id=ticket_id, action="cancel", name="courier")
    makegood.live()

    makegood.pass_time(minutes=1)
    start(makegood, ticket_id)
    makegood.live()

    assert [status for _, status, _ in makegood.fates(ticket_id)] == ["cancelled", "pending"]


def test_a_request_about_a_ticket_that_never_came_is_kept_until_it_is_due(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.news()  # lost

    start(makegood, ticket_id)
    makegood.live()
    makegood.pass_time(hours=2, minutes=1)
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 1


def test_cancelling_what_was_never_started_changes_nothing(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)

    makegood.request(ticket_id=ticket_id, action="cancel", name="courier")
    makegood.live()

    assert makegood.fates(ticket_id) == []
    assert makegood.parked() == []
