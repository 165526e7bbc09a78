"""Which response template agents chose for which ticket, to learn from; a ticket's choices go with it."""

import threading
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.learned.encoder import Vectors
from integration.learned.ranker import CHOICES_KEPT, Choice
from integration.store.dialect import insert_into
from integration.store.tables import template_choices as table


def add(
    conn: Connection, *, template_id: str, ticket_id: int, vector: Vectors, was_found: bool, now: datetime
) -> None:
    """Remember a choice, the same one once; of each template the newest `CHOICES_KEPT` stay."""
    row = {
        "template_id": template_id,
        "ticket_id": ticket_id,
        "vector": vector.astype(np.float16).tobytes(),
        "was_found": was_found,
        "chosen_at": now,
    }
    # A choice made again is a new row: readers notice what changed by the newest id.
    conn.execute(sa.delete(table).where(table.c.template_id == template_id, table.c.ticket_id == ticket_id))
    conn.execute(insert_into(conn, table).values(row).on_conflict_do_nothing())
    older = (
        sa.select(table.c.id)
        .where(table.c.template_id == template_id)
        .order_by(table.c.chosen_at.desc(), table.c.id.desc())
        .offset(CHOICES_KEPT)
        .limit(CHOICES_KEPT)
    )
    conn.execute(sa.delete(table).where(table.c.id.in_(older.scalar_subquery())))


def of_templates(conn: Connection) -> tuple[Choice, ...]:
    """Return every choice kept, oldest first."""
    columns = (table.c.template_id, table.c.ticket_id, table.c.vector, table.c.was_found, table.c.chosen_at)
    rows = conn.execute(sa.select(*columns).order_by(table.c.id))
    return tuple(
        Choice(
            template_id=row.template_id,
            ticket_id=row.ticket_id,
            vector=np.frombuffer(row.vector, np.float16).astype(np.float32),
            was_found=row.was_found,
            chosen_at=row.chosen_at,
        )
        for row in rows
    )


def forget(conn: Connection, template_id: str, ticket_id: int) -> bool:
    """Forget that a template was chosen for a ticket; False where nothing was learned from that."""
    same = (table.c.template_id == template_id, table.c.ticket_id == ticket_id)
    return conn.execute(sa.delete(table).where(*same)).rowcount == 1


def forget_template(conn: Connection, template_id: str) -> int:
    """Forget what was learned of a template; return how many choices that were."""
    return conn.execute(sa.delete(table).where(table.c.template_id == template_id)).rowcount


def forget_ticket(conn: Connection, ticket_id: int) -> int:
    """Forget what was learned from a ticket, which is personal data; return how many choices that were."""
    return conn.execute(sa.delete(table).where(table.c.ticket_id == ticket_id)).rowcount


class ChoiceShelf:
    """The choices as last read; asks the database only whether any came or went. Safe in threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: tuple[object, ...] = ()
        self._choices: tuple[Choice, ...] = ()

    def read(self, conn: Connection) -> tuple[Choice, ...]:
        """Return every choice kept: the same object until something changes."""
        # SQLite gives the id of a row that is gone to the next one, so the newest id alone tells too little.
        newest = (sa.func.max(table.c.id), sa.func.max(table.c.chosen_at), sa.func.count())
        seen = tuple(conn.execute(sa.select(*newest)).one())
        with self._lock:
            if self._seen != seen:
                self._choices = of_templates(conn)
                self._seen = seen
            return self._choices
