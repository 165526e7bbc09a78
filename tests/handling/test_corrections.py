"""What agents say of tickets is kept, moves thresholds slowly, and tells how good detection is."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from integration.app import assemble
from integration.domain.complaint import Band, State, Text, Verdict
from integration.handling.corrections import Quality, note_correction, quality
from integration.learned.model import MODEL as MODEL_IN_USE
from integration.settings import parse_settings
from integration.store import audit_log, complaints, corrections, opinions
from integration.store.corrections import Calibration
from integration.store.engine import Database
from integration.store.opinions import Opinion
from tests.store.samples import NOON, complaint

AGENT = 77
MODEL = "usem3-1/abc"
_BAND = {Verdict.COMPLAINT: 0.62, Verdict.UNSURE: 0.45, Verdict.CALM: 0.2}


def said(ticket_id: int, verdict: Verdict, language: str = "en", **changes: object) -> Opinion:
    """What the machine said of a ticket, an hour before noon."""
    values: dict[str, object] = {
        "probability": _BAND[verdict],
        "score": _BAND[verdict],
        "threshold": 0.5,
        "band": Band.LOW,
        "model": MODEL,
        "by_rule": None,
        "read_at": NOON - timedelta(hours=1),
        "meaning": b"\x00\x3c" * 512,
    }
    given = {"ticket_id": ticket_id, "verdict": verdict, "language": language}
    return Opinion(**(values | given | changes))  # type: ignore[arg-type]


def judge(database: Database, numbers: range, verdict: Verdict, *, is_complaint: bool) -> None:
    with database.write() as conn:
        for number in numbers:
            opinions.save(conn, said(number, verdict))
            note_correction(conn, ticket_id=number, agent_id=AGENT, is_complaint=is_complaint, now=NOON)


def in_english(database: Database) -> Quality:
    with database.read() as conn:
        (found,) = quality(conn)
    return found


def test_a_word_is_kept_beside_what_the_machine_had_said(database: Database) -> None:
    with database.write() as conn:
        opinions.save(conn, said(5, Verdict.COMPLAINT, "fr"))
        note_correction(conn, ticket_id=5, agent_id=AGENT, is_complaint=True, now=NOON, severity=Band.HIGH)
        kept = corrections.of_ticket(conn, 5)

    assert kept is not None
    assert (kept.is_complaint, kept.severity, kept.agent_id) == (True, Band.HIGH, AGENT)
    assert (kept.probability, kept.language, kept.model, kept.band) == (0.62, "fr", MODEL, Band.LOW)
    assert kept.detected_at == NOON - timedelta(hours=1)


def test_a_ticket_of_the_past_has_what_its_ledger_says(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        complaints.add(conn, complaint(ticket_id=5, is_imported=True))
        note_correction(conn, ticket_id=5, agent_id=AGENT, is_complaint=False, now=NOON)
        kept = corrections.of_ticket(conn, 5)

    assert kept is not None
    assert (kept.verdict, kept.model) == (Verdict.COMPLAINT, None)


def test_of_a_ticket_that_nothing_was_said_of_nothing_is_kept(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        assert not note_correction(conn, ticket_id=5, agent_id=AGENT, is_complaint=False, now=NOON)


def test_many_false_alarms_raise_the_threshold_of_their_language_and_the_log_says_so(
    database: Database,
) -> None:
    judge(database, range(40), Verdict.COMPLAINT, is_complaint=False)
    with database.write() as conn:
        opinions.save(conn, said(99, Verdict.CALM, "de"))

    with database.read() as conn:
        german, english = quality(conn)
        moves = [entry for entry in audit_log.entries(conn) if entry.subject == "language:en"]
    assert english.threshold > 0.55
    assert (german.threshold, english.shipped_threshold) == (0.5, 0.5)
    assert moves[0].after["judgements"] == english.judgements


def test_complaints_that_ended_without_an_objection_hold_the_threshold_down(
    sqlite_database: Database,
) -> None:
    with sqlite_database.write() as conn:
        for number in range(100, 300):
            opinions.save(conn, said(number, Verdict.COMPLAINT))
            complaints.add(conn, complaint(ticket_id=number, state=State.RESOLVED))

    judge(sqlite_database, range(40), Verdict.COMPLAINT, is_complaint=False)

    assert in_english(sqlite_database).threshold <= 0.52


def test_precision_and_recall_are_counted_with_what_they_cannot_know(database: Database) -> None:
    judge(database, range(6), Verdict.COMPLAINT, is_complaint=True)
    judge(database, range(10, 12), Verdict.COMPLAINT, is_complaint=False)
    judge(database, range(20, 23), Verdict.CALM, is_complaint=True)
    judge(database, range(30, 31), Verdict.UNSURE, is_complaint=True)
    with database.write() as conn:
        opinions.save(conn, said(40, Verdict.COMPLAINT))
        opinions.save(conn, said(41, Verdict.UNSURE))

    found = in_english(database)

    assert (found.precision.hits, found.precision.count) == (6, 8)
    assert (found.recall.hits, found.recall.count, found.missed) == (6, 9, 3)
    assert (found.unjudged, found.asked, found.asked_complaints) == (1, 2, 1)
    assert found.precision.interval == (pytest.approx(0.41, abs=0.01), pytest.approx(0.93, abs=0.01))


def test_counting_begins_anew_where_the_threshold_moved(sqlite_database: Database) -> None:
    judge(sqlite_database, range(40), Verdict.COMPLAINT, is_complaint=False)
    later = NOON + timedelta(days=1)
    with sqlite_database.write() as conn:
        opinions.save(conn, said(50, Verdict.COMPLAINT, read_at=later))
        note_correction(conn, ticket_id=50, agent_id=AGENT, is_complaint=True, now=later)

    found = in_english(sqlite_database)

    assert found.since == NOON
    assert (found.precision.hits, found.precision.count) == (1, 1)


def test_what_a_rule_decided_says_nothing_of_thresholds(sqlite_database: Database) -> None:
    with sqlite_database.write() as conn:
        opinions.save(conn, said(1, Verdict.CALM))
        for number in range(2, 60):
            opinions.save(conn, said(number, Verdict.COMPLAINT, by_rule="vip"))
            note_correction(conn, ticket_id=number, agent_id=AGENT, is_complaint=False, now=NOON)

    assert in_english(sqlite_database).precision.count == 0
    assert in_english(sqlite_database).threshold == 0.5


def test_an_installation_reads_by_what_was_corrected_without_a_restart(
    tmp_path: Path, sqlite_url: str
) -> None:
    given = {
        "ZENDESK_URL": "https://example.zendesk.com",
        "OAUTH_CLIENT_ID": "makegood",
        "OAUTH_CLIENT_SECRET": "s" * 40,
        "PUBLIC_URL": "https://makegood.example.com",
        "SECRET_KEY": "k" * 40,
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": sqlite_url,
    }
    parts = assemble(parse_settings({f"MAKEGOOD_{name}": value for name, value in given.items()}))

    def shift() -> float:
        text = Text(None, "The lamp is broken and nobody answers.")
        learned = parts.read("", (text,), parts.shelf.cues(), locale="en").learned
        assert learned is not None
        return learned.taught.shift

    with closing(parts):
        before = shift()
        with parts.database.write() as conn:
            corrections.calibrate(conn, Calibration("en", MODEL_IN_USE, NOON, 0.4, 50))

        assert (before, shift()) == (0.0, 0.4)
