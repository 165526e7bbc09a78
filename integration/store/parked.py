"""Work that was set aside, with its reason, and the way to try it again."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.reason import Code
from integration.statements import Statement, unpacked
from integration.store.dialect import one_of
from integration.store.tables import follow_ups, inbox, outbox

MOST_OF_A_KIND = 200
_BECAUSE = {
    Code.REFUSED.value: "parked_refused",
    Code.DEFECT.value: "parked_defect",
    Code.UNUSABLE_NOTE.value: "parked_unusable_note",
}


@dataclass(frozen=True, slots=True)
class Parked:
    """One piece of work; `kind` is inbox, follow_up or outbox, `since` when it came in or was due."""

    kind: str
    id: int
    ticket_id: int | None
    reason: str
    since: datetime


def everything(conn: Connection) -> list[Parked]:
    """Return what is parked, longest first, at most a few hundred of a kind."""
    found = [
        *_of(conn, "inbox", inbox, inbox.c.state, inbox.c.reason, inbox.c.received_at),
        *_of(conn, "follow_up", follow_ups, follow_ups.c.status, follow_ups.c.reason, follow_ups.c.due_at),
        *_of(conn, "outbox", outbox, outbox.c.state, outbox.c.reason, outbox.c.created_at),
    ]
    return sorted(found, key=lambda one: (one.since, one.kind, one.id))


def try_again(conn: Connection, kind: str, id: int, now: datetime) -> bool:
    """Make parked work due now; False when it is not parked, or another has taken its place."""
    if kind == "inbox":
        return _revive(conn, inbox, id, state="new", not_before=now)
    if kind == "outbox":
        # It may have been written before it was parked; `sending` makes sure that somebody looks.
        return _revive(conn, outbox, id, state="sending", not_before=now)
    if kind == "follow_up":
        return _revive_follow_up(conn, id, now)
    raise ValueError(f"{kind} is not a kind of work; use inbox, follow_up or outbox.")


def _of(
    conn: Connection,
    kind: str,
    table: sa.Table,
    state: sa.Column[str],
    reason: sa.Column[object],
    since: sa.Column[datetime],
) -> list[Parked]:
    rows = conn.execute(
        sa.select(table.c.id, table.c.ticket_id, reason, since)
        .where(one_of(state, "parked"))
        .order_by(table.c.id)
        .limit(MOST_OF_A_KIND)
    )
    return [Parked(kind, id, ticket_id, _words(why), at) for id, ticket_id, why, at in rows]


def _words(reason: object) -> str:
    if not isinstance(reason, dict):
        return unpacked(str(reason or ""))
    code, why = str(reason["code"]), reason["details"].get("why")
    if not why:
        return code
    return Statement(_BECAUSE[code], why=unpacked(why)) if code in _BECAUSE else f"{code}: {why}"


def _revive(conn: Connection, table: sa.Table, id: int, **values: object) -> bool:
    parked = sa.and_(table.c.id == id, one_of(table.c.state, "parked"))
    return conn.execute(sa.update(table).where(parked).values(**values)).rowcount == 1


def _revive_follow_up(conn: Connection, id: int, now: datetime) -> bool:
    other = follow_ups.alias("other")
    is_replaced = sa.exists().where(
        other.c.ticket_id == follow_ups.c.ticket_id,
        other.c.name == follow_ups.c.name,
        one_of(other.c.status, "pending", "dispatched"),
    )
    update = (
        sa.update(follow_ups)
        .where(follow_ups.c.id == id, one_of(follow_ups.c.status, "parked"), ~is_replaced)
        .values(
            status="pending",
            due_at=now,
            revision=follow_ups.c.revision + 1,
            attempts=0,
            reason=None,
            ended_at=None,
        )
    )
    return conn.execute(update).rowcount == 1
