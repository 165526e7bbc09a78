"""What requesters and agents of the generated history say, a JSON file per language.

Slots are `{order}`, `{product}`, `{date}`, `{amount}`, `{due}`, `{name}` and `{agent}`. Products stand in
parentheses or after a colon, so that no language has to inflect them. Every text is invented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "es", "de", "fr", "pt", "ru")


@dataclass(frozen=True)
class Matter:
    """One thing a requester may write about; `answer` is empty for complaints, which take a longer course."""

    category: str
    subject: str
    body: str
    answer: str = ""


@dataclass(frozen=True)
class Phrases:
    """One language's texts; every list has at least one entry, and an empty string means "say nothing"."""

    products: dict[str, str]
    complaints: tuple[Matter, ...]
    ordinary: tuple[Matter, ...]
    openings: list[str]
    demands: list[str]
    closings: list[str]
    again: list[str]
    chase: list[str]
    still_unhappy: list[str]
    thanks: list[str]
    greet: str
    greet_unnamed: str
    sign: str
    apology: list[str]
    promise: list[str]
    broken: list[str]
    remedy: dict[str, list[str]]
    rating_good: list[str]
    rating_bad: list[str]
    notes: list[str]

    def complaint(self, category: str) -> Matter:
        return next(matter for matter in self.complaints if matter.category == category)


@cache
def phrases(language: str) -> Phrases:
    """Load the texts of one of LANGUAGES."""
    data = json.loads((Path(__file__).parent / f"{language}.json").read_text(encoding="utf-8"))
    data["complaints"] = tuple(Matter(**matter) for matter in data["complaints"])
    data["ordinary"] = tuple(Matter(**matter) for matter in data["ordinary"])
    return Phrases(**data)
