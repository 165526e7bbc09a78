"""Phrases are found as if each were tried in its turn, however many begin alike."""

import re

import pytest

from integration.domain.phrases import Phrase, PhraseBook, expression
from integration.domain.wording import fold

ALIKE = (
    "no", "not", "not good", "not good enough", "nothing", "no … way", "n*body", "nö", "noe",
    "no-one", "can't", "cant wait", "*schaden", "schaden", "schadens*", "1 star", "1st", "öl", "oel",
)  # fmt: skip
TEXTS = (
    "Not good enough, no one. NOT GOOD at all: nothing!",
    "There is no such way; nobody can't, cant wait. No way.",
    "Wasserschaden, Schaden, Schadensfall; Öl, Oel, Ol. Nö, noe, nonot, notgood.",
    "1 star, 1st, 1  star, no-one, no--one, n0body, anything but not",
    "",
)


@pytest.mark.parametrize("text", TEXTS)
def test_phrases_that_begin_alike_are_found_as_if_tried_one_by_one(text: str) -> None:
    longest_first = sorted(ALIKE, key=lambda each: (-len(each), each))
    one_by_one = re.compile(rf"(?<!\w)(?:{'|'.join(f'({expression(p)})' for p in longest_first)})(?!\w)")

    hits = PhraseBook(Phrase(each, "label") for each in ALIKE).find(fold(text))

    expected = [
        (longest_first[(found.lastindex or 1) - 1], found.start())
        for found in one_by_one.finditer(fold(text).text)
    ]
    assert [(hit.phrase.text, hit.folded_start) for hit in hits] == expected


def test_a_hit_names_its_place_in_the_original_text() -> None:
    text = "Straße: die Tür ist kap\u00adutt!"

    hits = PhraseBook([Phrase("tür ist kaputt", "label"), Phrase("strasse", "label")]).find(fold(text))

    assert [text[hit.start : hit.end] for hit in hits] == ["Straße", "Tür ist kap\u00adutt"]
