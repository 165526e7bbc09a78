"""Development figures of suggestions and repeats, line by line."""

import csv
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from integration.domain.wording import own_words
from integration.evaluate.examples import Tools
from integration.evaluate.templates import read_catalogue
from integration.learned.catalogue import Entry
from integration.learned.encoder import Encoder
from integration.learned.ranker import Choice, Ranker
from integration.learned.repeats import THRESHOLD, Told, most_alike

SAMPLE = 1_000
STREAM = (50, 200, 500, 1_000)
PARTS = 7
SETS = (("27 intents", "bitext27"), ("77 intents", "banking77"))
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]


def ranking_figures(data: Path, tools: Tools) -> Iterator[str]:
    """Yield the figures of the tasks `templates` and `repeat` on the development data, a line each."""
    ranker = Ranker(tools.encoder)
    for name, file in SETS:
        entries = read_catalogue(data / "templates" / f"templates_{file}.tsv")
        rows = _shuffled(_intents(data / "intents" / f"{file}_train.csv"))
        yield f"templates, {name}, cold: {_tops(ranker, entries, rows[:SAMPLE])}"
        for after in STREAM:
            taught = _choices(ranker, rows[SAMPLE : SAMPLE + after])
            figure = _tops(ranker, entries, rows[: SAMPLE // 2], taught)
            yield f"templates, {name}, after {after} choices: {figure}"
    tickets = _tickets(data)
    entries = read_catalogue(data / "templates" / "templates_bitext27.tsv")
    yield f"templates, tickets in six languages: {_tops(ranker, entries, tickets)}"
    for language in sorted({row["lang"] for row in tickets}):
        spoken = [row for row in tickets if row["lang"] == language]
        yield f"templates, tickets in {language}: {_tops(ranker, entries, spoken)}"
    yield from repeat_figures(tools.encoder, tickets)


def repeat_figures(encoder: Encoder | None, tickets: Sequence[Row]) -> Iterator[str]:
    """Yield yes-or-no F1 of repeats: at the shipped threshold, and chosen on other matters than tested."""
    cases = [case for row in tickets for case in _cases(encoder, row, tickets)]
    followed = [case for case in cases if case["was_followup"]]
    for name, some in (("follow-ups with and without their ticket", followed), ("and first tickets", cases)):
        right = [case["is_right"] for case in some if case["is_repeat"]]
        yield (
            f"repeats, {name} ({len(some)}): F1 {_f1(some, THRESHOLD):.3f} as shipped, "
            f"{_cross_validated(some):.3f} cross-validated; right ticket first {sum(right) / len(right):.3f}"
        )


def _tops(
    ranker: Ranker, entries: Sequence[Entry], rows: Sequence[Row], taught: Sequence[Choice] = ()
) -> str:
    first = three = 0
    for row in rows:
        found = ranker.likeness(entries, own_words(row["text"]), taught, now=NOW)
        ranked = sorted(found, key=lambda id: -found[id].score)[:3]
        first += row["template_id"] == ranked[0]
        three += row["template_id"] in ranked
    return f"top 1 {first / len(rows):.3f}, top 3 {three / len(rows):.3f}"


def _choices(ranker: Ranker, rows: Iterable[Row]) -> tuple[Choice, ...]:
    meanings = ((number, row, ranker.meaning(row["text"])) for number, row in enumerate(rows))
    return tuple(
        Choice(row["template_id"], number, meaning[0], False, NOW)
        for number, row, meaning in meanings
        if meaning is not None
    )


def _cases(encoder: Encoder | None, row: Row, tickets: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """Yield a ticket against the first tickets of its language, a follow-up also without its own."""
    firsts = [
        one for one in tickets if one["lang"] == row["lang"] and one["kind"] == "first" and one is not row
    ]
    others = [one for one in firsts if one["scenario"] != row["scenario"]]
    was_followup = row["kind"] != "first"
    for earlier, is_repeat in ((firsts, True), (others, False)) if was_followup else ((others, False),):
        match = most_alike(encoder, Told(row["text"]), [Told(one["text"]) for one in earlier])
        if match is not None:
            yield {
                "scenario": row["scenario"],
                "was_followup": was_followup,
                "is_repeat": is_repeat,
                "is_right": earlier[match.place]["scenario"] == row["scenario"],
                "score": match.score,
            }


def _cross_validated(cases: Sequence[Mapping[str, Any]]) -> float:
    order = sorted({case["scenario"] for case in cases})
    answers = []
    for part in range(PARTS):
        held_out = {scenario for place, scenario in enumerate(order) if place % PARTS == part}
        kept = [case for case in cases if case["scenario"] not in held_out]
        threshold = max((case["score"] for case in kept), key=lambda score: _f1(kept, score))
        answers += [
            {**case, "score": case["score"] - threshold} for case in cases if case["scenario"] in held_out
        ]
    return _f1(answers, 0.0)


def _f1(cases: Sequence[Mapping[str, Any]], threshold: float) -> float:
    hits = sum(case["is_repeat"] and case["score"] >= threshold for case in cases)
    wrong = sum(case["is_repeat"] is not (case["score"] >= threshold) for case in cases)
    return 2 * hits / (2 * hits + wrong) if hits else 0.0


def _intents(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _tickets(data: Path) -> list[Row]:
    with (data / "tickets_multilingual" / "dev.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _shuffled(rows: list[Row]) -> list[Row]:
    random.Random(1).shuffle(rows)  # noqa: S311 - a sample that is the same every time
    return rows
