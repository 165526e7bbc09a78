"""Shares Zendesk's limits between all our processes, and leaves the rest of them to the agents.

GCRA (the generic cell rate algorithm): one row a limit holds the moment until which its budget is spent, and
one conditional UPDATE takes from it, so that nothing is locked between the question and the answer.
"""

import math
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

TICKET_UPDATES = "tickets-update"
INCREMENTAL_EXPORTS = "incremental-exports"
ACCOUNT = "account"

PERIOD = 60.0  # seconds; Zendesk counts in minutes
# What is assumed until an answer tells: the smallest figures of paid accounts.
ASSUMED_LIMITS: Mapping[str, int] = {TICKET_UPDATES: 100, INCREMENTAL_EXPORTS: 10, ACCOUNT: 200}
SMALLEST_LIMIT = 10
# A row further ahead than this was written by a clock that has been set back since.
FARTHEST = 900.0
# Seconds since 1970 keep seven digits after the point, so sums differ from products by some of the last.
SLACK = 0.001

_PACE = sa.table(
    "pace",
    sa.column("name", sa.String),
    sa.column("tat", sa.Float),
    sa.column("interval", sa.Float),
    sa.column("burst", sa.Float),
    sa.column("seen_limit", sa.Integer),
    sa.column("seen_remaining", sa.Integer),
    sa.column("blocked_until", sa.Float),
)
_Float = sa.ColumnElement[float]


class Pace:
    """Budgets kept in the table `pace`; any number of processes and threads share them.

    Of each limit at most `share` is spent in any minute, in bursts of at most a sixth of that.
    """

    def __init__(self, engine: sa.Engine, *, share: float = 0.6) -> None:
        if not 0 < share <= 1:
            raise ValueError("share lies above 0 and not above 1")
        self._engine = engine
        self._share = share

    def reserve(self, name: str, now: datetime, *, cost: int = 1) -> float:
        """Take `cost` from the budget and return 0, or take nothing and return the seconds to wait."""
        at = now.timestamp()
        tat = _started(at) + _PACE.c.interval * cost
        # A cost above the burst goes through once the budget is quite full.
        room = sa.case((_PACE.c.burst > cost, _PACE.c.burst), else_=float(cost)) * _PACE.c.interval + SLACK
        take = (
            sa.update(_PACE)
            .where(_PACE.c.name == name, tat - at <= room, _is_open(at))
            .values(tat=tat)
            .returning(_PACE.c.name)
        )
        wait = sa.select(
            (tat - room - at).label("budget"),
            (_PACE.c.blocked_until - at).label("blocked"),
            sa.not_(_is_open(at)).label("is_blocked"),
        ).where(_PACE.c.name == name)
        with self._engine.begin() as connection:
            while connection.execute(take).first() is None:
                row = connection.execute(wait).one_or_none()
                if row is not None:
                    return _seconds(row.budget, row.blocked if row.is_blocked else 0.0)
                self._begin(connection, name)
        return 0.0

    def free(self, name: str, now: datetime) -> int:
        """Return how many calls could be reserved at this moment, without taking any."""
        at = now.timestamp()
        room = (_PACE.c.burst * _PACE.c.interval + at - _started(at)) / _PACE.c.interval
        question = sa.select(room, _is_open(at)).where(_PACE.c.name == name)
        with self._engine.begin() as connection:
            row = connection.execute(question).one_or_none()
            if row is None:
                self._begin(connection, name)
                row = connection.execute(question).one()
        # A full budget must count as whole calls, however the division was rounded.
        return math.floor(float(row[0]) + SLACK) if row[1] else 0

    def learn(self, name: str, limit: int, remaining: int, resets_in: float | None, now: datetime) -> None:
        """Adapt to what an answer said of a limit; `resets_in` seconds it is full again.

        When no more is left than the share that is the agents', the budget rests until the reset.
        """
        if limit <= 0:
            return
        interval, burst = self._budget(limit)
        at = now.timestamp()
        seen: dict[str, object] = {
            "interval": interval, "burst": burst, "seen_limit": limit, "seen_remaining": remaining,
        }  # fmt: skip
        if self.rests_at(limit, remaining):
            seen["blocked_until"] = at + min(PERIOD if resets_in is None else resets_in, FARTHEST)
        with self._engine.begin() as connection:
            self._begin(connection, name)
            connection.execute(sa.update(_PACE).where(_PACE.c.name == name).values(**seen))

    def a_minute(self, name: str) -> float:
        """Return how many calls we may make in a minute."""
        budget = sa.select(_PACE.c.interval, _PACE.c.burst).where(_PACE.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(budget).one_or_none()
        interval, burst = self._budget(ASSUMED_LIMITS.get(name, SMALLEST_LIMIT)) if row is None else row
        return PERIOD / float(interval) + float(burst)

    def rests_at(self, limit: int, remaining: int) -> bool:
        """Whether no more of a limit is left than the share that is the agents'."""
        return remaining <= math.floor(limit * (1 - self._share))

    def rest(self, name: str, now: datetime) -> float:
        """Return the seconds until a limit has room for us again; 0 where it has, or is not known."""
        at = now.timestamp()
        until = sa.select(_PACE.c.blocked_until).where(_PACE.c.name == name, sa.not_(_is_open(at)))
        with self._engine.connect() as connection:
            blocked = connection.execute(until).scalar()
        return 0.0 if blocked is None else _seconds(float(blocked) - at, 0.0)

    def seen(self, name: str) -> tuple[int, int] | None:
        """Return a limit and what was left of it, as the last answer told; None where none did."""
        told = sa.select(_PACE.c.seen_limit, _PACE.c.seen_remaining).where(_PACE.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(told).one_or_none()
        return None if row is None or row[0] is None else (int(row[0]), int(row[1] or 0))

    def pause(self, name: str, seconds: float, now: datetime) -> None:
        """Rest for the time that a refusal named."""
        until = now.timestamp() + min(max(seconds, 0.0), FARTHEST)
        with self._engine.begin() as connection:
            self._begin(connection, name)
            connection.execute(sa.update(_PACE).where(_PACE.c.name == name).values(blocked_until=until))

    def _begin(self, connection: sa.Connection, name: str) -> None:
        interval, burst = self._budget(ASSUMED_LIMITS.get(name, SMALLEST_LIMIT))
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        row = {"name": name, "tat": 0.0, "interval": interval, "burst": burst, "blocked_until": 0.0}
        connection.execute(insert(_PACE).values(row).on_conflict_do_nothing(index_elements=["name"]))

    def _budget(self, limit: int) -> tuple[float, float]:
        """Return seconds for one, and how many at once, so that no minute takes more than the share."""
        whole = max(limit * self._share, 1.0)
        burst = max(math.floor(whole / 6), 1)
        return PERIOD / max(whole - burst, 1.0), float(burst)


def _started(at: float) -> _Float:
    """Return the row's moment, now where it lies in the past or impossibly far ahead."""
    return sa.case((_PACE.c.tat < at, at), (_PACE.c.tat > at + FARTHEST, at), else_=_PACE.c.tat)


def _is_open(at: float) -> sa.ColumnElement[bool]:
    return sa.or_(_PACE.c.blocked_until <= at, _PACE.c.blocked_until > at + FARTHEST)


def _seconds(budget: float, blocked: float) -> float:
    # Never 0 for a refusal, however the difference was rounded.
    return max(float(budget), float(blocked), 0.01)
