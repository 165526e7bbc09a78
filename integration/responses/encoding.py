"""Values made ready for the rendering process: plain JSON, codes in words, hostile characters taken out."""

import dataclasses
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from integration.domain.complaint import Band, Category
from integration.domain.history import Outcome
from integration.domain.remedy import Money
from integration.responses.values import CauseCount, Matter, NextLine, NoteValues, RepeatLine, Values
from integration.responses.words import Words

MAX_TEXT = 500
MAX_QUOTE = 160

# Overrides, embeddings and isolates can make a sentence read backwards; the plain marks U+200E and U+200F are
# needed in Arabic and Hebrew and stay.
_DIRECTION = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Make outside text one line of at most `MAX_TEXT` characters without control characters."""
    line = _SPACES.sub(" ", text[: 4 * MAX_TEXT].translate(_DIRECTION))
    line = "".join(sign for sign in line if unicodedata.category(sign) not in ("Cc", "Cs")).strip()
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1].rstrip() + "…"


def encode(values: Values | NoteValues, words: Words) -> dict[str, Any]:
    """Return JSON-ready data; a date, moment or amount becomes an object that the renderer reads back."""
    zone = ZoneInfo(values.time_zone) if isinstance(values, NoteValues) else None
    encoded = _Encoder(words, zone).fields(values)
    if isinstance(values, Values):
        encoded.pop("today")
    return encoded


def _quote(words: str | None) -> str | None:
    text = clean(words or "")
    if len(text) <= MAX_QUOTE:
        return text or None
    return text[:MAX_QUOTE].rpartition(" ")[0].rstrip(" ,;:–-") + "…"


class _Encoder:
    def __init__(self, words: Words, zone: ZoneInfo | None) -> None:
        self._words = words
        self._zone = zone

    def fields(self, value: Any) -> dict[str, Any]:
        return {field.name: self.plain(getattr(value, field.name)) for field in dataclasses.fields(value)}

    def plain(self, value: object) -> Any:
        match value:
            case None | bool() | int() | float():
                return value
            case Category() | Outcome() | Band():
                return self._in_words(value)
            case str():
                return clean(value) or None
            case datetime():
                return {"$moment": value.astimezone(self._zone).isoformat()}
            case date():
                return {"$date": value.isoformat()}
            case Money():
                return {"$money": [str(value.amount), value.currency]}
            case Matter():
                return self._matter(value)
            case RepeatLine():
                reason = self._words.repeat_reasons.get(value.reason)
                return {"ticket_id": value.ticket_id, "reason": reason}
            case NextLine():
                name = self._words.follow_ups.get(value.name, clean(value.name))
                return {"name": name, "due_at": self.plain(value.due_at), "is_late": value.is_late}
            case CauseCount():
                return {"name": self._cause(value.cause), "count": value.count}
            case tuple():
                return [self.plain(one) for one in value]
            case Mapping():
                return {"$facts": {str(name): self.plain(one) for name, one in value.items()}}
            case _ if dataclasses.is_dataclass(value):
                return self.fields(value)
        raise TypeError(f"a template value cannot be a {type(value).__name__}")

    def _matter(self, matter: Matter) -> dict[str, str | None]:
        words = self._words.categories[matter.category] if matter.category else None
        return {
            "category": matter.category.value if matter.category else None,
            "name": words.name if words else None,
            "about": words.about if words else None,
            "quote": _quote(matter.quote),
        }

    def _cause(self, cause: str) -> str:
        """Return a cause in words; where nobody named one, a category stands in its place."""
        if cause in set(Category):
            return self._words.categories[Category(cause)].name
        return self._words.causes.get(cause, clean(cause))

    def _in_words(self, code: Category | Outcome | Band) -> dict[str, str]:
        match code:
            case Category():
                category = self._words.categories[code]
                return {"key": code.value, "name": category.name, "about": category.about}
            case Outcome():
                return {"key": code.value, "name": self._words.outcomes[code]}
            case Band():
                return {"key": code.value, "name": self._words.bands[code]}
