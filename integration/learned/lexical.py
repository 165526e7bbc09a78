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


class Index:
    """Texts as weighted features (TF-IDF): what is rare among them counts more, repetition little."""

    def __init__(self, counts: Sequence[Mapping[str, int]]) -> None:
        self._size = len(counts)
        frequency = Counter(feature for one in counts for feature in one)
        self._rarity = {f: math.log((1 + self._size) / (1 + n)) + 1 for f, n in frequency.items()}
        holders: dict[str, list[tuple[int, float]]] = {}
        for place, one in enumerate(counts):
            for feature, weight in self._weigh(one).items():
                holders.setdefault(feature, []).append((place, weight))
        self._holders = {
            feature: (np.array([p for p, _ in held], np.int32), np.array([w for _, w in held], np.float32))
            for feature, held in holders.items()
        }

    def __contains__(self, feature: str) -> bool:
        return feature in self._rarity

    def rarity(self, feature: str) -> float:
        """Return how much a feature of these texts says: 1 where every text has it, more where few have."""
        return self._rarity[feature]

    @property
    def usual_rarity(self) -> float:
        """The rarity of a feature that every second text has."""
        return math.log((1 + self._size) / (1 + self._size / 2)) + 1

    def similarities(self, counts: Mapping[str, int]) -> NDArray[np.float32]:
        """Return the cosine with each text, 0 to 1; features that none of them has are left out."""
        weights = self._weigh({f: n for f, n in counts.items() if f in self._rarity})
        found = [(*self._holders[feature], weight) for feature, weight in weights.items()]
        if not found:
            return np.zeros(self._size, np.float32)
        places = np.concatenate([places for places, _, _ in found])
        shares = np.concatenate([held * weight for _, held, weight in found])
        return np.bincount(places, shares, self._size).astype(np.float32)

    def _weigh(self, counts: Mapping[str, int]) -> dict[str, float]:
        weights = {f: (1 + math.log(n)) * self._rarity[f] for f, n in counts.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        return {feature: weight / length for feature, weight in weights.items()}
