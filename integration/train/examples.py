"""Reads the labelled texts, through the code that reads tickets."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from integration.domain.cues import CueBook, Passage, Text, read
from integration.learned.encoder import Encoder
from integration.learned.features import Features, features_of
from integration.learned.language import Languages
from integration.policies.load import load_cues
from integration.policies.shelf import SHIPPED


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with what people said of it; texts of one `group` tell the same matter."""

    text: str
    language: str
    complaint: bool
    severity: float
    group: str
    source: str


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled text as the head sees it."""

    labelled: Labelled
    features: Features


def read_tweets(data: Path) -> list[Labelled]:
    """Read the tweets to companies; random ones look like no ticket and teach the wrong thing."""
    with (data / "complaints_en" / "train.csv").open(encoding="utf-8", newline="") as file:
        return [
            Labelled(r["text"], "en", r["complaint"] == "1", float(r["severity"]), r["id"], "tweets")
            for r in csv.DictReader(file)
            if r["to_company"] == "1"
        ]


def read_tickets(data: Path) -> list[Labelled]:
    """Read the tickets in six languages; the tellings of one scenario are one group."""
    lines = (data / "tickets_multilingual" / "dev.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        Labelled(r["text"], r["lang"], bool(r["complaint"]), float(r["severity"]), r["scenario"], "tickets")
        for r in rows
    ]


def samples(encoder: Encoder, labelled: Sequence[Labelled]) -> list[Sample]:
    """See the texts as the head does."""
    cues = load_cues(SHIPPED / "cues")
    languages = Languages()
    return [Sample(each, _features(encoder, each, cues, languages)) for each in labelled]


def _features(encoder: Encoder, labelled: Labelled, cues: CueBook, languages: Languages) -> Features:
    texts = (Text(None, labelled.text),)
    reading = read("", texts, cues, locale=labelled.language, identify=languages.of)
    passages = reading.passages or (Passage(None, labelled.text, labelled.language),)
    return features_of(encoder, passages)[0]
