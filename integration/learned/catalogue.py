"""Response templates made comparable with tickets, by their words and by their meaning."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from integration.learned.encoder import DIMENSIONS, Encoder, Vectors
from integration.learned.lexical import Index, pieces_of, words_of
from integration.learned.passages import centred

Scores = NDArray[np.float32]

MAX_SHARED_WORDS = 4
# Half of what the templates of an account have in common is taken away from each.
COMMON_SHARE = 0.5
WORD_SHARE = 0.25
# A ticket in another language than the templates shares words by chance; below this share they fade out.
ENOUGH_KNOWN_WORDS = 0.3
# Keywords are chosen by people to be found by.
KEYWORD_COUNT = 2
# The whole card counts most; its parts alone keep a long letter from drowning its title.
_WHOLE_WEIGHT = 2.0
_MAX_LETTER = 1_500
_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_SHORTEST_SHARED_WORD = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """What a ticket is compared with; `text` may hold Jinja placeholders."""

    id: str
    title: str
    keywords: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A ticket's words, the share of them that templates know, and those that tell most, such first."""

    words: tuple[str, ...]
    known: float
    telling: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One vector a template, shape (entries, 512), without its share of what is `common` to all."""

    vectors: Vectors
    common: Vectors


class Catalogue:
    """The templates of one language, ready to be compared; building it encodes four texts an entry.

    `meaning` is None without an encoder.
    """

    def __init__(self, entries: Sequence[Entry], encoder: Encoder | None) -> None:
        self.ids = tuple(entry.id for entry in entries)
        self.places = {id: place for place, id in enumerate(self.ids)}
        letters = _without_the_usual([_letter(entry.text) for entry in entries])
        words = [_words(entry, letter) for entry, letter in zip(entries, letters, strict=True)]
        self._spelled = [_spelled(entry, letter) for entry, letter in zip(entries, letters, strict=True)]
        self._words = Index([Counter(one) for one in words])
        self._pieces = Index([pieces_of(one) for one in words])
        self.meaning = _meaning(encoder, entries, letters) if encoder is not None and entries else None

    def ask(self, text: str) -> Asked:
        """Take a ticket's words apart, once for all comparisons."""
        words = words_of(text)
        known = sum(word in self._words for word in words) / len(words) if words else 0.0
        # What stands in every second template says nothing.
        rarity = {word: self._words.rarity(word) for word in set(words) if word in self._words}
        telling = [
            word
            for word, value in rarity.items()
            if value > self._words.usual_rarity and len(word) >= _SHORTEST_SHARED_WORD
        ]
        return Asked(words, known, tuple(sorted(telling, key=lambda word: (-rarity[word], word))))

    def similarities(self, asked: Asked) -> Scores:
        """Return how much each template has in common with the words asked for, 0 to 1."""
        by_word = self._words.similarities(Counter(asked.words))
        by_piece = self._pieces.similarities(pieces_of(asked.words))
        scores: Scores = WORD_SHARE * by_word + (1 - WORD_SHARE) * by_piece
        return scores * min(1.0, asked.known / ENOUGH_KNOWN_WORDS)

    def shared_words(self, place: int, asked: Asked) -> tuple[str, ...]:
        """Return the most telling words that a template and the ticket share, as the template spells them."""
        spelled = self._spelled[place]
        return tuple(spelled[word] for word in asked.telling if word in spelled)[:MAX_SHARED_WORDS]


def _letter(text: str) -> str:
    return _PLACEHOLDER.sub(" ", text)


def _without_the_usual(letters: Sequence[str]) -> list[str]:
    """Leave out the sentences that many letters begin or end with."""
    split = [[part.strip() for part in _SENTENCE_END.split(letter)] for letter in letters]
    frequency = Counter(part for parts in split for part in set(parts))
    most = max(2, len(letters) // 4)
    kept = (" ".join(part for part in parts if part and frequency[part] <= most) for parts in split)
    return [letter[:_MAX_LETTER] for letter in kept]


def _words(entry: Entry, letter: str) -> tuple[str, ...]:
    return words_of(entry.title) + words_of(" ".join(entry.keywords)) * KEYWORD_COUNT + words_of(letter)


def _spelled(entry: Entry, letter: str) -> dict[str, str]:
    text = " ".join((entry.title, *entry.keywords, letter)).lower()
    return {folded: word for word in set(_WORD.findall(text)) for folded in words_of(word)}


def _meaning(encoder: Encoder, entries: Sequence[Entry], letters: Sequence[str]) -> Meaning:
    titles = [entry.title for entry in entries]
    keywords = [", ".join(entry.keywords) for entry in entries]
    whole = [f"{title}. {word}. {text}" for title, word, text in zip(titles, keywords, letters, strict=True)]
    vectors: Vectors = _WHOLE_WEIGHT * encoder.encode(whole)
    for part in (titles, keywords, letters):
        vectors = vectors + encoder.encode(part)
    vectors = centred(vectors, np.zeros(DIMENSIONS, np.float32), 0.0)
    common: Vectors = vectors.mean(axis=0)
    return Meaning(centred(vectors, common, COMMON_SHARE), common)
