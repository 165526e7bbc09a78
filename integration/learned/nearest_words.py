"""Compares a ticket with templates word by word: each word with the nearest of a template."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from integration.learned.lexical import rarity
from integration.learned.passages import centred
from integration.learned.word_space import WordSpace, WordVectors

# Of a ticket so many different words count, which bounds the time that takes.
MAX_WORDS = 40
LONGEST_WORD = 40
# What single words have in common says only that they are words.
_COMMON_SHARE = 0.8

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Worded:
    """The words of a card, and those of them that people chose to be found by: title and keywords."""

    whole: Sequence[str]
    chosen: Sequence[str]


class NearestWords:
    """Some cards as their words, ready to be compared."""

    def __init__(self, cards: Sequence[Worded], space: WordSpace) -> None:
        self._size = len(cards)
        self._space = space
        wholes = [telling(card.whole) for card in cards]
        self._holders = Counter(word for words in wholes for word in words)
        places = {word: place for place, word in enumerate(self._holders)}
        own = space.of(tuple(places))
        self._common: WordVectors = own.sum(axis=0) / max(len(own), 1)
        self._own = centred(own, self._common, _COMMON_SHARE)
        self._whole = _Rows([[places[word] for word in words] for words in wholes])
        self._chosen = _Rows([[places[word] for word in telling(card.chosen)] for card in cards])

    def similarities(self, words: Sequence[str]) -> Scores:
        """Return how much nearer each card is to the words than the others, about -0.5 to 0.5, 0 on average.

        A word counts the more the rarer it is among the cards and the better it tells them apart.
        """
        asked = telling(words)[:MAX_WORDS]
        if not asked or not len(self._own):
            return np.zeros(self._size, np.float32)
        vectors = centred(self._space.of(asked), self._common, _COMMON_SHARE)
        cosines = np.maximum(self._own @ vectors.T, 0)
        nearest = (self._whole.most(cosines) + self._chosen.most(cosines)) / 2
        rare = np.array([rarity(self._holders[word], self._size) for word in asked], np.float32)
        weights = rare * (nearest.max(axis=0) - nearest.mean(axis=0))
        scores = nearest @ weights / max(float(weights.sum()), 1e-6)
        apart: Scores = (scores - scores.mean()).astype(np.float32)
        return apart


class _Rows:
    """Which rows belong to which card, some to several and some cards with none."""

    def __init__(self, rows: Sequence[Sequence[int]]) -> None:
        self._size = len(rows)
        self._filled = np.flatnonzero([bool(own) for own in rows])
        lengths = [len(own) for own in rows if own]
        self._starts = np.cumsum([0, *lengths], dtype=np.intp)[:-1]
        self._rows = np.array([row for own in rows for row in own], np.intp)

    def most(self, values: Scores) -> Scores:
        """Return the most of each column in each card's rows, 0 without any: shape (cards, columns)."""
        found = np.zeros((self._size, values.shape[1]), np.float32)
        if len(self._filled):
            found[self._filled] = np.maximum.reduceat(values[self._rows], self._starts, axis=0)
        return found


def telling(words: Sequence[str]) -> list[str]:
    """Return the different words, without numbers and endless ones, whose vectors say nothing."""
    return [word for word in dict.fromkeys(words) if word.isalpha() and len(word) <= LONGEST_WORD]
