"""Finds the phrases of a word list in a text, in time linear in its length."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Generic, TypeVar

from integration.domain.wording import Folded, fold

Label = TypeVar("Label")

# Possessive throughout: a hostile text must not make the search go back and try again.
_BETWEEN_WORDS = r"[\s\-]{1,5}+"
_GAP = r"(?:[^\w.!?;]{1,4}+\w{1,30}+){0,3}?[^\w.!?;]{1,4}+"
# A letter that every match begins with: nothing after it makes it optional.
_PLAIN = re.compile(r"[^\W_](?![?*+{])")
DEEPEST = 8  # letters; further on hardly any two phrases are alike
_UMLAUTS = {"ä": "ae?", "ö": "oe?", "ü": "ue?"}


@dataclass(frozen=True, slots=True)
class Phrase(Generic[Label]):
    """Words of a list: `*` stands for any letters, a lone `…` for up to three words."""

    text: str
    label: Label
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Hit(Generic[Label]):
    """A phrase found at `start` to `end` of the original text, and of the folded one."""

    phrase: Phrase[Label]
    start: int
    end: int
    folded_start: int


class PhraseBook(Generic[Label]):
    """Phrases compiled to one expression a label; of overlapping phrases of one label the longest wins."""

    def __init__(self, phrases: Iterable[Phrase[Label]] = ()) -> None:
        by_label: dict[Label, list[Phrase[Label]]] = {}
        for phrase in phrases:
            by_label.setdefault(phrase.label, []).append(phrase)
        self._compiled: list[tuple[re.Pattern[str], tuple[Phrase[Label], ...]]] = []
        for labelled in by_label.values():
            longest_first = sorted(labelled, key=lambda p: (-len(p.text), p.text))
            alternatives, in_order = _factored([(expression(p.text), p) for p in longest_first])
            self._compiled.append((re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)"), in_order))

    def find(self, folded: Folded) -> list[Hit[Label]]:
        """Return every phrase in the text, by place."""
        hits = []
        for pattern, phrases in self._compiled:
            for match in pattern.finditer(folded.text):
                start, end = folded.span(match.start(), match.end())
                phrase = phrases[(match.lastindex or 1) - 1]
                hits.append(Hit(phrase, start, end, match.start()))
        return sorted(hits, key=lambda hit: (hit.start, hit.end))


def _factored(
    alternatives: Sequence[tuple[str, Phrase[Label]]], depth: int = 0
) -> tuple[str, tuple[Phrase[Label], ...]]:
    """Join expressions by their common beginnings; return the phrases in the order of their groups.

    What matches stays the same, the first in order first. Tried one by one, hundreds of phrases at each word
    took half of the time to judge a ticket.
    """
    told: list[str] = []
    phrases: list[Phrase[Label]] = []
    for is_plain, run in groupby(alternatives, lambda one: bool(_PLAIN.match(one[0]))):
        if not is_plain or depth == DEEPEST:
            for rest, phrase in run:
                told.append(f"({rest})")
                phrases.append(phrase)
            continue
        by_sign: dict[str, list[tuple[str, Phrase[Label]]]] = {}
        for rest, phrase in run:
            by_sign.setdefault(rest[0], []).append((rest[1:], phrase))
        for sign, some in by_sign.items():
            rest, below = _factored(some, depth + 1)
            told.append(f"{sign}(?:{rest})")
            phrases += below
    return "|".join(told), tuple(phrases)


def expression(phrase: str) -> str:
    """Return the regular expression of one phrase, for folded text. Raises ValueError for an empty one."""
    words = phrase.split()
    if not any(any(c.isalnum() for c in word) for word in words):
        raise ValueError(f"{phrase!r} holds no word")
    if words[0] == "…" or words[-1] == "…":
        raise ValueError(f"{phrase!r}: … stands between words, not at an end")
    parts = [_word(words[0])]
    for before, word in pairwise(words):
        if word == "…":
            continue
        parts.append(_GAP if before == "…" else _BETWEEN_WORDS)
        parts.append(_word(word))
    return "".join(parts)


def _word(word: str) -> str:
    signs = []
    for place, sign in enumerate(word.lower()):
        if sign == "*":
            signs.append(r"\w*+" if place == len(word) - 1 else r"\w{0,20}")
        else:
            signs.append(_UMLAUTS.get(sign) or "".join(map(_sign, fold(sign).text)))
    return "".join(signs)


def _sign(sign: str) -> str:
    # People leave apostrophes out when they hurry.
    return "'?" if sign == "'" else re.escape(sign)
