"""A ticket that continues an earlier one is noticed by what both say."""

import pytest

from integration.learned.encoder import Encoder, load_encoder
from integration.learned.passages import encode_passages, pack, unpack
from integration.learned.repeats import MAX_EARLIER, Match, Told, most_alike

KETTLE = "My new kettle leaks at the bottom and the kitchen is wet every morning. Please send another one."
INVOICE = "Could you send me the invoice for May? My accountant asks for it."
PHONE = "Is it possible to talk to somebody by phone this afternoon?"


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    found = load_encoder()
    assert found is not None
    return found


def alike(encoder: Encoder | None, text: str, earlier: list[str]) -> Match | None:
    return most_alike(encoder, Told(text), [Told(one) for one in earlier])


def test_a_second_letter_about_the_same_matter_is_likely_the_same(encoder: Encoder) -> None:
    again = "Writing once more about the leaking kettle: no other one has come and the kitchen is still wet."

    match = alike(encoder, again, [INVOICE, KETTLE, PHONE])

    assert match is not None
    assert (match.place, match.is_likely) == (1, True)


def test_it_is_noticed_in_russian_too(encoder: Encoder) -> None:
    first = "Новый чайник протекает снизу, каждое утро на кухне лужа. Пришлите, пожалуйста, другой."
    again = "Снова пишу про чайник, который протекает: другого так и не прислали."

    match = alike(encoder, again, ["Пришлите мне счёт за май для бухгалтера.", first])

    assert match is not None
    assert (match.place, match.is_likely) == (1, True)


def test_another_matter_is_not_taken_for_the_same(encoder: Encoder) -> None:
    match = alike(encoder, "How do I change the address of my order?", [INVOICE, KETTLE, PHONE])

    assert match is not None
    assert not match.is_likely


def test_without_the_encoder_the_same_words_are_enough() -> None:
    match = alike(None, "The new kettle leaks at the bottom again, please send another.", [PHONE, KETTLE])

    assert match is not None
    assert (match.place, match.is_likely) == (1, True)


def test_nothing_earlier_or_nothing_said_is_no_match(encoder: Encoder) -> None:
    assert alike(encoder, KETTLE, []) is None
    assert alike(encoder, "  ", [KETTLE]) is None


def test_only_so_many_earlier_tickets_are_read(encoder: Encoder) -> None:
    match = alike(encoder, KETTLE, [PHONE] * MAX_EARLIER + [KETTLE])

    assert match is not None
    assert not match.is_likely


def test_what_the_store_kept_of_a_ticket_is_worth_as_much_as_its_words(encoder: Encoder) -> None:
    again = "Writing once more about the leaking kettle: no other one has come and the kitchen is still wet."
    kept = unpack(pack(encode_passages(encoder, KETTLE)))

    known = most_alike(encoder, Told(again), [Told(INVOICE), Told(KETTLE, kept)])
    anew = alike(encoder, again, [INVOICE, KETTLE])

    assert known is not None
    assert anew is not None
    assert (known.place, known.score) == (anew.place, pytest.approx(anew.score, abs=0.002))
