"""A store with years in it, written straight in SQL: who has how many tickets is the same at every size.

One ticket in fifty belongs to a requester with two hundred of them, the others have about ten each; three of
twenty are complaints; every ticket has one follow-up to come.
"""

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from integration.domain.complaint import CueKind, Evidence
from integration.domain.reason import Code, Reason
from integration.store import encoding
from integration.store.engine import make_engine
from integration.store.migrate import migrate
from tests.bench.deliveries import DESCRIPTION

FIRST_PERSON = 360_000_000_000
AGENT = 350_000_000_001

_EVIDENCE = (
    Evidence(None, 91, 107, CueKind.FAILURE, "still has not come"),
    Evidence(None, 193, 209, CueKind.REPEATED, "the second time"),
    Evidence(None, 247, 266, CueKind.DISSATISFIED, "really disappointed"),
)
_REASONS = (Reason(Code.WORDS, {"count": 3, "points": 4.0}),)
# `:now` minus so many seconds, spelled as SQLAlchemy spells moments in SQLite.
_AGO = "strftime('%Y-%m-%d %H:%M:%f', :now - {}, 'unixepoch') || '000'"
# Three years, the newest ticket a minute old.
_TICKET_AGE = _AGO.format("60 - (:tickets - n) * (94608000.0 / :tickets)")

_SCRIPT = {
    "numbers": """
        WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < :tickets)
        INSERT INTO numbers (n, person, is_complaint)
        SELECT i,
               :first + CASE WHEN i % 50 = 0 THEN (i / 50) % :busy ELSE :busy + (i * 7919) % :others END,
               i % 20 IN (0, 7, 13)
        FROM counted""",
    "requesters": f"""
        INSERT INTO requesters (id, name, locale, role, is_active, seen_order, created_at)
        SELECT DISTINCT person, 'Robin Example ' || person, 'en-GB', 'end-user', 1, '1',
               {_AGO.format("94608000 * 1.5")}
        FROM numbers""",
    "agent": """
        INSERT INTO requesters (id, name, locale, role, is_active, seen_order)
        VALUES (:agent, 'Ana Agent', 'en-US', 'agent', 1, '1')""",
    "tickets": f"""
        INSERT INTO tickets (id, requester_id, subject, description, status, channel, tags, custom_fields,
                             created_at, updated_at, seen_order, field_orders, is_worked)
        SELECT n, person, 'My kettle AF-' || n || ' has not come', replace(:words, '{{number:06d}}', n),
               CASE WHEN n > :tickets * 0.98 THEN 'open' ELSE 'closed' END, 'email', '["web_form"]', '{{}}',
               {_TICKET_AGE}, {_TICKET_AGE}, '1', '{{}}', 1
        FROM numbers ORDER BY n""",
    "comments": f"""
        INSERT INTO comments (id, ticket_id, author_id, by_agent, is_public, body, created_at)
        SELECT n * 2 + reply, n, CASE reply WHEN 1 THEN :agent ELSE person END, reply, 1, :words,
               {_TICKET_AGE}
        FROM numbers, (SELECT 0 AS reply UNION SELECT 1) WHERE is_complaint ORDER BY n, reply""",
    "complaints": f"""
        INSERT INTO complaints (ticket_id, requester_id, received_at, detected_at, state, category, severity,
                                band, is_complaint, score, threshold, language, channel, evidence, reasons,
                                "references", suggestions, outcome, resolved_at, told_at, is_imported)
        SELECT n, person, {_TICKET_AGE}, {_TICKET_AGE},
               CASE WHEN n > :tickets * 0.98 THEN 'suspected' ELSE 'resolved' END, 'delivery', 2.5, 'raised',
               1, 0.75, 0.5, 'en', 'email', :evidence, :reasons, json_array('AF' || n), '[]',
               CASE WHEN n > :tickets * 0.98 THEN NULL ELSE 'refund' END,
               CASE WHEN n > :tickets * 0.98 THEN NULL ELSE {_TICKET_AGE} END, NULL, 1
        FROM numbers WHERE is_complaint ORDER BY n""",
    "promises": """
        INSERT INTO promises (complaint_id, ticket_id, what, due_at, state, made_at)
        SELECT id, ticket_id, 'Tell the requester where the parcel is', received_at, 'open', received_at
        FROM complaints WHERE id % 10 = 0""",
    "follow_ups": f"""
        INSERT INTO follow_ups (ticket_id, name, note, due_at, planned_at, status, revision, satisfied_by,
                                attempts)
        SELECT n, 'update', 'update',
               {_AGO.format("(-3600 - (n * 7919) % 15552000)")}, {_TICKET_AGE},
               'pending', 0, '["public_reply"]', 0
        FROM numbers ORDER BY n""",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A store of so many tickets, each with a pending follow-up; `seconds` is what filling it took."""

    url: str
    folder: Path
    tickets: int
    complaints: tuple[int, ...]
    plain: tuple[int, ...]
    seconds: float
    megabytes: int


def fill(folder: Path, tickets: int) -> Filled:
    """Make a migrated SQLite file in `folder` and fill it."""
    began = time.perf_counter()
    file = folder / "makegood.db"
    url = f"sqlite:///{file}"
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        for pragma in ("synchronous=off", "cache_size=-400000", "temp_store=memory"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY, person, is_complaint)")
        connection.execute("BEGIN")
        for statement in _SCRIPT.values():
            connection.execute(statement, _values(tickets))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = connection.execute("SELECT n, is_complaint FROM numbers").fetchall()
    return Filled(
        url=url,
        folder=folder,
        tickets=tickets,
        complaints=tuple(n for n, is_complaint in found if is_complaint),
        plain=tuple(n for n, is_complaint in found if not is_complaint),
        seconds=round(time.perf_counter() - began, 1),
        megabytes=file.stat().st_size // 1_000_000,
    )


def _values(tickets: int) -> dict[str, object]:
    return {
        "tickets": tickets,
        "now": int(datetime.now(UTC).timestamp()),
        "first": FIRST_PERSON,
        "busy": max(tickets // 10_000, 1),
        # One more than a round number, so that nobody has complaints only.
        "others": tickets // 10 + 1,
        "agent": AGENT,
        "words": DESCRIPTION,
        "evidence": json.dumps([encoding.evidence_to_json(one) for one in _EVIDENCE]),
        "reasons": json.dumps([encoding.reason_to_json(one) for one in _REASONS]),
    }
