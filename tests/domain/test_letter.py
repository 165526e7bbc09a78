"""Telling a letter that was sent as suggested from one that the agent made her own."""

import pytest

from integration.domain.letter import fingerprint, is_unedited

LETTER = "Hello Mary,\n\nYou wrote about the lid.\n\nI am sorry.\n– a new lid;\n– money back.\n\nMarisol"


@pytest.mark.parametrize(
    "sent",
    [
        LETTER,
        LETTER.replace("Hello Mary", "Dear Mrs Poppins"),
        LETTER.replace("\n\n", "\n").replace("–", "*"),
        LETTER + "\n\nMarisol Tander\nSupport\n+1 555 0100",
        "  " + LETTER.replace("am sorry", "am   sorry").upper(),
    ],
)
def test_greeting_signature_and_layout_are_not_an_edit(sent: str) -> None:
    assert is_unedited(fingerprint(LETTER), sent)


@pytest.mark.parametrize(
    "sent",
    [
        LETTER.replace("I am sorry.", "I am very sorry."),
        LETTER.replace("– money back.\n", ""),
        LETTER.replace("I am sorry.", "I am sorry.\nIt was the carrier."),
        "Thank you, done.",
        "",
    ],
)
def test_a_word_more_or_less_is_an_edit(sent: str) -> None:
    assert not is_unedited(fingerprint(LETTER), sent)


def test_a_letter_of_one_line_is_compared_whole() -> None:
    assert is_unedited(fingerprint("Done."), "Done!")
    assert not is_unedited(fingerprint(""), "Done!")


def test_nothing_of_the_words_can_be_read_in_the_fingerprint() -> None:
    assert all(len(line) == 16 and line.isalnum() for line in fingerprint(LETTER))
