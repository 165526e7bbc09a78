"""What the complaint head is told of a text: vectors of the whole and of its sentences, and the cues."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from integration.domain.cues import CueKind, Passage
from integration.domain.sentences import sentences
from integration.domain.wording import straighten
from integration.learned.encoder import Encoder, Vectors

# Up to this many sentences the whole text is judged at once; longer ones by their most telling sentence.
SHORT = 4
LANGUAGES = ("en", "es", "de", "fr", "pt", "ru")
_KINDS = tuple(CueKind)
_MOST_PRAISE = 2.0
# Handles, addresses and links say nothing; exports that were made anonymous write the last three as words.
_NOT_WORDS = re.compile(r"\S{1,100}@\S{1,100}|@\w{1,50}|https?://\S{1,500}|\b(?:URL|EMAIL|NUMBER)\b")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Features:
    """One text: `whole` (512), `parts` (sentences, 512) with their places, `cues` (9) and the language."""

    whole: Vectors
    parts: Vectors
    places: tuple[tuple[int, int], ...]
    cues: NDArray[np.float64]
    language: str


def features_of(encoder: Encoder, passages: Sequence[Passage]) -> list[Features]:
    """Encode all passages of a ticket in one batch."""
    texts: list[str] = []
    slices: list[tuple[int, tuple[tuple[int, int], ...]]] = []
    for passage in passages:
        words = straighten(passage.words)
        places = tuple(sentences(words))
        slices.append((len(texts), places))
        texts.append(plain(f"{passage.subject}. {words}" if passage.subject else words))
        if len(places) > 1:
            texts += [plain(words[start:end]) for start, end in places]
    vectors = encoder.encode(texts)
    found = []
    for passage, (at, places) in zip(passages, slices, strict=True):
        parts = vectors[at + 1 : at + 1 + len(places)] if len(places) > 1 else vectors[at : at + 1]
        found.append(Features(vectors[at], parts, places, _cues(passage), passage.language))
    return found


def plain(text: str) -> str:
    """Return the text without handles, addresses and links, in one line."""
    return _SPACES.sub(" ", _NOT_WORDS.sub(" ", text)).strip()


def _cues(passage: Passage) -> NDArray[np.float64]:
    chance = 1 - 2 ** (-passage.points / 2)
    kinds = [float(kind in passage.kinds) for kind in _KINDS]
    return np.array([chance, min(passage.praise, _MOST_PRAISE), *kinds])
