"""Which earlier ticket of the same requester a new one seems to continue, by what both say."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from integration.learned.any_ticket import SHARE, any_ticket
from integration.learned.encoder import Encoder, Vectors
from integration.learned.lexical import Index, pieces_of, words_of
from integration.learned.passages import centred, encode_passages

# Chosen by cross-validation over 24 matters in six languages; see the model card.
THRESHOLD = 0.74
THRESHOLD_WITHOUT_ENCODER = 0.26
MAX_EARLIER = 50


@dataclass(frozen=True, slots=True)
class Told:
    """What a ticket says; `meaning` is what `encode_passages` makes of it, where that is known already."""

    words: str = field(repr=False)
    meaning: Vectors | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """The earlier text that is most alike, by its place; `is_likely` from the threshold on."""

    place: int
    score: float
    is_likely: bool


def most_alike(encoder: Encoder | None, told: Told, earlier: Sequence[Told]) -> Match | None:
    """Compare a ticket with earlier ones, of which the first `MAX_EARLIER` count; None without any.

    The score is the cosine of their pieces of words, plus half the cosine of the whole texts, plus half
    that of their closest sentences; without the encoder only the first.
    """
    earlier = earlier[:MAX_EARLIER]
    if not earlier or not told.words.strip():
        return None
    pieces = [pieces_of(words_of(one.words)) for one in (*earlier, told)]
    scores = Index(pieces).similarities(pieces[-1])[:-1]
    threshold = THRESHOLD_WITHOUT_ENCODER
    if encoder is not None:
        threshold = THRESHOLD
        mine = _apart(encoder, told)
        for place, one in enumerate(earlier):
            cosines = mine @ _apart(encoder, one).T
            scores[place] += 0.5 * (cosines[0, 0] + cosines[1:, 1:].max())
    best = int(scores.argmax())
    return Match(best, round(float(scores[best]), 4), bool(scores[best] >= threshold))


def _apart(encoder: Encoder, told: Told) -> Vectors:
    meaning = told.meaning if told.meaning is not None else encode_passages(encoder, told.words)
    return centred(meaning, any_ticket(encoder), SHARE)
