"""Zendesk's schedules decide when work is done; a holiday added later moves what runs, and says so."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integration.domain.followup import FollowUp
from integration.handling.clocks import deadlines_of
from integration.handling.schedules import Moved, recalculate, sync_schedules
from integration.policies.shelf import SHIPPED
from integration.store import audit_log, follow_ups, schedules
from integration.store.audit_log import Entry
from tests.handling.installation import Installation


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """A complaint of Tuesday 10 March, 9:30 in London."""
    written = makegood.write_in()
    makegood.live()
    return written


def holiday(makegood: Installation, first: str, last: str) -> None:
    account = makegood.server.account
    (schedule,) = account.resources("schedule")
    days = {"name": "Works outing", "start_date": first, "end_date": last}
    account.save_resource("holiday", {**days, "_schedule_id": schedule["id"]})


def first(makegood: Installation, ticket_id: int) -> FollowUp:
    return makegood.follow_ups(ticket_id)[0]


def log(makegood: Installation, subject: str) -> list[Entry]:
    with makegood.parts.database.read() as conn:
        return audit_log.entries(conn, subject=subject)


def test_the_account_s_hours_and_holidays_move_what_runs_and_every_move_is_logged(
    makegood: Installation, ticket_id: int
) -> None:
    by_file = first(makegood, ticket_id).due_at

    # Nine in New York is 13:00 in London that week, so the first hours of the day do not count.
    assert sync_schedules(makegood.parts) == Moved(follow_ups=1)
    by_schedule = first(makegood, ticket_id).due_at
    assert (f"{by_file:%a %H:%M}", f"{by_schedule:%a %H:%M}") == ("Wed 09:30", "Tue 21:00")
    assert sync_schedules(makegood.parts) == Moved()

    holiday(makegood, "2026-03-10", "2026-03-11")
    assert sync_schedules(makegood.parts) == Moved(follow_ups=1)
    assert first(makegood, ticket_id).due_at == by_schedule + timedelta(days=2)
    moves = [entry for entry in log(makegood, f"ticket:{ticket_id}") if "calendar" in entry.action]
    assert moves[0].before["due_at"] == by_schedule.isoformat()
    assert moves[0].after["due_at"] == first(makegood, ticket_id).due_at.isoformat()
    assert log(makegood, "schedules")[0].after[0]["holidays"] == ["Works outing: 2026-03-10 to 2026-03-11"]


def test_a_day_that_an_agent_chose_is_left_alone(makegood: Installation, ticket_id: int) -> None:
    chosen = makegood.now + timedelta(days=3)
    with makegood.parts.database.write() as conn:
        follow_ups.reschedule(conn, first(makegood, ticket_id).id, chosen, now=makegood.now)

    assert sync_schedules(makegood.parts) == Moved()
    assert first(makegood, ticket_id).due_at == chosen


def test_a_new_complaint_is_counted_by_the_schedule_at_once(makegood: Installation) -> None:
    sync_schedules(makegood.parts)

    ticket_id = makegood.write_in()
    makegood.live()

    # Received at 5:30 in New York: eight business hours end at the close of the day there.
    assert first(makegood, ticket_id).due_at == datetime(2026, 3, 10, 21, tzinfo=UTC)


def test_a_holiday_of_a_jurisdiction_moves_deadlines_too(makegood: Installation) -> None:
    def with_clocks(text: str) -> None:
        shelf = makegood.parts.shelf.overlaid({"clocks.yaml": text})
        makegood.parts = replace(makegood.parts, shelf=shelf)

    with_clocks("presets: [{id: uk-psd-emd, holiday_sets: [GB-ENG]}]")
    ticket_id = makegood.write_in()
    makegood.live()
    recalculate(makegood.parts)
    with_clocks("presets: [{id: uk-psd-emd, holiday_sets: [GB-ENG, GB-NIR]}]")

    assert recalculate(makegood.parts) == Moved(deadlines=1)

    complaint = makegood.complaint(ticket_id)
    assert complaint is not None
    with makegood.parts.database.read() as conn:
        (shown,) = deadlines_of(makegood.parts, conn, complaint.id)
    assert complaint.deadline_at == shown.deadline.due_at
    entry = log(makegood, f"ticket:{ticket_id}")[0]
    assert entry.action == "deadline moved by a calendar"
    assert (entry.before["due_at"][:10], entry.after["due_at"][:10]) == ("2026-03-31", "2026-04-01")


def test_an_account_that_does_not_answer_keeps_the_schedules_it_had(makegood: Installation) -> None:
    sync_schedules(makegood.parts)
    makegood.api_faults("500", method="GET", path="/business_hours/")

    assert sync_schedules(makegood.parts) == Moved()

    with makegood.parts.database.read() as conn:
        assert [each.zone for each in schedules.read(conn)] == ["America/New_York"]


def test_a_policy_that_takes_over_counts_running_complaints_by_its_own_days(
    makegood: Installation, ticket_id: int
) -> None:
    recalculate(makegood.parts)
    before = first(makegood, ticket_id).due_at
    house = (SHIPPED / "house.yaml").read_text("utf-8").replace("version: 1\n", "version: 2\n")
    text = house.replace("holidays: []", "holidays: [2026-03-10]\ntakes_over_running: true")
    makegood.parts = replace(makegood.parts, shelf=makegood.parts.shelf.overlaid({"house.yaml": text}))

    assert recalculate(makegood.parts) == Moved(follow_ups=1)
    assert first(makegood, ticket_id).due_at > before
