"""Suggestions learn from agents, and a matter that comes back in other words is noticed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from integration.domain.complaint import detect
from integration.domain.reason import Code
from integration.domain.suggestion import Suggestion
from integration.handling import suggesting
from integration.handling.letter_uses import UnknownUse, take_out, use_suggestion
from integration.handling.sidebar import first_facts
from integration.handling.suggesting import unlearn
from integration.learned.encoder import Encoder, Vectors
from integration.learned.ranker import Ranker
from integration.learned.reader import LearnedReader
from integration.parts import Parts
from integration.store import audit_log, choices, opinions, tickets
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


def test_a_letter_taken_out_teaches_nothing_and_counts_as_never_given(parts: Parts) -> None:
    before = offers(parts)
    id = use_suggestion(parts, scenario.TICKET, "apology", "en", agent_id=AGENT)
    again = use_suggestion(parts, scenario.TICKET, "apology", "en", agent_id=AGENT)

    take_out(parts, again, agent_id=AGENT)
    with parts.database.read() as conn:
        assert len(choices.of_templates(conn)) == 1
    take_out(parts, id, agent_id=AGENT)

    assert offers(parts) == before
    with parts.database.read() as conn:
        assert choices.of_templates(conn) == ()
    with pytest.raises(UnknownUse):
        take_out(parts, id, agent_id=AGENT)


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


class Counting(Encoder):
    """The encoder, which notes what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return super().encode(texts)


def test_a_view_of_a_ticket_that_the_worker_has_read_encodes_nothing(parts: Parts) -> None:
    encoder = Counting()
    seen = replace(parts, ranker=Ranker(encoder), read=LearnedReader(encoder))
    before = offers(seen)
    case = first_facts(seen, scenario.TICKET).case
    said = detect(
        case.ticket,
        case.texts,
        rules=seen.shelf.rules(),
        cues=seen.shelf.cues(),
        history=case.history,
        now=NOW,
        read=seen.read,
    )
    with seen.database.write() as conn:
        opinions.save(conn, opinions.of_assessment(scenario.TICKET, said, NOW))
    encoder.texts.clear()

    after = offers(seen)

    assert encoder.texts == []
    assert {id: one.score for id, one in after.items()} == pytest.approx(
        {id: one.score for id, one in before.items()}, abs=0.01
    )


def test_working_a_ticket_encodes_each_sentence_once(makegood: Installation) -> None:
    encoder = Counting()
    makegood.parts = replace(makegood.parts, ranker=Ranker(encoder), read=LearnedReader(encoder))
    suggesting.prepare(makegood.parts)
    encoder.texts.clear()

    makegood.write_in("The lamp flickers. I am very disappointed! Please send me another one soon.")
    makegood.live()

    said = [text for text in encoder.texts if "lamp" in text or "disappointed" in text]
    assert len(said) == 2 * len(set(said)) == 6, "asked for by detection, then remembered for ranking"
