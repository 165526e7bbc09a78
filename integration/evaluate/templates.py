"""The task `templates`: which response templates of a catalogue suit a ticket, without anything learned."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from integration.domain.wording import own_words
from integration.evaluate.examples import Answer, Example, InvalidExample, Tools, text_of
from integration.learned.catalogue import Entry
from integration.learned.ranker import Ranker


def templates(tools: Tools) -> Callable[[Example], Answer]:
    """Answer `ranked`, the ids of all templates of the catalogue named, best first."""
    ranker = Ranker(tools.encoder)
    now = datetime.now(UTC)

    @cache
    def entries_of(name: str) -> tuple[Entry, ...]:
        if name not in tools.catalogues:
            raise InvalidExample(f"there is no catalogue {name!r}; give --catalogue {name}=FILE.tsv.")
        return read_catalogue(tools.catalogues[name])

    def answer(example: Example) -> Answer:
        entries = entries_of(_catalogue(tools, example))
        likeness = ranker.likeness(entries, _said(text_of(example)), now=now)
        ranked = sorted(likeness, key=lambda id: -likeness[id].score)
        return {"id": example.get("id"), "ranked": ranked}

    return answer


def _catalogue(tools: Tools, example: Example) -> str:
    if example.get("catalogue") is None and len(tools.catalogues) == 1:
        return next(iter(tools.catalogues))
    return text_of(example, "catalogue")


def _said(text: str) -> str:
    return own_words(text).strip() or text


def read_catalogue(path: Path) -> tuple[Entry, ...]:
    """Read a file of tab-separated columns template_id, title, keywords, body; a missing title is the id."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InvalidExample(f"{path} cannot be read: {error}.") from error
    if not rows or "template_id" not in rows[0]:
        raise InvalidExample(
            f"{path} needs the columns template_id, title, keywords and body, tab-separated."
        )
    return tuple(
        Entry(
            id=row["template_id"],
            title=row.get("title") or row["template_id"].replace("_", " "),
            keywords=tuple(word.strip() for word in (row.get("keywords") or "").split(",") if word.strip()),
            text=row.get("body") or "",
        )
        for row in rows
    )
