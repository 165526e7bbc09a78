"""Suggestions learn from agents, and a matter that comes back in other words is noticed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.domain.reason import Code
from integration.domain.suggestion import Suggestion
from integration.handling.agent_acts import use_suggestion
from integration.handling.sidebar import first_facts
from integration.handling.suggesting import unlearn
from integration.learned.ranker import Ranker
from integration.parts import Parts
from integration.store import audit_log, choices, tickets
from tests.handling.installation import Installation
from tests.web import scenario
from tests.web.installation import AGENT, NOW, Site

ALIKE = (71, 72, 73)


@pytest.fixture
def parts(here: Site, ranker: Ranker) -> Parts:
    """An installation that has read three tickets about the matter of a fourth, and knows the encoder."""
    scenario.tell(here.parts.database, NOW)
    said = first_facts(here.parts, scenario.TICKET).case.ticket
    with here.parts.database.write() as conn:
        for number in ALIKE:
            earlier = replace(said, id=number, requester_id=4711, created_at=NOW - timedelta(days=9))
            tickets.save(conn, earlier, order="1", with_custom_fields=False)
    return replace(here.parts, ranker=ranker)


def offers(parts: Parts) -> dict[str, Suggestion]:
    found = (offer.suggestion for offer in first_facts(parts, scenario.TICKET).offers)
    return {suggestion.template_id: suggestion for suggestion in found}


def teach(parts: Parts, template_id: str) -> None:
    for number in ALIKE:
        use_suggestion(parts, number, template_id, "en", agent_id=AGENT)


def test_a_template_chosen_for_similar_tickets_rises_and_names_them(parts: Parts) -> None:
    template_id, before = list(offers(parts).items())[-1]

    teach(parts, template_id)

    after = offers(parts)[template_id]
    told = {reason.code: reason.details for reason in after.reasons}
    assert after.score > before.score
    assert told[Code.CHOSEN_BEFORE]["count"] == 3
    assert sorted(str(told[Code.CHOSEN_BEFORE]["tickets"]).split(", ")) == ["71", "72", "73"]


def test_a_reset_template_is_back_where_it_was_and_the_log_says_who(parts: Parts) -> None:
    template_id, before = list(offers(parts).items())[-1]
    teach(parts, template_id)

    assert unlearn(parts, template_id, actor="agent:12") == 3

    assert offers(parts)[template_id] == before
    with parts.database.read() as conn:
        entry = audit_log.entries(conn, limit=1)[0]
    assert (entry.actor, entry.subject) == ("agent:12", f"template:{template_id}")


def test_a_choice_found_by_search_is_kept_as_such(parts: Parts) -> None:
    use_suggestion(parts, scenario.TICKET, "apology", "en", agent_id=AGENT, was_found=True)

    with parts.database.read() as conn:
        assert [choice.was_found for choice in choices.of_templates(conn)] == [True]


def test_the_same_matter_in_other_words_is_offered_as_a_repeat(makegood: Installation) -> None:
    first = makegood.write_in(
        "The new lamp from your shop flickers and smells burnt. I am very disappointed!"
    )
    makegood.live()
    makegood.pass_time(days=100)
    again = makegood.write_in(
        "The lamp from your shop still flickers and still smells burnt. Unacceptable, I am very disappointed!"
    )
    makegood.live()

    complaint = makegood.complaint(again)

    assert complaint is not None
    assert complaint.repeat is not None
    assert complaint.repeat.ticket_id == first
    assert complaint.repeat.reason.code == Code.ALIKE_TICKET
