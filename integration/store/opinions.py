"""What detection last said of each ticket, so that no view need ask again; it goes with the ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import Assessment, Band, Verdict
from integration.store.dialect import insert_into
from integration.store.tables import corrections
from integration.store.tables import opinions as table


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What was said; `probability` of the words alone, `score` with the facts.

    `reopened` counts how often the ticket was solved and opened again.
    `meaning` and `telling` are as in `domain.cues.Learned`, and None without an encoder. `agents_word` says
    whether the last agent who judged the ticket called it a complaint.
    """

    ticket_id: int
    verdict: Verdict
    probability: float | None
    score: float
    threshold: float
    band: Band
    language: str
    model: str | None
    by_rule: str | None
    read_at: datetime
    meaning: bytes | None = field(default=None, repr=False)
    telling: bytes | None = field(default=None, repr=False)
    reopened: int = 0
    agents_word: bool | None = None

    @property
    def is_asked(self) -> bool:
        """Whether a person should say if this is a complaint, and nobody has yet."""
        return self.verdict is Verdict.UNSURE and self.agents_word is None

    @property
    def vector(self) -> bytes | None:
        """The text that decided, 512 half-precision numbers."""
        return self.telling or (self.meaning[:VECTOR_BYTES] if self.meaning else None)


VECTOR_BYTES = 512 * 2
_KEPT = tuple(each.name for each in fields(Opinion) if each.name != "agents_word")
_SAME = ("verdict", "model", "threshold", "language")


def save(conn: Connection, opinion: Opinion) -> None:
    """Keep an opinion in place of an earlier one; saying the same again does not make it newer."""
    row = _row(opinion)
    insert = insert_into(conn, table).values(row)
    new: dict[str, Any] = {name: insert.excluded[name] for name in row if name != "ticket_id"}
    unchanged = sa.and_(*(table.c[name].is_not_distinct_from(insert.excluded[name]) for name in _SAME))
    new["read_at"] = sa.case((unchanged, table.c.read_at), else_=insert.excluded.read_at)
    conn.execute(insert.on_conflict_do_update(index_elements=["ticket_id"], set_=new))


def save_imported(conn: Connection, found: Sequence[Opinion]) -> None:
    """Keep what is said of tickets of the past, for their meaning; what a worker said of one stays.

    Nobody is asked about them and nothing is counted by them, so they have no probability.
    """
    if found:
        rows = [_row(opinion) | {"probability": None} for opinion in found]
        conn.execute(insert_into(conn, table).on_conflict_do_nothing(index_elements=["ticket_id"]), rows)


def of_assessment(ticket_id: int, assessment: Assessment, read_at: datetime, *, reopened: int = 0) -> Opinion:
    """Return what is kept of an assessment."""
    learned = assessment.learned
    return Opinion(
        ticket_id=ticket_id,
        verdict=assessment.verdict,
        probability=learned.probability if learned else None,
        score=assessment.score,
        threshold=assessment.threshold,
        band=assessment.band,
        language=assessment.language,
        model=learned.model if learned else None,
        by_rule=assessment.by_rule,
        read_at=read_at,
        meaning=(learned.meaning or None) if learned else None,
        telling=(learned.telling or None) if learned else None,
        reopened=reopened,
    )


def get(conn: Connection, ticket_id: int) -> Opinion | None:
    """Return what was said of a ticket; None for one that no worker has read."""
    row = conn.execute(
        sa.select(table, corrections.c.is_complaint.label("agents_word"))
        .outerjoin(corrections, corrections.c.ticket_id == table.c.ticket_id)
        .where(table.c.ticket_id == ticket_id)
    ).first()
    return _opinion(row._mapping) if row else None


def meanings(conn: Connection, ticket_ids: Sequence[int], *, model: str) -> dict[int, bytes]:
    """Return what tickets mean, as far as this model has read them."""
    rows = conn.execute(
        sa.select(table.c.ticket_id, table.c.meaning).where(
            table.c.ticket_id.in_(ticket_ids), table.c.model == model, table.c.meaning.is_not(None)
        )
    )
    return {row.ticket_id: row.meaning for row in rows}


def forget_ticket(conn: Connection, ticket_id: int) -> int:
    """Forget what was said of a ticket and what it means; return how many opinions that were."""
    return conn.execute(sa.delete(table).where(table.c.ticket_id == ticket_id)).rowcount


def _row(opinion: Opinion) -> dict[str, Any]:
    row = {name: getattr(opinion, name) for name in _KEPT}
    return row | {"verdict": opinion.verdict.value, "band": opinion.band.value}


def _opinion(row: Mapping[Any, Any]) -> Opinion:
    values = {each.name: row[each.name] for each in fields(Opinion)}
    return Opinion(**values | {"verdict": Verdict(row["verdict"]), "band": Band(row["band"])})
