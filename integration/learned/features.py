"""What the complaint head is told of a text: vectors of the whole and of its sentences, and the cues."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from integration.domain.cues import CueKind, Passage
from integration.learned.encoder import Encoder, Vectors
from integration.learned.passages import take_apart, telling_passages

# Up to this many sentences the whole text is judged at once; longer ones by their most telling sentence.
SHORT = 4
LANGUAGES = ("en", "es", "de", "fr", "pt", "ru")
_KINDS = tuple(CueKind)
_MOST_PRAISE = 2.0


@dataclass(frozen=True, slots=True)
class Features:
    """One text: `whole` (512), `parts` (sentences, 512) with their places, `cues` (7) and the language.

    `meaning` is what `passages.telling_passages` keeps of them; it is None where `whole` was left out.
    """

    whole: Vectors
    parts: Vectors
    places: tuple[tuple[int, int], ...]
    cues: NDArray[np.float64]
    language: str
    meaning: Vectors | None


def features_of(
    encoder: Encoder, passages: Sequence[Passage], *, with_long_wholes: bool = True
) -> list[Features]:
    """Encode all passages of a ticket in one batch.

    Without `with_long_wholes` a text of more than `SHORT` sentences is not encoded as a whole, which is half
    of the work and changes no verdict; its `whole` is zeros.
    """
    apart = [take_apart(passage.subject, passage.words) for passage in passages]
    firsts = [0 if with_long_wholes or len(texts) - 1 <= SHORT else 1 for texts, _ in apart]
    vectors = encoder.encode(
        [text for (texts, _), first in zip(apart, firsts, strict=True) for text in texts[first:]]
    )
    found = []
    at = 0
    for passage, (texts, places), first in zip(passages, apart, firsts, strict=True):
        own = vectors[at : at + len(texts) - first]
        at += len(own)
        cues = _cues(passage)
        if first:
            found.append(Features(np.zeros_like(own[0]), own, places, cues, passage.language, None))
            continue
        parts = own[1:] if len(texts) > 1 else own
        found.append(Features(own[0], parts, places, cues, passage.language, telling_passages(texts, own)))
    return found


def _cues(passage: Passage) -> NDArray[np.float64]:
    chance = 1 - 2 ** (-passage.points / 2)
    kinds = [float(kind in passage.kinds) for kind in _KINDS]
    return np.array([chance, min(passage.praise, _MOST_PRAISE), *kinds])
