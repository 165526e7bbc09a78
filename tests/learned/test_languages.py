"""The language of a ticket, by model and small words, or the requester's where the text says too little."""

import pytest

from integration.domain.language import LANGUAGES
from integration.learned.language import Languages


@pytest.fixture(scope="module")
def languages() -> Languages:
    return Languages()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Where is my parcel?", "en"),
        ("¿Dónde está mi paquete?", "es"),
        ("Wo ist mein Paket?", "de"),
        ("Où est mon colis ?", "fr"),
        ("Onde está a minha encomenda?", "pt"),
        ("Где моя посылка?", "ru"),
    ],
)
def test_short_questions_are_recognised(languages: Languages, text: str, expected: str) -> None:
    assert languages.of(text, None, LANGUAGES) == expected


def test_two_words_leave_it_to_the_locale(languages: Languages) -> None:
    assert languages.of("Problem Login", "de-AT", LANGUAGES) == "de"


def test_a_locale_does_not_overrule_a_clear_text(languages: Languages) -> None:
    assert languages.of("Ich warte seit drei Wochen auf meine Bestellung.", "en-US", LANGUAGES) == "de"


def test_only_languages_that_are_allowed_are_answered(languages: Languages) -> None:
    assert languages.of("Где моя посылка? Она не пришла.", None, ("en", "de")) in {"en", "de"}


def test_look_alike_letters_do_not_turn_english_into_russian(languages: Languages) -> None:
    assert languages.of("Тhе раrсеl hаs nоt аrrіvеd уеt", None, LANGUAGES) == "en"
