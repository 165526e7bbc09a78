"""The task `repeat`: does a ticket continue an earlier one of the same requester, and which?"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integration.domain.complaint import references
from integration.domain.wording import own_words
from integration.evaluate.examples import Answer, Example, InvalidExample, Tools, text_of
from integration.learned.repeats import Told, most_alike

SAME_REFERENCE_SCORE = 2.0


def repeat(tools: Tools) -> Callable[[Example], Answer]:
    """Answer `match`, the id of an earlier ticket or null, and `score`, which is 2 for a shared number."""

    def answer(example: Example) -> Answer:
        text, earlier = text_of(example), _earlier(example)
        numbers = references(text)
        for one in earlier:
            if numbers & references(text_of(one)):
                return {"id": example.get("id"), "match": one["id"], "score": SAME_REFERENCE_SCORE}
        told = [Told(own_words(text_of(one))) for one in earlier]
        found = most_alike(tools.encoder, Told(own_words(text)), told)
        if found is None:
            return {"id": example.get("id"), "match": None, "score": 0.0}
        match = earlier[found.place]["id"] if found.is_likely else None
        return {"id": example.get("id"), "match": match, "score": found.score}

    return answer


def _earlier(example: Example) -> Sequence[Mapping[str, Any]]:
    given = example.get("earlier")
    if not isinstance(given, list) or not all(isinstance(one, dict) and "id" in one for one in given):
        raise InvalidExample("the field 'earlier' must be a list of objects with id and text.")
    return given
