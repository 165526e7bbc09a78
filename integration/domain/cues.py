"""Reads a requester's words with word lists: how much displeasure is in them, what it is about, and where."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from integration.domain import language
from integration.domain.phrases import Hit, PhraseBook
from integration.domain.wording import MAX_CHARACTERS, Folded, fold, own_words

MAX_TEXTS = 50
MAX_CHARACTERS_IN_ALL = 100_000
MAX_EVIDENCE = 20
_CLAUSE_END = re.compile(r"[.!?;:,\n]")
_WORD = re.compile(r"[\w']+")
_Label = TypeVar("_Label")


class Category(StrEnum):
    """What a complaint is about."""

    DELIVERY = "delivery"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    BILLING = "billing"
    REFUND = "refund"
    SERVICE = "service"
    TECHNICAL = "technical"
    CANCELLATION = "cancellation"
    PRIVACY = "privacy"
    OTHER = "other"


class CueKind(StrEnum):
    """What a phrase tells, the gravest last."""

    FAILURE = "failure"
    DISSATISFIED = "dissatisfied"
    REPEATED = "repeated"
    ACCUSATION = "accusation"
    THREAT = "threat"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the requester that count: `text[start:end]` of the comment, or of the description for None.

    With `in_subject` the place is in the ticket's subject.
    """

    comment_id: int | None
    start: int
    end: int
    kind: CueKind
    words: str
    in_subject: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """The requester's words in one comment, or in the description where `comment_id` is None."""

    comment_id: int | None
    body: str


@dataclass(frozen=True, slots=True)
class LanguageCues:
    """What to look for in one language; a word of `negations` shortly before a cue or praise voids it."""

    cues: PhraseBook[CueKind] = field(default_factory=PhraseBook)
    praise: PhraseBook[None] = field(default_factory=PhraseBook)
    categories: PhraseBook[Category] = field(default_factory=PhraseBook)
    negations: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CueBook:
    """The word lists, by language."""

    languages: Mapping[str, LanguageCues] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Passage:
    """One text as the word lists read it; `words` are the requester's own, at the places of the original."""

    comment_id: int | None
    words: str = field(repr=False)
    language: str
    subject: str = field(default="", repr=False)
    points: float = 0.0
    praise: float = 0.0
    kinds: frozenset[CueKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Sentence:
    """The sentence that decided: `text[start:end]` of the comment, or of the description for None."""

    comment_id: int | None
    start: int
    end: int
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Taught:
    """What agents' corrections change: the threshold's `shift`, and the `pull` of tickets like this one.

    `shift` is in log odds, above 0 flags more; it rests on `judgements` in this language. `pull` is the
    share of the way to go towards a certain complaint, or below 0 towards none. `tickets` are those that
    pull, most alike first.
    """

    shift: float = 0.0
    judgements: int = 0
    pull: float = 0.0
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Learned:
    """What learned weights make of the words: `probability` of a complaint (0 to 1), `severity` 0 to 4.

    `meaning` is how the `model` sees the subject and first text: 512 half-precision numbers a passage, the
    whole first. `telling` is the text that decided, where that is a later one.
    """

    probability: float
    severity: float
    sentence: Sentence | None = None
    model: str = ""
    meaning: bytes = field(default=b"", repr=False)
    telling: bytes = field(default=b"", repr=False)
    taught: Taught = Taught()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words alone say, before rules and facts; two `points` make an even chance of a complaint.

    Whatever learns to read a requester's words adds what it `learned`; without it the word lists decide.
    """

    language: str
    category: Category = Category.OTHER
    points: float = 0.0
    praise: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    passages: tuple[Passage, ...] = ()
    learned: Learned | None = None


class Identify(Protocol):
    """Says which of the allowed languages a text is in; `fallback` is a locale for texts too short."""

    def __call__(self, text: str, fallback: str | None, allowed: Sequence[str], /) -> str: ...


class Reader(Protocol):
    """Reads a ticket's subject and the requester's texts, oldest first."""

    def __call__(
        self, subject: str, texts: Sequence[Text], cues: CueBook, /, *, locale: str | None
    ) -> Reading: ...


@dataclass(frozen=True, slots=True)
class _Weighed:
    points: float
    praise: float
    evidence: list[Evidence]


def read(
    subject: str,
    texts: Sequence[Text],
    cues: CueBook,
    *,
    locale: str | None,
    identify: Identify = language.of,
) -> Reading:
    """Read the subject and the requester's texts, oldest first; `locale` helps where they are too short.

    The most telling text counts alone: a long calm exchange must not add up to a complaint.
    """
    kept = _bounded(texts)
    bodies = [own_words(text.body) for text in kept]
    known = tuple(cues.languages)
    spoken = identify("\n".join([*bodies, subject]), locale, known)
    best = _Weighed(0.0, 0.0, [])
    passages = []
    evidence: list[Evidence] = []
    about: defaultdict[Category, float] = defaultdict(float)
    for number, body in enumerate(bodies or [""]):
        own = identify(body, spoken, known)
        book = cues.languages.get(own, LanguageCues())
        comment_id = kept[number].comment_id if kept else None
        parts = [(fold(body), body, comment_id, False)]
        own_subject = subject if number == 0 and subject.strip() not in body else ""
        if own_subject:
            parts.append((fold(subject), subject, None, True))
        weighed = _weigh(book, parts)
        evidence += weighed.evidence
        kinds = frozenset(found.kind for found in weighed.evidence)
        passages.append(Passage(comment_id, body, own, own_subject, weighed.points, weighed.praise, kinds))
        for category, weight in _categories(book, [folded for folded, *_ in parts]).items():
            about[category] += weight
        if weighed.points > best.points:
            best = weighed
    return Reading(
        spoken, _most_spoken_of(about), best.points, best.praise, _gravest(evidence), tuple(passages)
    )


def _gravest(evidence: list[Evidence]) -> tuple[Evidence, ...]:
    """Keep what counts most, in the order of the texts; an announced step outside must not be cut off."""
    gravity = list(CueKind)
    kept = sorted(range(len(evidence)), key=lambda n: -gravity.index(evidence[n].kind))[:MAX_EVIDENCE]
    return tuple(evidence[number] for number in sorted(kept))


def _bounded(texts: Sequence[Text]) -> list[Text]:
    """Keep the first text and as many of the newest as are worth reading, oldest first."""
    # A ticket may have thousands of comments; how it began and how it stands now matter most.
    kept = [*texts[:1], *texts[1:][-(MAX_TEXTS - 1) :]]
    while len(kept) > 1 and sum(min(len(text.body), MAX_CHARACTERS) for text in kept) > MAX_CHARACTERS_IN_ALL:
        del kept[1]
    return kept


def _weigh(book: LanguageCues, parts: list[tuple[Folded, str, int | None, bool]]) -> _Weighed:
    weights: dict[CueKind, dict[str, float]] = {}
    praise: dict[str, float] = {}
    evidence = []
    for folded, original, comment_id, in_subject in parts:
        for hit in _unnegated(book.cues.find(folded), folded, book.negations):
            weights.setdefault(hit.phrase.label, {})[hit.phrase.text] = hit.phrase.weight
            words = original[hit.start : hit.end]
            evidence.append(Evidence(comment_id, hit.start, hit.end, hit.phrase.label, words, in_subject))
        for good in _unnegated(book.praise.find(folded), folded, book.negations):
            praise[good.phrase.text] = good.phrase.weight
    points = sum(_diminishing(of_kind.values()) for of_kind in weights.values())
    return _Weighed(points, _diminishing(praise.values()), evidence)


def _diminishing(weights: Iterable[float]) -> float:
    """Add weights so that many faint words of one kind never equal a telling one: full, half, quarter, …"""
    return sum(weight * 0.5**place for place, weight in enumerate(sorted(weights, reverse=True)[:8]))


def _unnegated(hits: Iterable[Hit[_Label]], folded: Folded, negations: frozenset[str]) -> list[Hit[_Label]]:
    return [hit for hit in hits if not _is_negated(hit.folded_start, folded.text, negations)]


def _is_negated(start: int, text: str, negations: frozenset[str]) -> bool:
    """Whether one of the two words before, in the same clause, is a negation ("not really disappointed")."""
    clause = _CLAUSE_END.split(text[max(0, start - 60) : start])[-1]
    return not negations.isdisjoint(_WORD.findall(clause)[-2:])


def _categories(book: LanguageCues, texts: Iterable[Folded]) -> dict[Category, float]:
    """Weigh each category by the different phrases that name it."""
    found = {hit.phrase for folded in texts for hit in book.categories.find(folded)}
    weights: defaultdict[Category, float] = defaultdict(float)
    for phrase in found:
        weights[phrase.label] += phrase.weight
    return weights


def _most_spoken_of(about: Mapping[Category, float]) -> Category:
    """Return the weightiest category; of equals the one that stands first in `Category`."""
    return max(Category, key=lambda category: about.get(category, 0)) if about else Category.OTHER
