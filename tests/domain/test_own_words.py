"""What is not the requester's own is put aside, sentences are found, and every position stays."""

import pytest

from integration.domain.sentences import MAX_SENTENCES, sentences
from integration.domain.wording import fold, own_words, straighten


def test_markup_is_blanked_and_positions_stay() -> None:
    text = "<p>My <b>parcel</b> is late.</p><blockquote>Dear customer, we are sorry.</blockquote>"
    own = own_words(text)

    assert len(own) == len(text)
    assert own.split() == ["My", "parcel", "is", "late."]
    assert own.index("parcel") == text.index("parcel")


@pytest.mark.parametrize(
    "greeting", ["Dear support team,", "Sehr geehrte Damen und Herren,", "Здравствуйте!", "Bonjour,", "Olá,"]
)
def test_a_greeting_is_put_aside_unless_it_is_all_there_is(greeting: str) -> None:
    assert own_words(f"{greeting}\nMy parcel is late.").strip() == "My parcel is late."
    assert own_words(greeting).strip() == greeting


def test_a_greeting_that_goes_on_is_kept() -> None:
    assert "where is my parcel" in own_words("Hello, where is my parcel?\nIt was due on Monday.")


def test_a_notice_of_confidentiality_is_put_aside() -> None:
    text = "My parcel is late.\n\nThis e-mail is confidential and intended only for the addressee."

    assert own_words(text).strip() == "My parcel is late."


def test_lines_that_a_mail_program_broke_are_one_sentence() -> None:
    text = "I have been waiting for the parcel that you sent me on\nMonday. Where is it?\nAnna"

    found = [" ".join(text[start:end].split()) for start, end in sentences(text)]

    assert found[1:] == ["Where is it?", "Anna"]
    assert found[0].endswith("on Monday.")


def test_no_more_sentences_than_are_worth_reading() -> None:
    assert len(sentences("So what? " * 500)) == MAX_SENTENCES


def test_words_of_mixed_letters_are_found() -> None:
    assert fold("Nоt оnlу аn аngrу сuѕtоmеr, уоu ԛuіt").text == "not only an angry customer, you quit"


@pytest.mark.parametrize(
    "text", ["Сколько можно ждать? Верните деньги!", "Заказ АВ-1234 не пришёл, а ОН нужен сегодня."]
)
def test_real_russian_stays_as_it_is(text: str) -> None:
    assert straighten(text) == text
