"""Templates found by what an agent types."""

from integration.domain.search import find
from integration.domain.suggestion import TemplateCard


def card(
    id: str, title: str, locale: str = "en", text: str = "", keywords: tuple[str, ...] = ()
) -> TemplateCard:
    return TemplateCard(id, id, "a", locale, title, keywords=keywords, text=text)


CARDS = (
    card("refund", "Your money back", text="We refund the sum."),
    card("refund", "Ihr Geld zurück", "de", text="Wir erstatten."),
    card("delay", "It is late", text="Your money is safe, the parcel is late."),
    card("thanks", "Thank you", keywords=("praise",)),
)


def ids(query: str, locale: str = "en") -> list[tuple[str, str]]:
    return [(found.id, found.locale) for found in find(CARDS, query, locale)]


def test_a_word_of_the_title_says_more_than_one_of_the_text() -> None:
    assert ids("money") == [("refund", "en"), ("delay", "en")]


def test_every_word_that_is_typed_must_begin_some_word() -> None:
    assert ids("mon ba") == [("refund", "en")]
    assert ids("money thanks") == []
    assert ids("oney") == []


def test_a_title_in_another_language_finds_the_version_that_would_be_offered() -> None:
    assert ids("geld") == [("refund", "en")]
    assert ids("money", "de-AT")[0] == ("refund", "de")


def test_accents_capitals_and_look_alike_letters_do_not_matter() -> None:
    assert ids("ZURUCK", "de") == [("refund", "de")]
    assert ids("mоney")[0] == ("refund", "en")


def test_nothing_typed_finds_nothing_and_a_novel_is_cut() -> None:
    assert ids("   ") == []
    assert ids("money " * 5000)[0] == ("refund", "en")
