"""After an outage a ticket gets one current message: what fell due meanwhile is said in it, or is silent."""

from dataclasses import replace

import pytest

from integration.handling.agent_acts import Judgement, correct
from integration.handling.watching import watch
from integration.policies.shelf import SHIPPED
from tests.handling.installation import ANGRY, Installation

HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")
NOTE = "    note: first-reply\n"
COLLEAGUE = 360000000003


@pytest.fixture
def makegood(makegood_anywhere: Installation) -> Installation:
    return makegood_anywhere


@pytest.fixture
def unseen(makegood: Installation) -> int:
    """A complaint that came in while Zendesk answers nothing, so that its note waits."""
    written = makegood.write_in(ANGRY)
    makegood.zendesk.faults({"api": [{"kind": "503", "methods": ["PUT", "GET"], "path": "/tickets/"}]})
    makegood.live()
    return written


def outage(makegood: Installation, hours: int) -> None:
    """Let time pass while everything that is tried fails."""
    for _ in range(3):
        makegood.pass_time(hours=hours / 3)
        makegood.live()


def back_again(makegood: Installation) -> None:
    makegood.zendesk.no_faults()
    for _ in range(3):
        makegood.pass_time(minutes=11)
        makegood.live()


def test_the_note_about_a_complaint_is_its_reminder_after_an_outage(
    makegood: Installation, unseen: int
) -> None:
    outage(makegood, 30)
    back_again(makegood)

    (note,) = makegood.notes(unseen)
    assert "Overdue: first reply" in note
    assert makegood.fates(unseen) == [("first_reply", "posted", None)]


def test_what_fell_due_earlier_in_the_outage_keeps_silent(makegood: Installation, unseen: int) -> None:
    makegood.request(ticket_id=unseen, action="start", name="courier", due_in_hours=2)
    outage(makegood, 30)
    back_again(makegood)

    assert len(makegood.notes(unseen)) == 1
    assert sorted(makegood.fates(unseen)) == [
        ("courier", "silent", "newer_reminder"),
        ("first_reply", "posted", None),
    ]


def test_what_falls_due_after_the_outage_is_reminded_of_on_its_day(
    makegood: Installation, unseen: int
) -> None:
    makegood.request(ticket_id=unseen, action="start", name="courier", due_in_hours=60)
    outage(makegood, 30)
    back_again(makegood)
    makegood.pass_time(hours=60)
    makegood.live()

    assert len(makegood.notes(unseen)) == 2
    assert ("courier", "posted", None) in makegood.fates(unseen)


def test_the_one_note_hands_the_ticket_over_where_its_step_does(makegood: Installation, unseen: int) -> None:
    hands_over = HOUSE.replace(NOTE, f"{NOTE}    reach: assignee\n    assignee_id: {COLLEAGUE}\n")
    makegood.parts = replace(makegood.parts, shelf=makegood.parts.shelf.overlaid({"house.yaml": hands_over}))
    outage(makegood, 30)
    back_again(makegood)

    assert len(makegood.notes(unseen)) == 1
    assert makegood.server.account.ticket(unseen)["assignee_id"] == COLLEAGUE


def test_a_reply_during_the_outage_leaves_nothing_overdue_to_say(makegood: Installation, unseen: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(unseen)
    outage(makegood, 30)
    back_again(makegood)

    (note,) = makegood.notes(unseen)
    assert "Overdue" not in note
    assert ("first_reply", "satisfied", "public_reply") in makegood.fates(unseen)


def test_a_complaint_dismissed_during_the_outage_gets_no_note(makegood: Installation, unseen: int) -> None:
    correct(makegood.parts, unseen, Judgement.NOT_A_COMPLAINT, agent_id=makegood.agent_id)
    outage(makegood, 2)
    back_again(makegood)

    assert makegood.notes(unseen) == []


def test_a_complaint_heard_of_a_day_late_gets_one_note(makegood: Installation) -> None:
    late = makegood.write_in(ANGRY)
    makegood.pass_time(days=2)
    makegood.live()
    back_again(makegood)

    (note,) = makegood.notes(late)
    assert "Overdue: first reply" in note
    assert makegood.fates(late) == [("first_reply", "posted", None)]


def test_alerts_of_an_outage_do_not_follow_one_after_the_other(makegood: Installation, unseen: int) -> None:
    for text in ("Hello?", "Is anybody there?"):
        makegood.write_again(unseen, text)
    makegood.live()
    for _ in range(16):
        makegood.pass_time(hours=12)
        watch(makegood.parts)
    assert ("escalate", "new") in makegood.states(unseen)
    back_again(makegood)

    assert len(makegood.notes(unseen)) == 1
