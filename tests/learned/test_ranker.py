"""Templates are found by words and meaning, in other languages too, and by what agents chose before."""

from datetime import UTC, datetime, timedelta

import pytest

from integration.learned.catalogue import Catalogue, Entry, EntryVectors
from integration.learned.encoder import Encoder, load_encoder
from integration.learned.ranker import CHOICES_KEPT, Choice, Ranker

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ENTRIES = (
    Entry("invoice", "Sending an invoice", ("invoice", "bill"), "Here is your invoice."),
    Entry("password", "Resetting a password", ("password", "login"), "How to reset the password."),
    Entry("parcel", "Where is my order", ("parcel", "delivery", "late"), "Your parcel is on its way."),
    Entry("refund", "Requesting a refund", ("refund", "money back"), "How to get your money back."),
)
ODD = "The gadget from the catalogue hums when the moon is full."


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    return Ranker(load_encoder())


def best(ranker: Ranker, text: str, *choices: Choice) -> str:
    found = ranker.likeness(ENTRIES, text, choices, now=NOW)
    return max(found, key=lambda id: found[id].score)


def choice(ranker: Ranker, template_id: str, text: str, ticket_id: int = 1, **changes: object) -> Choice:
    meaning = ranker.meaning(text)
    assert meaning is not None
    given: dict[str, object] = {"was_found": False, "chosen_at": NOW}
    return Choice(template_id, ticket_id, meaning[0], **(given | changes))  # type: ignore[arg-type]


def gain(ranker: Ranker, *choices: Choice) -> float:
    """Return what some choices add to the likeness of the refund template to an odd ticket."""
    before, after = (ranker.likeness(ENTRIES, ODD, given, now=NOW)["refund"] for given in ((), choices))
    return after.score - before.score


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("My parcel has not come yet.", "parcel"),
        ("Ich habe mein Kennwort vergessen.", "password"),
        ("Верните мне деньги, пожалуйста.", "refund"),
        ("¿Me pueden enviar la factura de mayo?", "invoice"),
    ],
)
def test_templates_are_found_by_meaning_whatever_the_language(ranker: Ranker, text: str, wanted: str) -> None:
    assert best(ranker, text) == wanted


def test_a_word_near_to_one_of_a_template_brings_it_forward_where_words_are_shared(encoder: Encoder) -> None:
    """A ticket that shares no word with any template is left to the meaning of the whole."""
    entries = (Entry("a", "Luggage claims"), Entry("b", "Password claims"), Entry("c", "Parcel claims"))
    catalogue = Catalogue(entries, EntryVectors(encoder))

    shared, foreign = (
        catalogue.nearness(catalogue.ask(text)) for text in ("Suitcase claims", "Valise perdue")
    )

    assert int(shared.argmax()) == 0
    assert not foreign.any()


def test_without_the_encoder_words_still_find_a_template() -> None:
    assert best(Ranker(None), "I forgot my passwords") == "password"


def test_shared_words_are_told_as_the_template_spells_them(ranker: Ranker) -> None:
    german = {"a": "Rückerstattung der Gebühr", "b": "Die Lieferung", "c": "Die Rechnung", "d": "Das Konto"}
    entries = [Entry(id, title) for id, title in german.items()]

    found = ranker.likeness(entries, "Wo bleibt die Ruckerstattung der Gebuhr?", now=NOW)

    assert set(found["a"].words) == {"rückerstattung", "gebühr"}
    assert found["b"].words == ()


def test_a_choice_brings_its_template_forward_for_similar_tickets_and_is_named(ranker: Ranker) -> None:
    taught = [choice(ranker, "refund", "The gadget hums at full moon.", ticket_id=n) for n in range(41, 46)]
    assert best(ranker, ODD) != "refund"

    found = ranker.likeness(ENTRIES, ODD, taught, now=NOW)

    assert best(ranker, ODD, *taught) == "refund"
    assert set(found["refund"].tickets) == {41, 42, 43, 44, 45}
    assert found["invoice"].tickets == ()


def test_a_ticket_is_not_similar_to_itself(ranker: Ranker) -> None:
    own = choice(ranker, "refund", ODD, ticket_id=41)

    assert ranker.likeness(ENTRIES, ODD, [own], now=NOW, ticket_id=41)["refund"].tickets == ()


def test_a_choice_found_by_search_counts_more_and_an_old_one_less(ranker: Ranker) -> None:
    said = "The gadget hums at full moon."
    shown, found, old = (
        gain(ranker, choice(ranker, "refund", said, **how))
        for how in ({}, {"was_found": True}, {"chosen_at": NOW - timedelta(days=720)})
    )

    assert found > shown > old


def test_only_the_newest_choices_of_a_template_count(ranker: Ranker) -> None:
    newer = [
        choice(ranker, "refund", "I want my money back.", n, chosen_at=NOW - timedelta(minutes=n))
        for n in range(CHOICES_KEPT)
    ]
    oldest = choice(ranker, "refund", ODD, 99, chosen_at=NOW - timedelta(days=1))

    assert 99 in ranker.likeness(ENTRIES, ODD, [*newer[1:], oldest], now=NOW)["refund"].tickets
    assert 99 not in ranker.likeness(ENTRIES, ODD, [*newer, oldest], now=NOW)["refund"].tickets


def test_choices_of_templates_that_are_gone_are_left_alone(ranker: Ranker) -> None:
    assert best(ranker, "My parcel is late", choice(ranker, "gone", "My parcel is late")) == "parcel"


def test_placeholders_and_sentences_of_every_letter_count_for_nothing() -> None:
    greeting = "We are always happy to help with gadgets."
    entries = [Entry(str(n), f"Title {n}", (), f"{{{{ order }}}} {greeting} Word{n}.") for n in range(6)]

    found = Ranker(None).likeness(entries, f"order: {greeting}", now=NOW)

    assert {one.score for one in found.values()} == {0.0}


@pytest.mark.parametrize("text", ["", "   \n", "!!! ???", "x" * 50_000])
def test_a_ticket_without_words_or_without_end_is_ranked_all_the_same(ranker: Ranker, text: str) -> None:
    assert set(ranker.likeness(ENTRIES, text, now=NOW)) == {entry.id for entry in ENTRIES}


def test_no_templates_have_no_likeness(ranker: Ranker) -> None:
    assert ranker.likeness((), "My parcel is late", now=NOW) == {}
