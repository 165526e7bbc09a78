"""What users of other reminder engines complain of, one test for each failure, named after it."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from integration.domain.chain import ChainKind
from integration.domain.deadline import Delay, Unit
from integration.handling import chains, promises
from integration.handling.fall_due import fall_due
from integration.handling.post import post
from integration.handling.schedules import recalculate
from integration.handling.switches import PUBLIC_MESSAGES, set_switch
from integration.handling.waiting_writes import what_waits
from integration.handling.watching import watch
from integration.policies.shelf import SHIPPED
from integration.store import follow_ups, outbox
from tests.handling.installation import ANGRY, CALM, LEASE, Installation

HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")
WHAT = "the serial number"
FRIDAY = datetime.fromisoformat("2026-03-13T16:00:00+00:00")


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """An enriched complaint that nobody has answered."""
    written = makegood.write_in(ANGRY)
    makegood.live()
    return written


@pytest.fixture
def answered(makegood: Installation, ticket_id: int) -> int:
    """The same, answered, in an account that allows messages to requesters."""
    set_switch(makegood.parts, PUBLIC_MESSAGES, True, admin_id=1)
    makegood.pass_time(minutes=10)
    makegood.reply(ticket_id)
    makegood.live()
    return ticket_id


def ask(makegood: Installation, ticket_id: int, *, days: int = 1, solves: bool = False) -> None:
    delay = Delay(days, Unit.DAYS)
    agent = makegood.agent_id
    chains.start(makegood.parts, ticket_id, ChainKind.ASK, WHAT, agent_id=agent, delay=delay, solves=solves)


def asked(makegood: Installation, ticket_id: int) -> list[str]:
    page = makegood.zendesk.ticket_page(ticket_id)
    return [one["text"] for one in page["comments"] if one["public"] and WHAT in one["text"]]


def days(makegood: Installation, count: int) -> None:
    for _ in range(count):
        makegood.pass_time(days=1)
        makegood.live()


def named(makegood: Installation, ticket_id: int, name: str, hours: float) -> None:
    makegood.request(ticket_id=ticket_id, action="start", name=name, due_in_hours=hours)
    makegood.live()


def with_policies(makegood: Installation, name: str, text: str) -> None:
    """Publish a file of the policies folder."""
    makegood.parts = replace(makegood.parts, shelf=makegood.parts.shelf.overlaid({name: text}))


def reminders(makegood: Installation, ticket_id: int) -> int:
    """Count the notes after the first one, which every complaint gets."""
    return len(makegood.notes(ticket_id)) - 1


# -- hours late, days repeated, or never


def test_the_reminder_came_hours_late_at_the_next_whole_hour(makegood: Installation, ticket_id: int) -> None:
    due_at = makegood.follow_ups(ticket_id)[0].due_at
    makegood.pass_time(seconds=(due_at - makegood.now).total_seconds() - 30)
    makegood.live()
    assert reminders(makegood, ticket_id) == 0

    makegood.pass_time(seconds=31)
    makegood.live()

    assert reminders(makegood, ticket_id) == 1


def test_the_reminder_was_repeated_for_days(makegood: Installation, ticket_id: int) -> None:
    days(makegood, 10)

    assert reminders(makegood, ticket_id) == 1


def test_the_second_reminder_of_a_day_was_never_sent(makegood: Installation, ticket_id: int) -> None:
    named(makegood, ticket_id, "courier", 1)
    named(makegood, ticket_id, "workshop", 2)

    for _ in range(3):
        makegood.pass_time(hours=1)
        makegood.live()

    assert reminders(makegood, ticket_id) == 2


def test_no_reminder_was_sent_while_somebody_had_the_ticket_open(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.pass_time(days=2)
    makegood.work_follow_ups()
    makegood.change(ticket_id, priority="high")

    makegood.live()

    assert reminders(makegood, ticket_id) == 1


def test_every_two_days_took_seven(makegood: Installation, answered: int) -> None:
    ask(makegood, answered, days=2)
    sent_on = []
    for day in range(1, 9):
        days(makegood, 1)
        if len(asked(makegood, answered)) > len(sent_on):
            sent_on.append(day)

    assert sent_on[0] == 2
    # A test looks once a day, so a message of that evening is seen on the next one.
    assert all(later - earlier in {2, 3} for earlier, later in pairwise(sent_on))


# -- the calendar


def test_the_calendar_was_ignored(makegood: Installation) -> None:
    makegood.server.account.clock.set(FRIDAY)
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()

    makegood.pass_time(days=2)
    makegood.live()
    assert reminders(makegood, ticket_id) == 0

    makegood.pass_time(days=1)
    makegood.live()
    assert reminders(makegood, ticket_id) == 1


def test_the_bump_took_the_date_of_an_older_message(makegood: Installation, answered: int) -> None:
    ask(makegood, answered, days=2)
    makegood.pass_time(hours=47)
    makegood.reply(answered)
    makegood.live()

    makegood.pass_time(hours=24)
    makegood.live()

    assert asked(makegood, answered) == []


def test_a_new_bank_holiday_did_not_move_what_was_running(makegood: Installation, ticket_id: int) -> None:
    due_at = makegood.follow_ups(ticket_id)[0].due_at
    with_policies(makegood, "clocks.yaml", f"days_off: [{due_at.date().isoformat()}]\n")

    assert recalculate(makegood.parts).follow_ups == 1

    assert makegood.follow_ups(ticket_id)[0].due_at == due_at + timedelta(days=1)


def test_the_clock_could_not_rest_or_the_ticket_was_forgotten(makegood: Installation) -> None:
    rests = HOUSE.replace("    note: update\n", "    note: update\n    paused_by: [pending]\n")
    with_policies(makegood, "house.yaml", rests)
    ticket_id = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="pending")
    makegood.live()

    days(makegood, 10)
    assert reminders(makegood, ticket_id) == 0

    makegood.change(ticket_id, status="open")
    days(makegood, 6)
    assert reminders(makegood, ticket_id) == 1


# -- killed by politeness


def test_a_thanks_killed_the_snooze(makegood: Installation, ticket_id: int) -> None:
    named(makegood, ticket_id, "courier", 30)
    makegood.write_again(ticket_id, "Thanks a lot!")
    makegood.live()

    days(makegood, 2)

    assert ("courier", "posted", None) in makegood.fates(ticket_id)


def test_a_thanks_reopened_the_complaint(makegood: Installation, answered: int) -> None:
    makegood.change(answered, status="solved")
    makegood.live()
    makegood.pass_time(hours=1)

    makegood.write_again(answered, "Thank you!")
    makegood.live()

    complaint = makegood.complaint(answered)
    assert complaint is not None
    assert complaint.state == "resolved"
    assert ("check_in", "pending", None) in makegood.fates(answered)


def test_a_word_of_the_customer_did_not_restart_the_clock(makegood: Installation, answered: int) -> None:
    makegood.change(answered, status="solved")
    makegood.live()
    makegood.pass_time(hours=1)

    makegood.write_again(answered, "It is broken again.")
    makegood.live()

    running = [name for name, status, _ in makegood.fates(answered) if status == "pending"]
    assert "update" in running
    assert "check_in" not in running


# -- sent after the reason was gone


def test_it_was_sent_after_the_reason_was_gone(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.news()  # nobody told us

    days(makegood, 2)

    assert reminders(makegood, ticket_id) == 0
    assert ("first_reply", "satisfied", "public_reply") in makegood.fates(ticket_id)


def test_a_reminder_came_after_the_ticket_was_closed(makegood: Installation, ticket_id: int) -> None:
    makegood.change(ticket_id, status="closed")
    makegood.news()

    days(makegood, 2)

    assert makegood.fates(ticket_id) == [("first_reply", "silent", "ticket_closed")]


def test_the_clock_ran_on_after_the_end(makegood: Installation, answered: int) -> None:
    makegood.change(answered, status="solved")
    makegood.live()

    days(makegood, 5)

    assert reminders(makegood, answered) == 0


def test_a_snoozed_ticket_was_solved_by_the_machine(makegood: Installation, answered: int) -> None:
    makegood.change(answered, status="pending")
    ask(makegood, answered)

    days(makegood, 6)

    assert len(asked(makegood, answered)) == 3
    assert makegood.server.account.ticket(answered)["status"] == "pending"


def test_the_bump_dropped_the_pending_state(makegood: Installation, answered: int) -> None:
    makegood.change(answered, status="pending")
    makegood.live()
    ask(makegood, answered)

    days(makegood, 1)

    assert len(asked(makegood, answered)) == 1
    assert makegood.server.account.ticket(answered)["status"] == "pending"


# -- sent twice


def test_the_workflow_ran_twice_and_the_customer_got_two_mails(makegood: Installation, answered: int) -> None:
    ask(makegood, answered)
    makegood.pass_time(hours=25)
    with makegood.parts.database.write() as conn:
        (claim,) = follow_ups.claim_due(conn, makegood.now, limit=9, lease=LEASE)
    for _ in range(2):
        fall_due(makegood.parts, claim.id, claim.revision, claim.attempts)
    with makegood.parts.database.write() as conn:
        ((row_id, attempt),) = outbox.claim_due(conn, makegood.now, limit=9, lease=LEASE)
    for _ in range(2):
        post(makegood.parts, row_id, attempt)

    assert len(asked(makegood, answered)) == 1


def test_the_mail_was_duplicated_when_the_answer_was_lost(makegood: Installation, answered: int) -> None:
    ask(makegood, answered)
    makegood.pass_time(hours=25)
    makegood.api_faults("drop_after_write", times=1)

    makegood.live()
    makegood.pass_time(minutes=5)
    makegood.live()

    assert len(asked(makegood, answered)) == 1


def test_two_machines_answered_each_other_for_ever(makegood: Installation, answered: int) -> None:
    ask(makegood, answered)
    for _ in range(6):
        makegood.write_again(answered, "Automatic reply: we are out of office.")
        days(makegood, 1)

    assert len(asked(makegood, answered)) <= 1


# -- rules that did not hold


def test_the_suppression_was_logged_and_not_applied(makegood: Installation, answered: int) -> None:
    ask(makegood, answered)
    set_switch(makegood.parts, PUBLIC_MESSAGES, False, admin_id=1)

    days(makegood, 3)

    assert asked(makegood, answered) == []
    assert ("chain-ask", "silent", "not_allowed") in makegood.fates(answered)


def test_an_unknown_sender_was_written_to(makegood: Installation, ticket_id: int) -> None:
    set_switch(makegood.parts, PUBLIC_MESSAGES, True, admin_id=1)

    with pytest.raises(chains.BadChain):
        ask(makegood, ticket_id)


def test_a_raw_variable_reached_the_customer(makegood: Installation) -> None:
    set_switch(makegood.parts, PUBLIC_MESSAGES, True, admin_id=1)
    nameless = makegood.write_in(ANGRY, name="+44 20 7946 0000")
    makegood.live()
    makegood.pass_time(minutes=10)
    makegood.reply(nameless)
    makegood.live()
    ask(makegood, nameless)

    days(makegood, 1)

    (text,) = asked(makegood, nameless)
    assert text.startswith("Hello,")
    assert not set("{}%⟦⟧") & set(text)


def test_an_old_name_was_used(makegood: Installation, answered: int) -> None:
    ask(makegood, answered)
    makegood.control("PATCH", f"users/{makegood.requester_of(answered)}", name="Marie Nowak")
    makegood.live()

    days(makegood, 1)

    assert asked(makegood, answered)[0].startswith("Hello Marie")


def test_the_survey_came_while_the_complaint_was_open(makegood: Installation, ticket_id: int) -> None:
    held = {"makegood_suspected", "makegood_confirmed"}
    assert held & set(makegood.server.account.ticket(ticket_id)["tags"])

    makegood.change(ticket_id, status="solved")
    makegood.live()
    assert held & set(makegood.server.account.ticket(ticket_id)["tags"])

    makegood.reply(ticket_id)
    makegood.live()
    assert not held & set(makegood.server.account.ticket(ticket_id)["tags"])


# -- history that does not answer


def test_only_the_first_message_was_read(makegood: Installation) -> None:
    calm = makegood.write_in(CALM)
    makegood.live()
    assert makegood.complaint(calm) is None

    makegood.pass_time(hours=1)
    makegood.write_again(calm, ANGRY)
    makegood.live()

    assert len(makegood.notes(calm)) == 1


def test_last_year_s_complaint_was_forgotten(makegood: Installation, answered: int) -> None:
    makegood.change(answered, status="solved")
    makegood.live()
    makegood.change(answered, status="closed")
    makegood.live()
    makegood.pass_time(days=400)

    again = makegood.write_in(ANGRY, subject="My other order")
    makegood.live()

    assert "Complaints before: 1" in makegood.notes(again)[0]


def test_a_reply_became_a_new_ticket_and_the_history_was_split(makegood: Installation, answered: int) -> None:
    makegood.change(answered, status="closed")
    makegood.live()
    makegood.pass_time(days=2)

    makegood.write_again(answered, ANGRY)
    makegood.live()

    assert f"Continues #{answered}" in makegood.notes(answered + 1)[0]


def test_two_people_of_one_name_were_taken_for_one(makegood: Installation, answered: int) -> None:
    namesake = {"name": "Marta Nowak", "email": "another@example.org", "locale": "en-GB"}
    other = makegood.write_in(ANGRY, requester=namesake)
    makegood.live()

    assert "No earlier complaint" in makegood.notes(other)[0]


# -- forgotten, cluttered, or all at once


def test_a_backlog_was_sent_after_two_months_of_downtime(makegood: Installation, ticket_id: int) -> None:
    for number in range(8):
        named(makegood, ticket_id, f"step {number}", 24 * (number + 1))

    makegood.pass_time(days=60)
    makegood.live()

    assert reminders(makegood, ticket_id) == 1
    silent = [reason for _, status, reason in makegood.fates(ticket_id) if status == "silent"]
    assert silent == ["newer_reminder"] * 8


def test_a_forgotten_ticket_reached_no_manager(makegood: Installation, ticket_id: int) -> None:
    for text in ("Hello?", "Is anybody there?"):
        makegood.write_again(ticket_id, text)
    makegood.live()
    for _ in range(16):
        makegood.pass_time(hours=12)
        watch(makegood.parts)
        makegood.live()

    assert any("Nobody has acted" in note for note in makegood.notes(ticket_id))


def test_escalations_cluttered_the_ticket(makegood: Installation, ticket_id: int) -> None:
    for text in ("Hello?", "Is anybody there?"):
        makegood.write_again(ticket_id, text)
    makegood.live()
    for _ in range(60):
        makegood.pass_time(hours=12)
        watch(makegood.parts)
        makegood.live()

    assert sum("Nobody has acted" in note for note in makegood.notes(ticket_id)) == 2


def test_the_customer_sat_in_silence_for_twenty_days(makegood: Installation, answered: int) -> None:
    ask(makegood, answered, days=2, solves=True)

    days(makegood, 20)

    assert len(asked(makegood, answered)) == 3
    assert makegood.server.account.ticket(answered)["status"] == "solved"


def test_nobody_knew_what_had_been_promised_for_when(makegood: Installation, answered: int) -> None:
    due_at = makegood.now + timedelta(hours=30)
    agent = makegood.agent_id
    promises.promise(makegood.parts, answered, "call back", due_at, agent, agent)

    days(makegood, 2)

    assert any("call back" in note for note in makegood.notes(answered))


def test_everything_stopped_when_its_admin_left(makegood: Installation, ticket_id: int) -> None:
    service_user = makegood.server.account.service_user_id
    makegood.control("PATCH", f"users/{service_user}", role="end-user")
    days(makegood, 2)
    assert makegood.parked() == []
    assert what_waits(makegood.parts).pause is not None

    makegood.control("PATCH", f"users/{service_user}", role="admin")
    days(makegood, 1)

    assert reminders(makegood, ticket_id) == 1
    assert what_waits(makegood.parts).pause is None
