"""What the sidebar's use cases read and do, below HTTP."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from integration.domain.complaint import Category, State
from integration.domain.ticket import Requester
from integration.handling.agent_acts import Judgement, correct
from integration.handling.sidebar import UnknownTicket, first_facts, render_suggestion
from integration.store import complaints, requesters, tickets
from tests.web import scenario
from tests.web.installation import AGENT, NOW, Site

OTHER_PERSON, UNMARKED = 360000000888, 55


def unmarked(here: Site) -> None:
    """Store a ticket that detection left alone."""
    with here.parts.database.write() as conn:
        requesters.save(conn, Requester(scenario.REQUESTER, name="Mary Poppins", locale="en"), order="1")
        asked = scenario.ticket(UNMARKED, "A question", NOW - timedelta(hours=1))
        tickets.save(conn, asked, order="1", with_custom_fields=False)


def test_a_ticket_that_never_came_is_unknown(here: Site) -> None:
    with pytest.raises(UnknownTicket):
        first_facts(here.parts, 999)


def test_the_present_complaint_is_no_part_of_its_own_history(here: Site) -> None:
    scenario.tell(here.parts.database, NOW)

    facts = first_facts(here.parts, scenario.TICKET)

    assert [past.ticket_id for past in facts.case.history.complaints] == [scenario.FORMER, scenario.OLDEST]
    assert (facts.summary.count, facts.summary.same_kind) == (2, 1)
    assert facts.repeated is not None
    assert facts.repeated.ticket_id == scenario.FORMER


def test_history_follows_a_merge_of_two_people(here: Site) -> None:
    scenario.tell(here.parts.database, NOW)
    with here.parts.database.write() as conn:
        requesters.save(conn, Requester(OTHER_PERSON, name="M. Poppins"), order="1")
        requesters.merge(conn, scenario.REQUESTER, OTHER_PERSON, order="2")

    facts = first_facts(here.parts, scenario.TICKET)

    assert facts.case.requester.id == OTHER_PERSON
    assert facts.summary.count == 2


def test_the_questions_asked_do_not_grow_with_the_history(here: Site) -> None:
    scenario.tell(here.parts.database, NOW)
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append(statement)

    # The first of all tickets also reads what is kept in memory from then on.
    first_facts(here.parts, scenario.TICKET)
    sa.event.listen(here.parts.database.engine, "before_cursor_execute", note)
    first_facts(here.parts, scenario.TICKET)
    before = len(asked)
    with here.parts.database.write() as conn:
        for number in range(100, 140):
            at = NOW - timedelta(days=number)
            tickets.save(conn, scenario.ticket(number, "Old", at), order="1", with_custom_fields=False)
            complaints.add(conn, scenario.past(number, Category.BILLING, at, scenario.Outcome.REFUND))
    asked.clear()

    first_facts(here.parts, scenario.TICKET)

    assert 0 < len(asked) == before <= 36


def test_an_agents_word_makes_an_unmarked_ticket_a_complaint(here: Site) -> None:
    unmarked(here)
    assert first_facts(here.parts, UNMARKED).complaint is None

    correct(here.parts, UNMARKED, Judgement.CONFIRMED, agent_id=AGENT)

    facts = first_facts(here.parts, UNMARKED)
    assert facts.complaint is not None
    assert facts.complaint.state is State.CONFIRMED
    assert facts.running
    assert facts.offers


def test_not_a_complaint_on_an_unmarked_ticket_changes_nothing(here: Site) -> None:
    unmarked(here)

    correct(here.parts, UNMARKED, Judgement.NOT_A_COMPLAINT, agent_id=AGENT)

    assert first_facts(here.parts, UNMARKED).complaint is None


def test_a_letter_is_filled_from_what_is_known_and_dated_in_the_agents_zone(here: Site) -> None:
    scenario.tell(here.parts.database, NOW)

    letter = render_suggestion(
        here.parts, scenario.TICKET, "repeat", "en", agent_id=AGENT, zone=ZoneInfo("Pacific/Auckland")
    )

    text = letter.rendered.text
    assert "Hello Mary" in text
    assert "AF-123456" in text
    assert "Ana Agent" in text
    assert "January 9" in text
