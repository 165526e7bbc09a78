"""The account's business-hours schedules, as last read from Zendesk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store.tables import schedules


@dataclass(frozen=True, slots=True)
class Schedule:
    """Business hours as Zendesk has them: minutes since Sunday, and days off from the first to the last."""

    id: int
    name: str
    time_zone: str
    zone: str | None
    intervals: tuple[tuple[int, int], ...]
    holidays: tuple[tuple[str, date, date], ...]


def read(conn: Connection) -> list[Schedule]:
    """Return the account's schedules in the order of their ids: the first is the oldest."""
    rows = conn.execute(sa.select(schedules).order_by(schedules.c.id))
    return [_schedule(row._mapping) for row in rows]


def save(conn: Connection, found: Sequence[Schedule], *, now: datetime) -> None:
    """Keep the account's schedules in place of those kept."""
    conn.execute(sa.delete(schedules))
    rows = [
        {
            "id": each.id,
            "name": each.name,
            "time_zone": each.time_zone,
            "zone": each.zone,
            "intervals": [list(interval) for interval in each.intervals],
            "holidays": [[name, str(first), str(last)] for name, first, last in each.holidays],
            "read_at": now,
        }
        for each in found
    ]
    if rows:
        conn.execute(sa.insert(schedules), rows)


def _schedule(row: Mapping[Any, Any]) -> Schedule:
    return Schedule(
        id=row["id"],
        name=row["name"],
        time_zone=row["time_zone"],
        zone=row["zone"],
        intervals=tuple((first, last) for first, last in row["intervals"]),
        holidays=tuple(_holidays(row["holidays"])),
    )


def _holidays(rows: Iterable[Any]) -> Iterator[tuple[str, date, date]]:
    for name, first, last in rows:
        yield name, date.fromisoformat(first), date.fromisoformat(last)
