from dataclasses import replace
from typing import Any

import pytest

from integration.domain.complaint import Assessment, Band, Category
from integration.domain.history import Summary
from integration.domain.reason import Code
from integration.domain.remedy import Decision
from integration.domain.suggestion import Likeness, Suggestion, TemplateCard, in_language, on_record, rank
from integration.domain.ticket import Channel
from tests.domain.builders import past, promise, ticket

DELIVERY = Assessment(True, 0.8, 0.5, 2.0, Band.RAISED, Category.DELIVERY, "en")
ABOUT_DELIVERY = frozenset({"delivery"})


def card(id: str, **changes: Any) -> TemplateCard:
    family = changes.pop("family", id)
    return replace(TemplateCard(id, family, "plain", "en", id.title()), **changes)


def ranked(*cards: TemplateCard, **changes: Any) -> tuple[Suggestion, ...]:
    arguments = {
        "assessment": DELIVERY,
        "summary": Summary(),
        "ticket": ticket(description="The blue lamp has not come."),
        "locale": "en",
        "used": frozenset(),
    }
    return rank(cards, **(arguments | changes))


def ids(*cards: TemplateCard, **changes: Any) -> list[str]:
    return [suggestion.template_id for suggestion in ranked(*cards, **changes)]


def codes(suggestion: Suggestion) -> list[str]:
    return [reason.code for reason in suggestion.reasons]


def test_a_template_for_the_category_stands_before_a_general_one_and_says_why() -> None:
    general, fitting = card("apology"), card("delay", categories=ABOUT_DELIVERY)
    first, second = ranked(general, fitting)

    assert (first.template_id, codes(first)) == ("delay", [Code.CATEGORY_FITS])
    assert (second.template_id, codes(second)) == ("apology", [Code.GENERAL])


def test_a_template_for_another_category_is_not_offered() -> None:
    assert ids(card("refund", categories=frozenset({"refund"}))) == []


def test_channel_band_repeat_and_situation_are_conditions() -> None:
    cards = (
        card("public", channels=frozenset({Channel.SOCIAL})),
        card("top", bands=frozenset({Band.HIGH})),
        card("again", for_repeats=True),
        card("solved", situations=frozenset({"resolved"})),
        card("first", for_repeats=False),
    )

    assert ids(*cards) == ["first"]
    assert ids(*cards, ticket=ticket(channel=Channel.SOCIAL)) == ["first", "public"]
    assert ids(*cards, assessment=replace(DELIVERY, band=Band.HIGH)) == ["top", "first"]
    assert ids(*cards, summary=Summary(count=1, same_kind=1)) == ["again"]
    assert ids(*cards, situation=frozenset({"resolved"})) == ["solved", "first"]


def test_a_template_for_every_situation_named_needs_all_of_them() -> None:
    both = card("both", situations=frozenset({"resolved", "delay_known"}))

    assert ids(both, situation=frozenset({"resolved"})) == []
    assert ids(both, situation=frozenset({"resolved", "delay_known"})) == ["both"]


def test_a_broken_promise_is_a_situation_of_its_own() -> None:
    sorry = card("sorry", situations=frozenset({"promise_broken"}))

    assert ids(sorry, summary=Summary(last=past(), broken_promise=promise())) == ["sorry"]


def test_locale_falls_back_from_exact_to_language_to_marked_english() -> None:
    versions = [card("delay", locale=locale) for locale in ("en", "pt", "pt-BR")]

    def found(locale: str) -> tuple[str, bool]:
        (suggestion,) = ranked(*versions, locale=locale)
        return suggestion.locale, suggestion.is_fallback

    assert found("pt-br") == ("pt-BR", False)
    assert found("pt-PT") == ("pt", False)
    assert found("en-GB") == ("en", False)
    assert found("ru") == ("en", True)


def test_fallback_is_named_and_stands_behind_the_requester_s_language() -> None:
    suggestions = ranked(card("a"), card("b", locale="ru"), locale="ru")

    assert [s.template_id for s in suggestions] == ["b", "a"]
    assert codes(suggestions[1]) == [Code.GENERAL, Code.FALLBACK_LANGUAGE]


def test_a_template_in_neither_language_nor_english_is_not_offered() -> None:
    assert ids(card("a", locale="fr"), locale="ru") == []


def test_a_used_variant_is_not_offered_while_another_of_the_family_exists() -> None:
    plain = card("delay", categories=ABOUT_DELIVERY)
    warm = card("delay.warm", family="delay", variant="warm")

    assert ids(plain, warm) == ["delay"]
    assert ids(plain, warm, used=frozenset({"delay"})) == ["delay.warm"]


def test_when_all_variants_were_used_one_is_offered_and_says_so() -> None:
    (suggestion,) = ranked(card("delay"), card("other", locale="fr"), used=frozenset({"delay"}))

    assert Code.USED_BEFORE in codes(suggestion)


def test_another_wording_in_a_foreign_language_does_not_displace_a_used_one() -> None:
    cards = (card("delay", locale="ru"), card("delay.warm", family="delay", locale="en"))

    assert ids(*cards, locale="ru", used=frozenset({"delay"})) == ["delay"]


def test_words_of_the_ticket_lift_a_template_that_lists_them() -> None:
    plain, lamps = card("a"), card("lamps", keywords=("lamp*", "not … come", "chair"))
    first, _ = ranked(plain, lamps)

    assert first.template_id == "lamps"
    assert first.reasons[0].details == {"words": "lamp*, not … come"}


def test_questions_cost_a_template_its_place() -> None:
    assert ids(card("a", asks=1), card("b")) == ["b", "a"]


def test_without_a_complaint_only_templates_for_anybody_are_offered() -> None:
    cards = (card("apology"), card("hours", for_complaints=False))

    assert ids(*cards, assessment=None) == ["hours"]
    assert ids(*cards, assessment=replace(DELIVERY, is_complaint=False)) == ["hours"]


def test_a_complaint_about_nothing_in_particular_is_offered_every_category() -> None:
    other = replace(DELIVERY, category=Category.OTHER)

    assert ids(card("delay", categories=ABOUT_DELIVERY), card("a"), assessment=other) == ["a", "delay"]


def test_no_more_than_the_limit_and_always_in_the_same_order() -> None:
    cards = [card(f"t{number}") for number in range(9)]

    assert ids(*cards) == ids(*reversed(cards)) == ["t0", "t1", "t2", "t3", "t4"]
    assert len(ranked(*cards, limit=2)) == 2


def test_a_careless_keyword_breaks_nothing() -> None:
    (suggestion,) = ranked(card("a", keywords=("***", "…", "", "… lamp")))

    assert suggestion.reasons[-1].details == {"words": "… lamp"}


def test_likeness_takes_the_place_of_keywords_and_names_the_words_shared() -> None:
    cards = (card("lamps", keywords=("lamp",)), card("alike"), card("meant"))
    likeness = {"alike": Likeness(0.4, ("lamp", "come")), "meant": Likeness(0.3), "lamps": Likeness(0.1)}

    alike, meant, _ = ranked(*cards, likeness=likeness)

    assert (alike.template_id, alike.reasons[0].details) == ("alike", {"words": "lamp, come"})
    assert (meant.template_id, codes(meant)[0]) == ("meant", Code.ALIKE)


def test_what_agents_chose_for_similar_tickets_is_told_with_their_numbers() -> None:
    (suggestion,) = ranked(card("a"), likeness={"a": Likeness(0.5, (), (41, 42))})

    assert suggestion.reasons[0].code == Code.CHOSEN_BEFORE
    assert suggestion.reasons[0].details == {"count": 2, "tickets": "41, 42"}


def test_a_template_with_too_little_for_it_is_not_offered() -> None:
    unlike, alike = card("unlike", for_complaints=False), card("alike", for_complaints=False)
    likeness = {"unlike": Likeness(0.05), "alike": Likeness(0.2)}

    assert ids(unlike, alike, assessment=None, likeness=likeness) == ["alike"]


def test_likeness_lifts_no_template_over_its_conditions() -> None:
    top = card("top", bands=frozenset({Band.HIGH}))

    assert ids(top, card("any"), likeness={"top": Likeness(1.0)}) == ["any"]


def test_the_version_offered_is_the_one_compared() -> None:
    cards = (card("a"), card("a", locale="ru"), card("b"))

    assert [(c.id, c.locale) for c in in_language(cards, "ru")] == [("a", "ru"), ("b", "en")]


@pytest.mark.parametrize(
    ("decision", "cause", "words"),
    [
        (None, None, set()),
        (Decision.PARTLY_UPHELD, None, {"upheld"}),
        (Decision.NOT_UPHELD, "late_delivery", {"not_upheld", "delay_known"}),
        (Decision.WITHDRAWN, "conduct", set()),
        (None, "slow_answer", {"delay_known"}),
    ],
)
def test_letters_wait_for_what_agents_put_on_record(
    decision: Decision | None, cause: str | None, words: set[str]
) -> None:
    apology = card("apology-fault", situations=frozenset({"upheld"}))
    delay = card("delay", situations=frozenset({"delay_known"}))
    known = on_record(decision, cause)

    assert known == words
    assert ("apology-fault" in ids(apology, delay, situation=known)) is ("upheld" in words)
    assert ("delay" in ids(apology, delay, situation=known)) is ("delay_known" in words)
