"""Ranks response templates for a complaint and says why each stands where it does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from integration.domain.complaint import Assessment, Band, Category
from integration.domain.history import Summary
from integration.domain.phrases import Phrase, PhraseBook
from integration.domain.reason import Code, Reason
from integration.domain.remedy import Decision
from integration.domain.ticket import Channel, Ticket
from integration.domain.wording import MAX_CHARACTERS, Folded, fold

FALLBACK_LANGUAGE = "en"
# Words of a situation that follow from the history; further ones come with the case.
REPEAT = "repeat"
PROMISE_BROKEN = "promise_broken"
UNANSWERED = "unanswered"
ANSWERED = "answered"
RESOLVED = "resolved"
# What the record says was decided, and why it happened.
UPHELD = "upheld"
NOT_UPHELD = "not_upheld"
DELAY_KNOWN = "delay_known"
_DELAYS = frozenset({"late_delivery", "lost_in_transit", "slow_answer"})
_DECIDED = {
    Decision.UPHELD: UPHELD,
    Decision.PARTLY_UPHELD: UPHELD,
    Decision.NOT_UPHELD: NOT_UPHELD,
}
# Likeness runs to 1, but a good template seldom passes a half.
LIKENESS_POINTS = 5.0
# What speaks for a template must come to this, or it is not offered; of likeness alone a tenth. On the
# development data the right template passes for 99 and 96 of 100 requests (27 and 77 intents) and for 84
# of 100 tickets in six languages. It is a low bar: of 100 texts that no template is for, 5 get none.
LEAST_SUPPORT = 0.5
MAX_TICKETS_NAMED = 5


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """What ranking needs to know of one response template in one locale, all variants of a family apart."""

    id: str
    family: str
    variant: str
    locale: str
    title: str
    keywords: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()
    bands: frozenset[Band] = frozenset(Band)
    channels: frozenset[Channel] = frozenset(Channel)
    gestures: tuple[str, ...] = ()
    asks: int = 0
    for_complaints: bool = True
    for_repeats: bool | None = None
    situations: frozenset[str] = frozenset()
    suits: frozenset[str] = frozenset()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like a ticket a template is, at most 1: the words shared, the tickets agents chose it for."""

    score: float
    words: tuple[str, ...] = ()
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A template in its place: `is_fallback` when the requester's language has no version of it."""

    template_id: str
    locale: str
    is_fallback: bool
    score: float
    reasons: tuple[Reason, ...]


def rank(
    cards: Sequence[TemplateCard],
    *,
    assessment: Assessment | None,
    summary: Summary,
    ticket: Ticket,
    locale: str,
    used: frozenset[str],
    situation: frozenset[str] = frozenset(),
    likeness: Mapping[str, Likeness] | None = None,
    limit: int = 5,
) -> tuple[Suggestion, ...]:
    """Return the templates to offer, best first, at most one variant of a family.

    `locale` is the requester's; `used` holds the ids of templates this requester had before; `situation` says
    what is known of the case, such as "resolved" or "delay_known". Channel, band, repeat and situation
    of a card are conditions that must hold; the rest is a matter of more or less. With `likeness`, by
    template id, it takes the place of the keywords, and a card with too little for it is not offered.
    """
    known = _situation(summary, situation)
    words = fold(f"{ticket.subject}\n{ticket.description}"[:MAX_CHARACTERS])
    localised = [_in_language(versions, locale) for versions in _by_id(cards).values()]
    fitting = [version for version in localised if version and _fits(version.card, assessment, ticket, known)]
    scored = [
        _scored(version, _reasons(version.card, assessment, words, known, likeness), locale, used)
        for version in fitting
    ]
    if likeness is not None:
        scored = [one for one in scored if one.support >= LEAST_SUPPORT]
    offered = [max(family, key=_preference) for family in _by_family(scored).values()]
    offered.sort(key=lambda s: (-s.suggestion.score, s.card.family))
    return tuple(scored.suggestion for scored in offered[:limit])


def on_record(decision: Decision | None, cause: str | None) -> frozenset[str]:
    """Say in words of a situation what agents recorded; `cause` is one of `remedy.HOUSE_CAUSES` or their own.

    An apology for our own mistake waits for a decision, and a letter about a delay for the delay as cause.
    """
    words = {_DECIDED[decision]} if decision in _DECIDED else set()
    return frozenset(words | {DELAY_KNOWN} if cause in _DELAYS else words)


def in_language(cards: Iterable[TemplateCard], locale: str) -> tuple[TemplateCard, ...]:
    """Return the version of each template that `rank` would offer to a requester of this locale."""
    found = (_in_language(versions, locale) for versions in _by_id(cards).values())
    return tuple(version.card for version in found if version)


@dataclass(frozen=True, slots=True)
class _Version:
    card: TemplateCard
    is_fallback: bool


@dataclass(frozen=True, slots=True)
class _Scored:
    card: TemplateCard
    suggestion: Suggestion
    support: float
    is_used: bool


def _situation(summary: Summary, given: frozenset[str]) -> frozenset[str]:
    found = {REPEAT} if summary.same_kind else set()
    if summary.broken_promise:
        found.add(PROMISE_BROKEN)
    return given | found


def _by_id(cards: Iterable[TemplateCard]) -> dict[str, list[TemplateCard]]:
    versions: dict[str, list[TemplateCard]] = {}
    for card in cards:
        versions.setdefault(card.id, []).append(card)
    return versions


def _by_family(scored: Iterable[_Scored]) -> dict[str, list[_Scored]]:
    families: dict[str, list[_Scored]] = {}
    for one in scored:
        families.setdefault(one.card.family, []).append(one)
    return families


def _in_language(versions: Sequence[TemplateCard], locale: str) -> _Version | None:
    """Return the version in exactly this locale, else in its language, else in English."""
    wanted = _normal(locale)
    language = wanted.partition("-")[0]
    ordered = sorted(versions, key=lambda card: (len(card.locale), card.locale))
    for card in ordered:
        if _normal(card.locale) == wanted:
            return _Version(card, False)
    for spoken in (language, FALLBACK_LANGUAGE):
        for card in ordered:
            if _normal(card.locale).partition("-")[0] == spoken:
                return _Version(card, spoken != language)
    return None


def _normal(locale: str) -> str:
    return locale.replace("_", "-").lower()


def _fits(
    card: TemplateCard, assessment: Assessment | None, ticket: Ticket, situation: frozenset[str]
) -> bool:
    is_complaint = assessment is not None and assessment.is_complaint
    if ticket.channel not in card.channels or not card.situations <= situation:
        return False
    if card.for_repeats is not None and card.for_repeats is not (REPEAT in situation):
        return False
    if not is_complaint or assessment is None:
        return not card.for_complaints
    about_this = not card.categories or assessment.category in card.categories
    return assessment.band in card.bands and (about_this or assessment.category is Category.OTHER)


_Weighed = list[tuple[float, Reason]]


def _scored(version: _Version, weighed: _Weighed, locale: str, used: frozenset[str]) -> _Scored:
    card = version.card
    support = sum(weight for weight, _ in weighed if weight > 0)
    if version.is_fallback:
        weighed.append((-1.0, Reason(Code.FALLBACK_LANGUAGE, {"wanted": locale, "locale": card.locale})))
    if is_used := card.id in used:
        weighed.append((-1.0, Reason(Code.USED_BEFORE)))
    score = round(sum(weight for weight, _ in weighed), 3)
    reasons = tuple(reason for _, reason in sorted(weighed, key=lambda pair: -pair[0]))
    suggestion = Suggestion(card.id, card.locale, version.is_fallback, score, reasons)
    return _Scored(card, suggestion, support, is_used)


def _reasons(
    card: TemplateCard,
    assessment: Assessment | None,
    words: Folded,
    situation: frozenset[str],
    likeness: Mapping[str, Likeness] | None,
) -> _Weighed:
    """Weigh what speaks for a card that fits, and against it."""
    weighed: _Weighed = []
    if card.for_complaints and assessment:
        if assessment.category.value in card.categories:
            weighed.append((3.0, Reason(Code.CATEGORY_FITS, {"category": assessment.category})))
        elif not card.categories:
            weighed.append((1.0, Reason(Code.GENERAL)))
        if len(card.bands) < len(Band):
            weighed.append((0.5, Reason(Code.BAND_FITS, {"band": assessment.band})))
    fitting = sorted(card.situations | (card.suits & situation))
    weighed += [(2.0, Reason(Code.SITUATION_FITS, {"situation": word})) for word in fitting]
    if card.for_repeats and REPEAT in situation:
        weighed.append((1.5, Reason(Code.REPEAT_FITS)))
    weighed += _by_keywords(card, words) if likeness is None else _by_likeness(likeness.get(card.id))
    if card.asks:
        weighed.append((-0.5 * card.asks, Reason(Code.ASKS, {"count": card.asks})))
    return weighed


def _by_likeness(likeness: Likeness | None) -> _Weighed:
    if likeness is None or likeness.score <= 0:
        return []
    points = round(LIKENESS_POINTS * likeness.score, 3)
    if likeness.tickets:
        named = ", ".join(map(str, likeness.tickets[:MAX_TICKETS_NAMED]))
        chosen = Reason(Code.CHOSEN_BEFORE, {"count": len(likeness.tickets), "tickets": named})
        shared = [(0.0, Reason(Code.KEYWORDS_FIT, {"words": ", ".join(likeness.words)}))]
        return [(points, chosen), *(shared if likeness.words else [])]
    if likeness.words:
        return [(points, Reason(Code.KEYWORDS_FIT, {"words": ", ".join(likeness.words)}))]
    return [(points, Reason(Code.ALIKE))]


def _by_keywords(card: TemplateCard, words: Folded) -> _Weighed:
    if not (found := _keywords_in(card, words)):
        return []
    return [(min(len(found), 3) * 0.75, Reason(Code.KEYWORDS_FIT, {"words": ", ".join(found)}))]


def _keywords_in(card: TemplateCard, words: Folded) -> list[str]:
    found = {hit.phrase.label for hit in _book(card.keywords).find(words)}
    return [keyword for keyword in card.keywords if keyword in found]


@lru_cache(maxsize=2048)
def _book(keywords: tuple[str, ...]) -> PhraseBook[str]:
    trimmed = ((keyword, keyword.strip(" …")) for keyword in keywords)
    return PhraseBook(Phrase(text, keyword) for keyword, text in trimmed if any(map(str.isalnum, text)))


def _preference(scored: _Scored) -> tuple[bool, bool, float, str]:
    """Order the variants of a family: own language, not had before, score, then a stable choice."""
    suggestion = scored.suggestion
    return not suggestion.is_fallback, not scored.is_used, suggestion.score, suggestion.template_id
