"""Agents' word on whether tickets are complaints, the last one of each, and the thresholds moved by it."""

import threading
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.calibration import Judged
from integration.domain.complaint import Band, State, Verdict
from integration.learned.lessons import Lesson, Lessons
from integration.store.dialect import insert_into
from integration.store.engine import Database
from integration.store.tables import calibrations, complaints, opinions
from integration.store.tables import corrections as table

# What agents said of the newest so many tickets counts; what was sold and written before has changed.
KEPT_JUDGEMENTS = 1_000
# Complaints that ended without a word of anybody are looked for among so many.
LOOKED_AT = 5_000
# Likeness is sought among so many.
KEPT_VECTORS = 2_000
# A ticket that was worked as a complaint to its end, and nobody objected.
UNCONTESTED_WEIGHT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An agent's word beside what the machine had said, `detected_at`; `severity` is the agent's."""

    ticket_id: int
    agent_id: int
    corrected_at: datetime
    is_complaint: bool
    severity: Band | None
    verdict: Verdict
    probability: float | None
    score: float
    threshold: float
    band: Band
    language: str
    model: str | None
    by_rule: str | None
    detected_at: datetime
    vector: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A language's threshold is moved by `shift` since `at`, by so many `judgements`."""

    language: str
    model: str
    at: datetime
    shift: float
    judgements: int


def save(conn: Connection, correction: Correction) -> None:
    """Keep an agent's word in place of an earlier one on the same ticket; it is the newest row then.

    What the machine had said before the first word stays: afterwards it was told.
    """
    before = conn.execute(sa.select(table).where(table.c.ticket_id == correction.ticket_id)).first()
    row = {each.name: getattr(correction, each.name) for each in fields(Correction)}
    row |= {"verdict": correction.verdict.value, "band": correction.band.value}
    row["severity"] = correction.severity and correction.severity.value
    if before is not None:
        row |= {name: getattr(before, name) for name in _SAID_BY_THE_MACHINE}
        row["severity"] = row["severity"] or before.severity
    conn.execute(sa.delete(table).where(table.c.ticket_id == correction.ticket_id))
    conn.execute(insert_into(conn, table).values(row).on_conflict_do_nothing())


_SAID_BY_THE_MACHINE = (
    "verdict",
    "probability",
    "score",
    "threshold",
    "band",
    "language",
    "model",
    "by_rule",
    "vector",
    "detected_at",
)


def of_ticket(conn: Connection, ticket_id: int) -> Correction | None:
    """Return the last word on a ticket."""
    row = conn.execute(sa.select(table).where(table.c.ticket_id == ticket_id)).first()
    if row is None:
        return None
    values: dict[str, Any] = {each.name: getattr(row, each.name) for each in fields(Correction)}
    values |= {"verdict": Verdict(row.verdict), "band": Band(row.band)}
    values["severity"] = Band(row.severity) if row.severity else None
    return Correction(**values)


def forget_ticket(conn: Connection, ticket_id: int) -> int:
    """Forget what was said of a ticket; return how many words that were."""
    return conn.execute(sa.delete(table).where(table.c.ticket_id == ticket_id)).rowcount


def judgements(conn: Connection, language: str, model: str) -> list[Judged]:
    """Return the newest judgements on what this model said, where words and no rule decided."""
    mine = _by(table, language, model)
    said = conn.execute(
        sa.select(table.c.probability, table.c.is_complaint)
        .where(mine)
        .order_by(table.c.id.desc())
        .limit(KEPT_JUDGEMENTS)
    )
    return [Judged(row.probability, row.is_complaint) for row in said] + _uncontested(conn, language, model)


def _uncontested(conn: Connection, language: str, model: str) -> list[Judged]:
    """Return what was flagged, worked to its end and never corrected, among the newest complaints.

    Agents click where the machine is wrong and pass over where it is right; without these a good threshold
    would be pushed up for ever.
    """
    newest_id = conn.scalar(sa.select(sa.func.max(complaints.c.id))) or 0
    rows = conn.execute(
        sa.select(opinions.c.probability)
        .join(complaints, complaints.c.ticket_id == opinions.c.ticket_id)
        .outerjoin(table, table.c.ticket_id == opinions.c.ticket_id)
        .where(
            complaints.c.id > newest_id - LOOKED_AT,
            complaints.c.state == State.RESOLVED.value,
            complaints.c.is_imported.is_(False),
            _by(opinions, language, model),
            opinions.c.verdict == Verdict.COMPLAINT.value,
            table.c.id.is_(None),
        )
        .limit(KEPT_JUDGEMENTS)
    )
    return [Judged(row.probability, True, UNCONTESTED_WEIGHT) for row in rows]


def _by(where: sa.Table, language: str, model: str) -> sa.ColumnElement[bool]:
    columns = where.c
    return sa.and_(
        columns.language == language,
        columns.model == model,
        columns.probability.is_not(None),
        columns.by_rule.is_(None),
    )


def lessons(conn: Connection, model: str) -> Lessons:
    """Return what holds now, and the newest corrected tickets as this model sees them."""
    rows = conn.execute(
        sa.select(table.c.ticket_id, table.c.is_complaint, table.c.vector)
        .where(table.c.model == model, table.c.vector.is_not(None), table.c.by_rule.is_(None))
        .order_by(table.c.id.desc())
        .limit(KEPT_VECTORS)
    )
    shifts = {one.language: (one.shift, one.judgements) for one in calibrated(conn, model).values()}
    return Lessons(shifts, tuple(Lesson(*row) for row in rows))


def calibrate(conn: Connection, calibration: Calibration) -> None:
    """Let a language's threshold be moved from now on."""
    conn.execute(
        sa.insert(calibrations).values(
            {each.name: getattr(calibration, each.name) for each in fields(Calibration)}
        )
    )


def calibrated(conn: Connection, model: str) -> dict[str, Calibration]:
    """Return what holds now, by language."""
    newest = (
        sa.select(sa.func.max(calibrations.c.id))
        .where(calibrations.c.model == model)
        .group_by(calibrations.c.language)
    )
    columns = [calibrations.c[each.name] for each in fields(Calibration)]
    rows = conn.execute(sa.select(*columns).where(calibrations.c.id.in_(newest)))
    return {row.language: Calibration(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class Count:
    """So many tickets with this verdict; `is_complaint` is the agents' word, None where nobody gave one."""

    language: str
    verdict: Verdict
    is_complaint: bool | None
    tickets: int


def counts(conn: Connection, language: str, model: str, since: datetime) -> list[Count]:
    """Count what the words alone decided since a moment, and what agents said of it."""
    said = conn.execute(
        sa.select(table.c.verdict, table.c.is_complaint, sa.func.count())
        .where(_by(table, language, model), table.c.detected_at >= since)
        .group_by(table.c.verdict, table.c.is_complaint)
    )
    found = [Count(language, Verdict(verdict), word, tickets) for verdict, word, tickets in said]
    read = conn.execute(
        sa.select(opinions.c.verdict, sa.func.count())
        .where(_by(opinions, language, model), opinions.c.read_at >= since)
        .where(~sa.exists().where(table.c.ticket_id == opinions.c.ticket_id))
        .group_by(opinions.c.verdict)
    )
    return found + [Count(language, Verdict(verdict), None, tickets) for verdict, tickets in read]


def first_read(conn: Connection) -> list[tuple[str, str, datetime]]:
    """Return language, model and the moment of the first opinion, for every model that decided by words."""
    rows = conn.execute(
        sa.select(opinions.c.language, opinions.c.model, sa.func.min(opinions.c.read_at))
        .where(opinions.c.probability.is_not(None), opinions.c.model.is_not(None))
        .group_by(opinions.c.language, opinions.c.model)
    )
    return [(language, model, at) for language, model, at in rows]


class LessonShelf:
    """The lessons as last read; asks the database only whether any came or went. Safe in threads."""

    def __init__(self, database: Database, model: str) -> None:
        self._database, self._model = database, model
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._lessons = Lessons()

    def read(self) -> Lessons:
        """Return what holds now: the same object until something changes."""
        with self._lock, self._database.read() as conn:
            seen = _newest(conn)
            if seen != self._seen:
                self._lessons, self._seen = lessons(conn, self._model), seen
            return self._lessons


def _newest(conn: Connection) -> tuple[int, ...]:
    """Return what changes when a correction or calibration comes or goes."""
    said = sa.select(sa.func.max(table.c.id).label("id"), sa.func.count(table.c.id).label("n")).subquery()
    moved = sa.select(sa.func.max(calibrations.c.id)).scalar_subquery()
    return tuple(value or 0 for value in conn.execute(sa.select(said.c.id, said.c.n, moved)).one())
