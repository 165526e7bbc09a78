"""All writes to Zendesk rest while it refuses them for the whole account; one now and then tries again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from integration.statements import packed, unpacked
from integration.store import kept

PAUSE = "writes_paused"
PROBE_EVERY = timedelta(minutes=5)
NO_PAUSE = 10**6
LONGEST_REASON = 1_000


@dataclass(frozen=True, slots=True)
class WritePause:
    """Since when nothing is written, why, and when one write will try again."""

    since: datetime
    reason: str
    probe_at: datetime


def current(conn: Connection) -> WritePause | None:
    """Return the pause that is on, or None."""
    stored = kept.get(conn, PAUSE)
    if stored is None:
        return None
    since, probe_at = (datetime.fromisoformat(stored[name]) for name in ("since", "probe_at"))
    return WritePause(since, unpacked(stored["reason"]), probe_at)


def room(conn: Connection, now: datetime) -> int:
    """Return how many writes may begin now: any number, none while paused, one when it is time to try."""
    pause = current(conn)
    if pause is None:
        return NO_PAUSE
    if now < pause.probe_at:
        return 0
    _put(conn, pause.since, pause.reason, now + PROBE_EVERY, now)
    return 1


def begin(conn: Connection, reason: str, now: datetime) -> bool:
    """Pause all writes; True where none were paused before."""
    pause = current(conn)
    _put(conn, pause.since if pause else now, reason, now + PROBE_EVERY, now)
    return pause is None


def end(conn: Connection) -> bool:
    """Let writes go again; False where they were not paused."""
    return kept.delete(conn, PAUSE)


def _put(conn: Connection, since: datetime, reason: str, probe_at: datetime, now: datetime) -> None:
    value = {"since": since.isoformat(), "probe_at": probe_at.isoformat()}
    kept.put(conn, PAUSE, value | {"reason": packed(reason, most=LONGEST_REASON)}, now=now)
