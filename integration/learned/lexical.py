"""Compares texts by the words and pieces of words that they share."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from integration.domain.wording import fold

MAX_CHARACTERS = 4_000
SHORTEST_PIECE, LONGEST_PIECE = 3, 5
_WORD = re.compile(r"\w+")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of the first `MAX_CHARACTERS`, folded so that spellings of a word are equal."""
    return tuple(_WORD.findall(fold(text[:MAX_CHARACTERS]).text))


def pieces_of(words: Sequence[str]) -> Counter[str]:
    """Count the pieces of three to five characters; a blank stands for the beginning or end of a word."""
    pieces: Counter[str] = Counter()
    for word, times in Counter(words).items():
        spaced = f" {word} "
        for length in range(SHORTEST_PIECE, LONGEST_PIECE + 1):
            for start in range(len(spaced) - length + 1):
                pieces[spaced[start : start + length]] += times
    return pieces


def rarity(holders: float, size: int) -> float:
    """Return how much a feature says that `holders` of `size` texts have: 1 where all, more where few."""
    return math.log((1 + size) / (1 + holders)) + 1


class Index:
    """Texts as weighted features (TF-IDF): what is rare among them counts more, repetition little."""

    def __init__(self, counts: Sequence[Mapping[str, int]]) -> None:
        self._size = len(counts)
        held = Counter(feature for one in counts for feature in one)
        self._numbers = {feature: number for number, feature in enumerate(held)}
        # One array for all features: two small ones for each would take ten times the memory.
        self._bounds = np.concatenate([[0], np.cumsum(list(held.values()), dtype=np.int64)]).astype(np.int64)
        self._places = np.zeros(int(self._bounds[-1]), np.int32)
        self._shares = np.zeros(int(self._bounds[-1]), np.float32)
        filled = self._bounds[:-1].tolist()
        for place, one in enumerate(counts):
            for feature, weight in self._weigh(one).items():
                number = self._numbers[feature]
                self._places[filled[number]], self._shares[filled[number]] = place, weight
                filled[number] += 1

    def __contains__(self, feature: str) -> bool:
        return feature in self._numbers

    def rarity(self, feature: str) -> float:
        """Return how much a feature of these texts says: 1 where every text has it, more where few have."""
        number = self._numbers[feature]
        return self._rarity(int(self._bounds[number + 1] - self._bounds[number]))

    @property
    def usual_rarity(self) -> float:
        """What a feature of every second text says."""
        return self._rarity(self._size / 2)

    def similarities(self, counts: Mapping[str, int]) -> NDArray[np.float32]:
        """Return the cosine with each text, 0 to 1; features that none of them has are left out."""
        weights = self._weigh({f: n for f, n in counts.items() if f in self._numbers})
        found = [(self._held(feature), weight) for feature, weight in weights.items()]
        if not found:
            return np.zeros(self._size, np.float32)
        places = np.concatenate([self._places[held] for held, _ in found])
        shares = np.concatenate([self._shares[held] * weight for held, weight in found])
        return np.bincount(places, shares, self._size).astype(np.float32)

    def _held(self, feature: str) -> slice:
        number = self._numbers[feature]
        return slice(int(self._bounds[number]), int(self._bounds[number + 1]))

    def _rarity(self, holders: float) -> float:
        return rarity(holders, self._size)

    def _weigh(self, counts: Mapping[str, int]) -> dict[str, float]:
        weights = {f: (1 + math.log(n)) * self.rarity(f) for f, n in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {feature: weight / length for feature, weight in weights.items()}
