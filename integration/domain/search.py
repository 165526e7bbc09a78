"""Finds response templates by what an agent types: every word must begin some word of the template."""

from collections.abc import Iterable
from functools import lru_cache

from integration.domain.suggestion import TemplateCard, in_language
from integration.domain.wording import fold

LONGEST_QUERY = 80
# A word in the title says more than one in the text.
_TITLE, _KEYWORD, _TEXT = 3.0, 2.0, 1.0


def find(
    cards: Iterable[TemplateCard], query: str, locale: str, *, limit: int = 8
) -> tuple[TemplateCard, ...]:
    """Return the templates that a query means, best first, each in the language in which it would be offered.

    Titles and keywords of every language count, so that agents find what they know by another name.
    """
    wanted = fold(query[:LONGEST_QUERY]).text.split()
    every = list(cards)
    if not wanted:
        return ()
    points: dict[str, float] = {}
    for card in every:
        points[card.id] = max(points.get(card.id, 0.0), _points(card, wanted))
    offered = [card for card in in_language(every, locale) if points[card.id] > 0]
    offered.sort(key=lambda card: (-points[card.id], card.family, card.id))
    return tuple(offered[:limit])


def _points(card: TemplateCard, wanted: list[str]) -> float:
    """Return how well a template fits, 0 where one of the words is nowhere."""
    places = (
        (_TITLE, _words(card.title)),
        (_TITLE, _words(card.id.replace("-", " "))),
        (_KEYWORD, _words(" ".join(card.keywords))),
        (_TEXT, _words(card.text)),
    )
    total = 0.0
    for word in wanted:
        found = [weight for weight, said in places if any(each.startswith(word) for each in said)]
        if not found:
            return 0.0
        total += max(found)
    return total


@lru_cache(maxsize=8192)
def _words(text: str) -> frozenset[str]:
    folded = fold(text).text
    return frozenset("".join(sign if sign.isalnum() else " " for sign in folded).split())
