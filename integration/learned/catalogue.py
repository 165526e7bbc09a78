"""Response templates made comparable with tickets, by their words and by their meaning."""

import re
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from integration.learned.encoder import DIMENSIONS, Encoder, Vectors
from integration.learned.lexical import Index, pieces_of, words_of
from integration.learned.nearest_words import NearestWords, Worded
from integration.learned.passages import centred
from integration.learned.word_space import WordSpace

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
MAX_REMEMBERED = 5_000
_BATCH = 8
_Parts = tuple[str, str, str]
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


class EntryVectors:
    """Encodes entries, four texts each, and remembers them: who edits one template waits for one."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.words = WordSpace(encoder)
        self._remembered: OrderedDict[_Parts, Vectors] = OrderedDict()

    def of(self, entries: Sequence[_Parts]) -> Vectors:
        """Return one vector of length 1 for each title, keywords and letter: shape (entries, 512)."""
        unknown = [parts for parts in dict.fromkeys(entries) if parts not in self._remembered]
        # In small batches, so that tickets need not wait for a whole catalogue.
        for at in range(0, len(unknown), _BATCH):
            batch = unknown[at : at + _BATCH]
            self._remembered.update(zip(batch, self._encode(batch), strict=True))
        found = np.array([self._remembered[parts] for parts in entries], np.float32)
        for parts in entries:
            self._remembered.move_to_end(parts)
        while len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)
        return found

    def _encode(self, batch: Sequence[_Parts]) -> Vectors:
        encode = self._encoder.encode
        vectors: Vectors = _WHOLE_WEIGHT * encode([". ".join(parts) for parts in batch])
        for own in zip(*batch, strict=True):
            vectors = vectors + encode(own)
        return centred(vectors, np.zeros(DIMENSIONS, np.float32), 0.0)


class Catalogue:
    """The templates of one language, ready to be compared; `meaning` is None without `vectors`."""

    def __init__(self, entries: Sequence[Entry], vectors: EntryVectors | None) -> None:
        self.ids = tuple(entry.id for entry in entries)
        self.places = {id: place for place, id in enumerate(self.ids)}
        letters = _without_the_usual([_letter(entry.text) for entry in entries])
        words = [_words(entry, letter) for entry, letter in zip(entries, letters, strict=True)]
        self._spelled = [_spelled(entry, letter) for entry, letter in zip(entries, letters, strict=True)]
        self._words = Index([Counter(one) for one in words])
        self._pieces = Index([pieces_of(one) for one in words])
        self.meaning = _meaning(vectors, entries, letters) if vectors is not None and entries else None
        worded = [Worded(one, _chosen(entry)) for one, entry in zip(words, entries, strict=True)]
        self._nearest = None if vectors is None else NearestWords(worded, vectors.words)

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
        return scores * _share_known(asked)

    def nearness(self, asked: Asked) -> Scores:
        """Return how much nearer in meaning each template's words are than the others', 0 on average."""
        if self._nearest is None:
            return np.zeros(len(self.ids), np.float32)
        return self._nearest.similarities(asked.words) * _share_known(asked)

    def shared_words(self, place: int, asked: Asked) -> tuple[str, ...]:
        """Return the most telling words that a template and the ticket share, as the template spells them."""
        spelled = self._spelled[place]
        return tuple(spelled[word] for word in asked.telling if word in spelled)[:MAX_SHARED_WORDS]


def _share_known(asked: Asked) -> float:
    return min(1.0, asked.known / ENOUGH_KNOWN_WORDS)


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
    return words_of(entry.title) + _keywords(entry) * KEYWORD_COUNT + words_of(letter)


def _chosen(entry: Entry) -> tuple[str, ...]:
    return words_of(entry.title) + _keywords(entry)


def _keywords(entry: Entry) -> tuple[str, ...]:
    return words_of(" ".join(entry.keywords))


def _spelled(entry: Entry, letter: str) -> dict[str, str]:
    text = " ".join((entry.title, *entry.keywords, letter)).lower()
    return {folded: word for word in set(_WORD.findall(text)) for folded in words_of(word)}


def _meaning(vectors: EntryVectors, entries: Sequence[Entry], letters: Sequence[str]) -> Meaning:
    keywords = [", ".join(entry.keywords) for entry in entries]
    titles = [entry.title for entry in entries]
    found = vectors.of(list(zip(titles, keywords, letters, strict=True)))
    common: Vectors = found.mean(axis=0)
    return Meaning(centred(found, common, COMMON_SHARE), common)
