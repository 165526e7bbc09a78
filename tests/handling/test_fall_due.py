"""A follow-up falls due: it reminds once while its reason holds, else it is silent and the reason is kept."""

from pathlib import Path

import pytest

from integration.domain.followup import FollowUp
from integration.handling.agent_acts import Judgement, correct
from tests.handling.conftest import Install
from tests.handling.installation import ANGRY, Installation


@pytest.fixture
def makegood(makegood_anywhere: Installation) -> Installation:
    return makegood_anywhere


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """An enriched complaint that nobody has answered."""
    written = makegood.write_in(ANGRY)
    makegood.live()
    return written


def due(makegood: Installation, ticket_id: int) -> FollowUp:
    """Let time pass until the next follow-up of the ticket is due."""
    follow_up = next(f for f in makegood.follow_ups(ticket_id) if f.status == "pending")
    makegood.pass_time(seconds=(follow_up.due_at - makegood.now).total_seconds() + 1)
    return follow_up


def test_an_unanswered_complaint_is_reminded_of_once(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(hours=1)
    makegood.live()
    assert len(makegood.notes(ticket_id)) == 1

    due(makegood, ticket_id)
    makegood.live()
    makegood.pass_time(days=3)
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 2
    assert makegood.fates(ticket_id) == [("first_reply", "posted", None)]


def test_a_reply_that_no_event_told_of_silences_the_reminder(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.news()  # lost

    due(makegood, ticket_id)
    makegood.work()

    assert makegood.fates(ticket_id) == [("first_reply", "satisfied", "public_reply")]
    assert len(makegood.notes(ticket_id)) == 1


def test_an_internal_note_of_an_agent_does_not_silence_it(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id, public=False)
    makegood.news()

    due(makegood, ticket_id)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 2


@pytest.mark.parametrize(
    ("status", "fate"), [("solved", "satisfied resolved"), ("closed", "silent ticket_closed")]
)
def test_a_ticket_that_ended_unheard_is_not_reminded_of(
    makegood: Installation, ticket_id: int, status: str, fate: str
) -> None:
    makegood.change(ticket_id, status=status)
    makegood.news()

    due(makegood, ticket_id)
    makegood.work()

    ((_, ended, reason),) = makegood.fates(ticket_id)
    assert f"{ended} {reason}" == fate
    assert len(makegood.notes(ticket_id)) == 1


def test_a_ticket_deleted_unheard_is_not_reminded_of(makegood: Installation, ticket_id: int) -> None:
    makegood.control("DELETE", f"tickets/{ticket_id}")
    makegood.news()

    due(makegood, ticket_id)
    makegood.work()

    assert makegood.fates(ticket_id) == [("first_reply", "silent", "ticket_gone")]


def test_a_complaint_dismissed_by_an_agent_is_not_reminded_of(makegood: Installation, ticket_id: int) -> None:
    correct(makegood.parts, ticket_id, Judgement.NOT_A_COMPLAINT, agent_id=makegood.agent_id)

    makegood.pass_time(days=3)
    makegood.live()

    assert makegood.fates(ticket_id) == [("first_reply", "cancelled", "not_a_complaint")]
    assert len(makegood.notes(ticket_id)) == 1


def test_a_check_in_comes_a_week_after_the_end(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.live()

    makegood.pass_time(days=7, minutes=5)
    makegood.live()

    assert ("check_in", "posted", None) in makegood.fates(ticket_id)
    assert len(makegood.notes(ticket_id)) == 2


def test_after_downtime_a_ticket_gets_one_message(makegood: Installation, ticket_id: int) -> None:
    for name, hours in (("warranty", 3), ("courier", 30)):
        makegood.request(ticket_id=ticket_id, action="start", name=name, due_in_hours=hours)
    makegood.live()

    makegood.pass_time(days=6)
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 2
    fates = {name: (status, reason) for name, status, reason in makegood.fates(ticket_id)}
    assert fates == {
        "warranty": ("silent", "newer_reminder"),
        "first_reply": ("silent", "newer_reminder"),
        "courier": ("posted", None),
    }


def test_zendesk_away_only_delays_the_reminder(makegood: Installation, ticket_id: int) -> None:
    due(makegood, ticket_id)
    makegood.api_faults("503", method="GET", retry_after=40, times=1)

    makegood.work()
    assert makegood.fates(ticket_id) == [("first_reply", "dispatched", None)]
    makegood.pass_time(seconds=60)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 2


def test_a_follow_up_worked_twice_reminds_once(makegood: Installation, ticket_id: int) -> None:
    due(makegood, ticket_id)
    makegood.work_follow_ups()
    makegood.pass_time(minutes=5)
    makegood.work_follow_ups()

    assert makegood.states(ticket_id) == [("enrich", "done"), ("remind", "new")]


def test_a_reminder_that_left_late_is_decided_anew(makegood: Installation, ticket_id: int) -> None:
    due(makegood, ticket_id)
    makegood.work_follow_ups()
    makegood.reply(ticket_id)
    makegood.news()

    makegood.pass_time(minutes=30)
    makegood.work()

    assert makegood.states(ticket_id) == [("enrich", "done"), ("remind", "dropped")]
    assert makegood.fates(ticket_id) == [("first_reply", "satisfied", "public_reply")]
    assert len(makegood.notes(ticket_id)) == 1


def test_a_late_reminder_whose_reason_still_holds_is_posted_after_all(
    makegood: Installation, ticket_id: int
) -> None:
    due(makegood, ticket_id)
    makegood.work_follow_ups()

    makegood.pass_time(minutes=30)
    makegood.work()

    assert makegood.fates(ticket_id) == [("first_reply", "posted", None)]
    assert len(makegood.notes(ticket_id)) == 2


def test_a_ticket_closed_between_deciding_and_writing_ends_the_follow_up(
    makegood: Installation, ticket_id: int
) -> None:
    due(makegood, ticket_id)
    makegood.work_follow_ups()
    makegood.change(ticket_id, status="closed")

    makegood.work_outbox()

    assert makegood.fates(ticket_id) == [("first_reply", "silent", "ticket_closed")]


def test_a_follow_up_without_a_usable_note_is_parked_with_file_and_line(
    install: Install, sqlite_url: str, tmp_path: Path
) -> None:
    makegood = install(sqlite_url, with_own_files=True)
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    template = tmp_path / "templates" / "notes" / "en" / "first-reply.md.j2"
    template.parent.mkdir(parents=True)
    template.write_text("First line.\n{{ nobody.knows }}\n")
    makegood.parts.library.refresh()

    due(makegood, ticket_id)
    makegood.work()

    (parked,) = makegood.parked()
    assert (parked.kind, parked.ticket_id) == ("follow_up", ticket_id)
    assert f"{template}:2" in parked.reason

    template.unlink()
    makegood.parts.library.refresh()
    makegood.try_again()
    makegood.work()
    assert len(makegood.notes(ticket_id)) == 2
