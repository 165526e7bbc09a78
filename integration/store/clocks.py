"""Deadlines of complaints, and what starts, stops or counts a clock again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.deadline import Stop
from integration.domain.policy import Start
from integration.domain.preset import Deadline, DeadlineState, Extension
from integration.store import pauses
from integration.store.dialect import insert_into, one_of
from integration.store.pauses import Pauses
from integration.store.tables import clock_stops, complaints, deadlines, follow_ups, noted_moments

MOST_DEADLINES = 100
_OPEN = (DeadlineState.RUNNING.value, DeadlineState.STOPPED.value)
_SAME = ("preset_id", "version", "limit_id", "title", "starts_at", "due_at", "met_at", "is_provisional")


@dataclass(frozen=True, slots=True)
class StopRow:
    """A time in which a preset's clock stands still, or stood."""

    id: int
    preset_id: str
    category: str
    reason: str
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class CountedStep:
    """A running follow-up whose day a policy counted, with what it takes to count it again."""

    id: int
    ticket_id: int
    complaint_id: int
    name: str
    due_at: datetime
    counted_from: datetime
    policy_id: str
    policy_version: int
    pauses: Pauses


def deadlines_of(conn: Connection, complaint_id: int) -> tuple[Deadline, ...]:
    """Return all deadlines of a complaint, those to keep first at the top."""
    rows = conn.execute(
        sa.select(deadlines)
        .where(deadlines.c.complaint_id == complaint_id)
        .order_by(deadlines.c.due_at, deadlines.c.id)
        .limit(MOST_DEADLINES)
    )
    return tuple(_deadline(row._mapping) for row in rows)


def due_before(
    conn: Connection, moment: datetime, *, since: datetime, limit: int
) -> list[tuple[int, int, Deadline]]:
    """Return complaint, ticket and deadline of what runs out between two moments, soonest first."""
    rows = conn.execute(
        sa.select(deadlines)
        .where(
            one_of(deadlines.c.state, DeadlineState.RUNNING.value),
            deadlines.c.due_at >= since,
            deadlines.c.due_at < moment,
        )
        .order_by(deadlines.c.due_at, deadlines.c.id)
        .limit(limit)
    )
    return [(row.complaint_id, row.ticket_id, _deadline(row._mapping)) for row in rows]


def save_deadlines(
    conn: Connection, complaint_id: int, ticket_id: int, found: Iterable[Deadline]
) -> list[tuple[Deadline | None, Deadline]]:
    """Store a complaint's deadlines in place of those known; return each that changed, before and after.

    A running one that is no longer asked for is cancelled; one that was met stays on record.
    """
    before = {(known.preset_id, known.limit_id): known for known in deadlines_of(conn, complaint_id)}
    changed: list[tuple[Deadline | None, Deadline]] = []
    for deadline in found:
        known = before.pop((deadline.preset_id, deadline.limit_id), None)
        if known == deadline:
            continue
        values = {"complaint_id": complaint_id, "ticket_id": ticket_id, **_row(deadline)}
        insert = insert_into(conn, deadlines).values(values)
        conn.execute(
            insert.on_conflict_do_update(
                index_elements=["complaint_id", "preset_id", "limit_id"],
                set_={name: insert.excluded[name] for name in _row(deadline)},
            )
        )
        changed.append((known, deadline))
    for gone in before.values():
        if gone.state in _OPEN:
            _cancel(conn, complaint_id, gone)
    return changed


def set_extension(
    conn: Connection, complaint_id: int, preset_id: str, limit_id: str, extension: Extension | None
) -> bool:
    """Extend one limit of a complaint, or no longer; False where there is no such deadline."""
    update = sa.update(deadlines).where(
        deadlines.c.complaint_id == complaint_id,
        deadlines.c.preset_id == preset_id,
        deadlines.c.limit_id == limit_id,
    )
    given = _extension_row(extension) if extension else None
    return conn.execute(update.values(extension=given)).rowcount == 1


def cancel_open(conn: Connection, complaint_id: int) -> int:
    """End every deadline that runs, because this is no complaint; return how many that were."""
    update = sa.update(deadlines).where(
        deadlines.c.complaint_id == complaint_id, deadlines.c.state.in_(_OPEN)
    )
    return conn.execute(update.values(state=DeadlineState.CANCELLED.value)).rowcount


def complaints_on_the_clock(conn: Connection, *, above: int, limit: int) -> list[int]:
    """Return complaints with a deadline that has not ended, by id, from after `above`."""
    ids = (
        sa.select(deadlines.c.complaint_id)
        .where(deadlines.c.state.in_(_OPEN), deadlines.c.complaint_id > above)
        .distinct()
        .order_by(deadlines.c.complaint_id)
        .limit(limit)
    )
    return list(conn.scalars(ids))


def set_complaint_deadline(conn: Connection, complaint_id: int, due_at: datetime | None) -> bool:
    """Say until when a complaint should be dealt with; False where it says so already."""
    differs = complaints.c.deadline_at.is_distinct_from(due_at)
    update = sa.update(complaints).where(complaints.c.id == complaint_id, differs)
    return conn.execute(update.values(deadline_at=due_at)).rowcount == 1


def counted_steps(
    conn: Connection, *, above: int, limit: int, ticket_id: int | None = None
) -> list[CountedStep]:
    """Return pending follow-ups that a policy counted, of one ticket or all, by id, from after `above`."""
    mine = sa.true() if ticket_id is None else follow_ups.c.ticket_id == ticket_id
    return _counted(conn, mine, one_of(follow_ups.c.status, "pending"), follow_ups.c.id > above, limit=limit)


def counted_step(conn: Connection, follow_up_id: int) -> CountedStep | None:
    """Return one running follow-up that a policy counted."""
    running = one_of(follow_ups.c.status, "pending", "dispatched")
    return next(iter(_counted(conn, follow_ups.c.id == follow_up_id, running, limit=1)), None)


def _counted(conn: Connection, *where: sa.ColumnElement[bool], limit: int) -> list[CountedStep]:
    rows = conn.execute(
        sa.select(
            follow_ups.c.id,
            follow_ups.c.ticket_id,
            complaints.c.id,
            follow_ups.c.name,
            follow_ups.c.due_at,
            follow_ups.c.counted_from,
            complaints.c.policy_id,
            complaints.c.policy_version,
            follow_ups.c.pauses,
        )
        .join(complaints, complaints.c.id == follow_ups.c.complaint_id)
        .where(
            *where,
            follow_ups.c.counted_from.is_not(None),
            complaints.c.policy_id.is_not(None),
        )
        .order_by(follow_ups.c.id)
        .limit(limit)
    )
    return [CountedStep(*row[:-1], pauses.from_json(row.pauses)) for row in rows]


def note_moment(
    conn: Connection, complaint_id: int, start: Start, at: datetime, *, actor_id: int | None
) -> None:
    """Note when something happened that Zendesk does not tell; a second note corrects the first."""
    insert = insert_into(conn, noted_moments).values(
        complaint_id=complaint_id, start=start.value, at=at, actor_id=actor_id
    )
    conn.execute(
        insert.on_conflict_do_update(
            index_elements=["complaint_id", "start"],
            set_={"at": insert.excluded["at"], "actor_id": insert.excluded.actor_id},
        )
    )


def forget_moment(conn: Connection, complaint_id: int, start: Start) -> None:
    """Forget a moment that was noted by mistake."""
    table = noted_moments.c
    conn.execute(
        sa.delete(noted_moments).where(table.complaint_id == complaint_id, table.start == start.value)
    )


def noted(conn: Connection, complaint_id: int) -> dict[Start, datetime]:
    """Return the moments noted for a complaint."""
    table = noted_moments.c
    rows = conn.execute(sa.select(table.start, table.at).where(table.complaint_id == complaint_id))
    return {Start(row[0]): row[1] for row in rows}


def add_stop(
    conn: Connection,
    complaint_id: int,
    preset_id: str,
    *,
    category: str,
    reason: str,
    began_at: datetime,
    actor_id: int | None,
) -> int:
    """Let a preset's clock stand still from a moment on; return the stop's id."""
    statement = sa.insert(clock_stops).values(
        complaint_id=complaint_id,
        preset_id=preset_id,
        category=category,
        reason=reason,
        began_at=began_at,
        actor_id=actor_id,
    )
    return int(conn.execute(statement.returning(clock_stops.c.id)).scalar_one())


def end_stop(conn: Connection, id: int, ended_at: datetime) -> bool:
    """Let a clock run again; False where it does so already."""
    update = sa.update(clock_stops).where(clock_stops.c.id == id, clock_stops.c.ended_at.is_(None))
    return conn.execute(update.values(ended_at=ended_at)).rowcount == 1


def reopen_stop(conn: Connection, id: int) -> bool:
    """Let a clock stand still as if it had never run again; False where the stop has not ended."""
    update = sa.update(clock_stops).where(clock_stops.c.id == id, clock_stops.c.ended_at.is_not(None))
    return conn.execute(update.values(ended_at=None)).rowcount == 1


def forget_stop(conn: Connection, id: int) -> bool:
    """Forget a stop that lasts, as if the clock had run; False where it has ended."""
    open_one = sa.delete(clock_stops).where(clock_stops.c.id == id, clock_stops.c.ended_at.is_(None))
    return conn.execute(open_one).rowcount == 1


def stops(conn: Connection, complaint_id: int) -> list[StopRow]:
    """Return the stops of a complaint's clocks, oldest first."""
    rows = conn.execute(
        sa.select(*(clock_stops.c[name] for name in StopRow.__dataclass_fields__))
        .where(clock_stops.c.complaint_id == complaint_id)
        .order_by(clock_stops.c.began_at, clock_stops.c.id)
    )
    return [StopRow(*row) for row in rows]


def as_stops(rows: Iterable[StopRow]) -> list[Stop]:
    """Return those that have ended, as the rules count them."""
    return [Stop(row.began_at, row.ended_at) for row in rows if row.ended_at is not None]


def _cancel(conn: Connection, complaint_id: int, gone: Deadline) -> None:
    conn.execute(
        sa.update(deadlines)
        .where(
            deadlines.c.complaint_id == complaint_id,
            deadlines.c.preset_id == gone.preset_id,
            deadlines.c.limit_id == gone.limit_id,
        )
        .values(state=DeadlineState.CANCELLED.value)
    )


def _row(deadline: Deadline) -> dict[str, Any]:
    return {
        **{name: getattr(deadline, name) for name in _SAME},
        "state": deadline.state.value,
        "extension": deadline.extension and _extension_row(deadline.extension),
    }


def _extension_row(extension: Extension) -> dict[str, str]:
    return {
        "cause": extension.cause,
        "notice_at": extension.notice_at.isoformat(),
        "due_at": extension.due_at.isoformat(),
    }


def _deadline(row: Mapping[Any, Any]) -> Deadline:
    given = row["extension"]
    extension = given and Extension(
        given["cause"],
        datetime.fromisoformat(given["notice_at"]),
        datetime.fromisoformat(given["due_at"]),
    )
    return Deadline(
        **{name: row[name] for name in _SAME}, state=DeadlineState(row["state"]), extension=extension or None
    )
