"""The tasks `complaint`, `severity` and `language`: what detection makes of one text, without any history."""

from collections.abc import Callable
from datetime import UTC, datetime

from integration.domain.complaint import Reading, Text, assess
from integration.domain.history import History
from integration.domain.language import LANGUAGES
from integration.domain.ticket import Requester, Status, Ticket
from integration.evaluate.examples import Answer, Example, Tools, text_of
from integration.learned.language import Languages
from integration.learned.reader import LearnedReader
from integration.policies.load import CUES, RULES, load_cues, load_rules
from integration.policies.shelf import SHIPPED

Read = Callable[[Example], Reading]


def complaint(tools: Tools) -> Callable[[Example], Answer]:
    """Answer `score` (0 to 1) and `flag`, by the shipped rules and word lists."""
    rules = load_rules(SHIPPED / RULES)
    read = _reader(tools)
    now = datetime.now(UTC)

    def answer(example: Example) -> Answer:
        ticket = Ticket(0, 0, "", text_of(example), Status.NEW, now, now)
        found = assess(ticket, read(example), rules=rules, history=History(Requester(0)), now=now)
        return {"id": example.get("id"), "score": found.score, "flag": found.is_complaint}

    return answer


def severity(tools: Tools) -> Callable[[Example], Answer]:
    """Answer `severity`, 0 to 4, for complaints and others alike; without an encoder by the cues' points."""
    read = _reader(tools)

    def answer(example: Example) -> Answer:
        reading = read(example)
        found = reading.learned.severity if reading.learned else min(reading.points, 4.0)
        return {"id": example.get("id"), "severity": round(found, 3)}

    return answer


def recognised(_: Tools) -> Callable[[Example], Answer]:
    """Answer `lang`, of the six languages."""
    languages = Languages()

    def answer(example: Example) -> Answer:
        return {"id": example.get("id"), "lang": languages.of(text_of(example), None, LANGUAGES)}

    return answer


def _reader(tools: Tools) -> Read:
    cues = load_cues(SHIPPED / CUES)
    reader = LearnedReader(tools.encoder)

    def read(example: Example) -> Reading:
        given = example.get("lang")
        texts = (Text(None, text_of(example)),)
        return reader("", texts, cues, locale=given if isinstance(given, str) else None)

    return read
