"""Words count for words near to them, whatever their language, and numbers for nothing."""

from collections.abc import Sequence

import numpy as np
import pytest

from integration.learned.encoder import Encoder, Vectors
from integration.learned.nearest_words import LONGEST_WORD, MAX_WORDS, NearestWords, Worded
from integration.learned.word_space import DIRECTIONS, REMEMBERED, WordSpace

CARDS = tuple(
    Worded(words, words[:1]) for words in (["luggage", "lost"], ["password"], ["parcel", "late"], [])
)


@pytest.fixture(scope="module")
def space(encoder: Encoder) -> WordSpace:
    return WordSpace(encoder)


@pytest.fixture(scope="module")
def nearest(space: WordSpace) -> NearestWords:
    return NearestWords(CARDS, space)


@pytest.mark.parametrize(
    ("words", "card"),
    [
        (["suitcase", "missing"], 0),
        (["passcode"], 1),
        (["delayed", "package"], 2),
        (["пароль"], 1),
        (["koffer"], 0),
    ],
)
def test_words_that_no_card_has_find_the_card_with_words_near_to_them(
    nearest: NearestWords, words: list[str], card: int
) -> None:
    scores = nearest.similarities(words)

    assert int(scores.argmax()) == card
    assert scores.sum() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("words", [[], ["4711", "12", "x9"], ["x" * (LONGEST_WORD + 1)]])
def test_numbers_and_endless_words_say_nothing(nearest: NearestWords, words: list[str]) -> None:
    assert not nearest.similarities(words).any()


def test_a_long_text_is_compared_by_its_first_different_words(nearest: NearestWords) -> None:
    beginning = [f"{first}{second}" for first in "abcde" for second in "abcdefgh"]
    assert len(beginning) == MAX_WORDS

    scores = nearest.similarities([*beginning * 2, "password"])

    assert np.array_equal(scores, nearest.similarities(beginning))


def test_a_word_of_the_title_or_keywords_counts_more_than_one_of_the_letter(space: WordSpace) -> None:
    cards = [Worded(["parcel", "invoice"], ["parcel"]), Worded(["parcel", "invoice"], ["invoice"])]

    first, second = NearestWords(cards, space).similarities(["parcel"])

    assert first > second


@pytest.mark.parametrize("cards", [(), (Worded((), ()), Worded((), ()))])
def test_cards_without_words_are_like_nothing(space: WordSpace, cards: tuple[Worded, ...]) -> None:
    assert np.array_equal(NearestWords(cards, space).similarities(["parcel"]), np.zeros(len(cards)))


def test_words_have_short_vectors_of_length_one_in_any_number(space: WordSpace) -> None:
    words = [f"{first}{second}" for first in "abcdefghijklmnopq" for second in "abcdefghijklmnopqrst"]

    vectors = space.of(words)

    assert vectors.shape == (len(words), DIRECTIONS)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert space.of([]).shape == (0, DIRECTIONS)


class Counting(Encoder):
    """The encoder, which notes the words that it is asked for."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self._encoder = encoder
        self.asked: list[str] = []

    def words(self, words: Sequence[str]) -> Vectors:
        self.asked += words
        return self._encoder.words(words)


def test_a_word_is_looked_up_once(encoder: Encoder) -> None:
    counting = Counting(encoder)
    space = WordSpace(counting)
    first = space.of(["late", "parcel", "late"])

    assert np.array_equal(space.of(["late", "parcel"]), first[:2])
    assert counting.asked == ["late", "parcel"]


def test_only_so_many_words_are_remembered(encoder: Encoder) -> None:
    counting = Counting(encoder)
    space = WordSpace(counting)
    words = encoder.commonest_words(REMEMBERED + 1)
    space.of(words)
    counting.asked.clear()

    space.of([words[-1], words[0]])

    assert counting.asked == [words[0]]
