"""Messages to the requester: at most one a day and three in all, once each, and silence after any reply."""

from datetime import timedelta
from itertools import pairwise

import pytest

from integration.domain.chain import Chain, ChainKind
from integration.domain.deadline import Delay, Unit
from integration.handling import chains, promises
from integration.handling.alerts import alerts_of
from integration.handling.chains import BadChain, ChainsOff
from integration.handling.switches import PUBLIC_MESSAGES, set_switch
from tests.handling.installation import ANGRY, Installation

WHAT = "a photo of the damage"


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    """A complaint that an agent has answered with a question, in an account that allows messages."""
    set_switch(makegood.parts, PUBLIC_MESSAGES, True, admin_id=1)
    written = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(minutes=10)
    makegood.reply(written)
    makegood.live()
    return written


def start(makegood: Installation, ticket_id: int, *, days: int = 1, solves: bool = False) -> int:
    return chains.start(
        makegood.parts,
        ticket_id,
        ChainKind.ASK,
        WHAT,
        agent_id=makegood.agent_id,
        delay=Delay(days, Unit.DAYS),
        solves=solves,
    )


def days_pass(makegood: Installation, days: int) -> None:
    for _ in range(days * 4):
        makegood.pass_time(hours=6)
        makegood.live()


def messages(makegood: Installation, ticket_id: int) -> list[str]:
    page = makegood.zendesk.ticket_page(ticket_id)
    return [one["text"] for one in page["comments"] if one["public"] and WHAT in one["text"]]


def newest(makegood: Installation, ticket_id: int) -> Chain:
    with makegood.parts.database.read() as conn:
        return chains.chains_of(conn, ticket_id)[0]


def test_three_messages_a_day_apart_and_no_fourth(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    counts = []
    for _ in range(6):
        days_pass(makegood, 1)
        counts.append(len(messages(makegood, ticket_id)))

    assert counts[-1] == 3
    assert all(later - earlier <= 1 for earlier, later in pairwise(counts))
    assert newest(makegood, ticket_id).state == "done"


def test_a_chain_runs_on_either_database(makegood_anywhere: Installation) -> None:
    set_switch(makegood_anywhere.parts, PUBLIC_MESSAGES, True, admin_id=1)
    ticket_id = makegood_anywhere.write_in(ANGRY)
    makegood_anywhere.live()
    makegood_anywhere.pass_time(minutes=10)
    makegood_anywhere.reply(ticket_id)
    makegood_anywhere.live()
    start(makegood_anywhere, ticket_id)

    days_pass(makegood_anywhere, 2)

    assert len(messages(makegood_anywhere, ticket_id)) == 2


def test_nudge_nudge_solve(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id, solves=True)

    days_pass(makegood, 5)

    assert len(messages(makegood, ticket_id)) == 3
    assert makegood.server.account.ticket(ticket_id)["status"] == "solved"


def test_any_answer_stops_it_at_once(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    days_pass(makegood, 1)

    makegood.write_again(ticket_id, "Here it is.")
    makegood.live()

    chain = newest(makegood, ticket_id)
    assert (chain.state, chain.reason and chain.reason.code) == ("stopped", "requester_wrote")
    days_pass(makegood, 3)
    assert len(messages(makegood, ticket_id)) <= 1


def test_thanks_lets_it_wait_for_an_agent_s_one_click(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    makegood.write_again(ticket_id, "Thank you!")
    makegood.live()
    days_pass(makegood, 2)

    assert newest(makegood, ticket_id).state == "asking"
    assert messages(makegood, ticket_id) == []
    with makegood.parts.database.read() as conn:
        assert "only_thanks" in {alert.kind for alert in alerts_of(conn, ticket_id)}

    chains.answer(makegood.parts, ticket_id, goes_on=True, agent_id=makegood.agent_id)
    days_pass(makegood, 1)
    assert len(messages(makegood, ticket_id)) == 1


def test_a_machine_that_answers_twice_gets_nothing_more(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    for _ in range(2):
        makegood.write_again(ticket_id, "Automatic reply: I am out of office until Monday.")
    makegood.live()

    chain = newest(makegood, ticket_id)
    assert chain.reason is not None
    assert chain.reason.code == "automatic_replies"


def test_one_automatic_answer_is_no_answer(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    makegood.write_again(ticket_id, "Automatic reply: I am out of office until Monday.")

    days_pass(makegood, 2)

    assert messages(makegood, ticket_id)


def test_a_reply_that_no_event_told_of_stops_it_too(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    makegood.write_again(ticket_id, "Here it is.")
    makegood.news()  # lost

    days_pass(makegood, 2)

    assert messages(makegood, ticket_id) == []


def test_it_counts_from_the_last_public_word_and_not_from_an_older_one(
    makegood: Installation, ticket_id: int
) -> None:
    start(makegood, ticket_id, days=2)
    makegood.pass_time(days=1, hours=23)
    makegood.reply(ticket_id)
    makegood.live()

    makegood.pass_time(days=1)
    makegood.live()

    assert messages(makegood, ticket_id) == []


def test_nothing_is_sent_unless_an_admin_allows_it(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    set_switch(makegood.parts, PUBLIC_MESSAGES, False, admin_id=1)

    days_pass(makegood, 2)

    assert messages(makegood, ticket_id) == []
    with pytest.raises(ChainsOff):
        start(makegood, ticket_id)


def test_nothing_is_sent_to_whom_no_agent_has_answered(makegood: Installation, ticket_id: int) -> None:
    stranger = makegood.write_in(ANGRY, name="Victim Example")
    makegood.live()

    with pytest.raises(BadChain):
        start(makegood, stranger)


def test_two_tickets_of_one_requester_do_not_write_on_one_day(makegood: Installation, ticket_id: int) -> None:
    other = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(minutes=10)
    makegood.reply(other)
    makegood.live()
    start(makegood, ticket_id)
    start(makegood, other)

    makegood.pass_time(hours=25)
    makegood.live()

    assert len(messages(makegood, ticket_id) + messages(makegood, other)) == 1
    makegood.pass_time(hours=25)
    makegood.live()
    assert len(messages(makegood, ticket_id) + messages(makegood, other)) == 2


def test_a_message_whose_answer_was_lost_is_sent_once(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    makegood.pass_time(hours=25)
    makegood.api_faults("drop_after_write", times=1)

    makegood.live()
    makegood.pass_time(minutes=3)
    makegood.live()

    assert len(messages(makegood, ticket_id)) == 1
    assert newest(makegood, ticket_id).sent == 1


def test_a_check_in_is_sent_on_a_solved_ticket_and_not_to_somebody_who_wrote(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.change(ticket_id, status="solved")
    makegood.live()
    agent = makegood.agent_id
    delay = Delay(3, Unit.DAYS)
    kind = ChainKind.CHECK_IN
    chains.start(makegood.parts, ticket_id, kind, None, agent_id=agent, delay=delay, most=1)

    makegood.pass_time(days=1)
    makegood.write_again(ticket_id, "It broke again.")
    makegood.live()
    makegood.pass_time(days=4)
    makegood.live()

    page = makegood.zendesk.ticket_page(ticket_id)
    assert not any("turn out" in one["text"] for one in page["comments"] if one["public"])
    chain = newest(makegood, ticket_id)
    assert chain.reason is not None
    assert chain.reason.code == "requester_wrote"


def test_an_answer_after_the_thanks_stops_it_without_a_click(makegood: Installation, ticket_id: int) -> None:
    start(makegood, ticket_id)
    makegood.write_again(ticket_id, "Thank you!")
    makegood.live()
    assert newest(makegood, ticket_id).state == "asking"

    makegood.pass_time(hours=1)
    makegood.write_again(ticket_id, "And here is the photo.")
    makegood.live()

    assert newest(makegood, ticket_id).state == "stopped"


def test_a_message_of_ours_keeps_no_promise(makegood: Installation, ticket_id: int) -> None:
    due_at = makegood.now + timedelta(hours=30)
    agent = makegood.agent_id
    promises.promise(makegood.parts, ticket_id, "a call", due_at, agent, agent)
    start(makegood, ticket_id)

    days_pass(makegood, 2)

    assert messages(makegood, ticket_id)
    with makegood.parts.database.read() as conn:
        (kept,) = promises.promises_of(conn, ticket_id)
    assert kept.promise.state == "broken"
