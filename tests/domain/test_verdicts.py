"""Short texts and verdicts in six languages, near misses included, and our own tickets as a whole."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from tests.domain.builders import judged

DATA = Path(__file__).parent / "data"


def _verdicts() -> list[tuple[str, bool, str]]:
    with (DATA / "verdicts.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t", quoting=3)
        return [(language, verdict == "1", text) for language, verdict, text in rows]


def _tickets() -> list[dict[str, object]]:
    return [json.loads(line) for line in (DATA / "tickets.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize(("language", "is_complaint", "text"), _verdicts())
def test_short_text_gets_its_verdict(language: str, is_complaint: bool, text: str) -> None:
    assessment = judged(text, locale=language)

    assert assessment.is_complaint is is_complaint, assessment.evidence
    assert assessment.language == language


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "pt", "ru"])
def test_our_own_tickets_are_found_without_many_false_alarms(language: str) -> None:
    counts: Counter[tuple[bool, bool]] = Counter()
    for row in _tickets():
        if row["lang"] == language:
            counts[bool(row["complaint"]), judged(str(row["text"]), locale=None).is_complaint] += 1

    assert counts[True, True] / (counts[True, True] + counts[False, True]) >= 0.95
    assert counts[True, True] / (counts[True, True] + counts[True, False]) >= 0.9


def test_announced_steps_outside_reach_the_top_band_and_polite_problems_do_not() -> None:
    bands = {(row["severity"], judged(str(row["text"])).band) for row in _tickets() if row["kind"] == "first"}

    assert {band for severity, band in bands if severity == 4} == {"high"}
    assert "high" not in {band for severity, band in bands if severity == 1}
