"""A complaint on record follows its ticket: answered, solved, reopened, worse, merged, deleted."""

import pytest

from integration.domain.complaint import Band, State
from integration.domain.remedy import Decision
from integration.handling import outcomes
from integration.handling.agent_acts import Judgement, correct
from integration.handling.follow_up_acts import cancel
from tests.handling.installation import ANGRY, Installation

THREAT = "If this is not settled by Friday I will call my lawyer and go to court."


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """A complaint that was enriched."""
    written = makegood.write_in(ANGRY)
    makegood.live()
    return written


def state_of(makegood: Installation, ticket_id: int) -> State:
    found = makegood.complaint(ticket_id)
    assert found is not None
    return found.state


def test_an_agents_public_reply_satisfies_the_duty_to_reply(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)

    makegood.reply(ticket_id)
    makegood.live()

    assert makegood.fates(ticket_id) == [
        ("first_reply", "satisfied", "public_reply"),
        ("update", "pending", None),
    ]


def test_an_internal_note_is_no_reply(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)

    makegood.reply(ticket_id, public=False)
    makegood.live()

    assert makegood.fates(ticket_id) == [("first_reply", "pending", None)]


def test_solving_resolves_the_complaint_and_plans_the_check_in(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")

    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.state is State.RESOLVED
    assert found.told_at is not None
    running = [(name, status) for name, status, _ in makegood.fates(ticket_id) if status == "pending"]
    assert running == [("check_in", "pending")]
    assert "makegood_resolved" in makegood.zendesk.ticket_page(ticket_id)["tags"]


def test_a_reply_after_solving_reopens_the_complaint(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.live()
    makegood.pass_time(minutes=5)

    makegood.write_again(ticket_id, "It broke again after an hour.")
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert (found.state, found.resolved_at) == (State.CONFIRMED, None)
    assert "makegood_confirmed" in makegood.zendesk.ticket_page(ticket_id)["tags"]
    pending = {name for name, status, _ in makegood.fates(ticket_id) if status == "pending"}
    assert "check_in" not in pending
    assert "update" in pending


def test_a_ticket_solved_twice_gets_its_check_in_again(makegood: Installation, ticket_id: int) -> None:
    for _ in range(2):
        makegood.pass_time(hours=1)
        makegood.reply(ticket_id)
        makegood.change(ticket_id, status="solved")
        makegood.live()
        makegood.pass_time(hours=1)
        makegood.write_again(ticket_id, "No, it is still broken.")
        makegood.live()
    makegood.pass_time(hours=1)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.live()

    check_ins = [status for name, status, _ in makegood.fates(ticket_id) if name == "check_in"]
    assert check_ins.count("pending") == 1
    assert len(check_ins) == 3


def test_a_threat_in_a_later_comment_raises_the_severity(makegood: Installation, ticket_id: int) -> None:
    makegood.write_again(ticket_id, THREAT)

    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.assessment.band is Band.HIGH
    assert len(makegood.notes(ticket_id)) == 1


def test_a_worse_complaint_tells_its_field_and_has_one_stricter_duty(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.write_again(ticket_id, THREAT)

    makegood.live()

    assert "makegood_high" in makegood.zendesk.ticket_page(ticket_id)["tags"]
    assert makegood.fates(ticket_id) == [
        ("first_reply_high", "pending", None),
        ("first_reply", "cancelled", "became_worse"),
    ]


def test_the_reply_that_starts_the_next_duty_does_not_satisfy_it(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.live()

    makegood.pass_time(days=5)
    makegood.live()

    assert ("update", "posted", None) in makegood.fates(ticket_id)
    assert len(makegood.notes(ticket_id)) == 2


def test_one_silence_is_reminded_of_once_whatever_else_happens(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.live()
    makegood.pass_time(days=5)
    makegood.live()

    makegood.change(ticket_id, priority="high")
    makegood.write_again(ticket_id, "Any news?")
    makegood.live()
    assert len(makegood.notes(ticket_id)) == 2

    makegood.reply(ticket_id)
    makegood.live()
    makegood.pass_time(days=5)
    makegood.live()
    assert [name for name, status, _ in makegood.fates(ticket_id) if status == "posted"] == ["update"] * 2


def test_a_follow_up_that_an_agent_cancelled_is_not_planned_again(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.live()
    update = next(f for f in makegood.follow_ups(ticket_id) if f.name == "update")
    cancel(makegood.parts, update.id, "they are friends", agent_id=makegood.agent_id)

    makegood.change(ticket_id, priority="high")
    makegood.live()

    assert [status for name, status, _ in makegood.fates(ticket_id) if name == "update"] == ["cancelled"]


def test_an_agent_who_reopens_cancels_the_check_in(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.live()
    makegood.pass_time(minutes=5)

    makegood.change(ticket_id, status="open")
    makegood.live()

    assert ("check_in", "cancelled", "reopened") in makegood.fates(ticket_id)


def test_a_ticket_solved_and_opened_again_without_a_word_owes_an_answer_again(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.change(ticket_id, status="solved")
    makegood.live()
    makegood.pass_time(minutes=5)

    makegood.change(ticket_id, status="open")
    makegood.live()

    assert ("tell_customer", "cancelled", "reopened") in makegood.fates(ticket_id)
    assert ("first_reply", "pending", None) in makegood.fates(ticket_id)


def test_a_solved_ticket_whose_requester_was_not_told_asks_for_it_once(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.change(ticket_id, status="solved")
    makegood.live()
    assert state_of(makegood, ticket_id) is State.SUSPECTED

    makegood.pass_time(days=2)
    makegood.live()
    makegood.change(ticket_id, priority="high")
    makegood.pass_time(days=2)
    makegood.live()

    assert makegood.fates(ticket_id).count(("tell_customer", "posted", None)) == 1
    assert sum("Has the requester been told" in note for note in makegood.notes(ticket_id)) == 1

    makegood.reply(ticket_id)
    makegood.live()
    assert state_of(makegood, ticket_id) is State.RESOLVED


def test_thanks_opens_the_ticket_and_not_the_complaint(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.live()
    makegood.pass_time(hours=2)

    makegood.write_again(ticket_id, "Thank you so much!")
    makegood.live()

    assert makegood.ticket(ticket_id).status == "open"
    assert state_of(makegood, ticket_id) is State.RESOLVED
    assert ("check_in", "pending", None) in makegood.fates(ticket_id)


def test_calmer_words_do_not_lower_the_severity(makegood: Installation) -> None:
    ticket_id = makegood.write_in(f"{ANGRY} {THREAT}")
    makegood.live()

    makegood.write_again(ticket_id, "Thank you, that is kind.")
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.assessment.band is Band.HIGH


def test_no_complaint_by_an_agent_sticks(makegood: Installation, ticket_id: int) -> None:
    correct(makegood.parts, ticket_id, Judgement.NOT_A_COMPLAINT, agent_id=makegood.agent_id)

    makegood.write_again(ticket_id, f"{ANGRY} {THREAT}")
    makegood.change(ticket_id, status="solved")
    makegood.live()

    assert state_of(makegood, ticket_id) is State.NOT_A_COMPLAINT
    assert makegood.fates(ticket_id) == [("first_reply", "cancelled", "not_a_complaint")]
    assert "makegood_not_a_complaint" in makegood.zendesk.ticket_page(ticket_id)["tags"]
    assert len(makegood.notes(ticket_id)) == 1


def test_a_deleted_ticket_silences_its_follow_ups(makegood: Installation, ticket_id: int) -> None:
    makegood.control("DELETE", f"tickets/{ticket_id}")

    makegood.live()

    assert makegood.fates(ticket_id) == [("first_reply", "silent", "ticket_deleted")]


def test_a_merged_ticket_silences_its_follow_ups_and_says_where_it_went(
    makegood: Installation, ticket_id: int
) -> None:
    into = makegood.write_in("The same again.")
    makegood.live()

    makegood.control("POST", "tickets/merge", **{"from": ticket_id, "into": into})
    makegood.live()

    assert makegood.fates(ticket_id) == [("first_reply", "silent", "ticket_merged")]
    reason = makegood.follow_ups(ticket_id)[0].reason
    assert reason is not None
    assert reason.details == {"ticket_id": into}


def test_working_the_same_progress_twice_changes_nothing_more(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    bodies = makegood.news()

    for body in reversed(bodies):
        makegood.deliver([body, body])
        makegood.work()

    assert state_of(makegood, ticket_id) is State.RESOLVED
    names = sorted(name for name, _, _ in makegood.fates(ticket_id))
    assert set(names) <= {"check_in", "first_reply", "tell_customer", "update"}
    assert len(names) == len(set(names))
    assert [name for name, status, _ in makegood.fates(ticket_id) if status == "pending"] == ["check_in"]
    assert makegood.states(ticket_id).count(("fields", "done")) == 1


def test_after_a_complaint_that_was_not_upheld_nobody_asks_how_it_turned_out(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.live()
    outcomes.decide(makegood.parts, ticket_id, Decision.NOT_UPHELD, agent_id=makegood.agent_id)

    makegood.pass_time(days=8)
    makegood.live()

    assert ("check_in", "silent", "no_check_in") in makegood.fates(ticket_id)
