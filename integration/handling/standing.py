"""Troubles that last, as they were noticed: for a banner, without asking anybody now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from integration.parts import Parts
from integration.statements import Statement, packed, unpacked
from integration.store import executors, kept, write_pause
from integration.zendesk.errors import NotAuthorised, ZendeskError

AWAY = "zendesk_away"
ACCESS_LASTS = "zendesk_token"
LAST_RUN = "last_reconciliation"
WORKER_IS_STALE_AFTER = timedelta(seconds=60)
RECONCILED_WITHIN = timedelta(minutes=20)
LONGEST_REASON = 1_000
BAD_DRIFT, OF_AT_LEAST = 0.2, 10


class TroubleCode(StrEnum):
    """What is wrong; the admin page has a sentence for each."""

    ACCESS_REFUSED = "access_refused"
    ZENDESK_AWAY = "zendesk_away"
    WRITES_PAUSED = "writes_paused"
    NO_WORKER = "no_worker"
    NOT_RECONCILED = "not_reconciled"
    EVENTS_LOST = "events_lost"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One trouble since when, in words for an admin, and what to do; meanwhile nothing is lost."""

    code: TroubleCode
    since: datetime | None
    measured: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Token:
    """The newest access token: until when, None before the first; `refused` where Zendesk refuses us."""

    until: datetime | None
    counts: bool
    refused: Trouble | None


def troubles(parts: Parts) -> list[Trouble]:
    """Return what is wrong now, the cause before its consequences. Raises `DatabaseUnavailable`."""
    now = parts.clock()
    with parts.database.read() as conn:
        return list(_troubles(conn, now))


def note_failure(conn: Connection, error: ZendeskError, now: datetime) -> None:
    """Remember since when Zendesk does not answer us, and why."""
    known = kept.get(conn, AWAY)
    is_refusal = isinstance(error, NotAuthorised)
    since = known["since"] if known and known["is_refusal"] == is_refusal else now.isoformat()
    reason = packed(str(error), most=LONGEST_REASON)
    kept.put(conn, AWAY, {"since": since, "reason": reason, "is_refusal": is_refusal}, now=now)


def note_success(conn: Connection) -> None:
    """Forget the trouble: Zendesk answered."""
    kept.delete(conn, AWAY)


def note_token(conn: Connection, seconds: float) -> None:
    """Remember until when the newest access token counts; it is renewed a minute before."""
    # A token lives by this machine's time, also where a rehearsal's clock was moved.
    now = datetime.now(UTC)
    kept.put(conn, ACCESS_LASTS, {"until": (now + timedelta(seconds=seconds)).isoformat()}, now=now)


def token(conn: Connection) -> Token:
    """Return how access to Zendesk stands, as the last calls of any process told."""
    away, stored = kept.get(conn, AWAY), kept.get(conn, ACCESS_LASTS)
    until = datetime.fromisoformat(stored["until"]) if stored else None
    counts = until is not None and until > datetime.now(UTC)
    return Token(until, counts, _away(away) if away and away["is_refusal"] else None)


def _troubles(conn: Connection, now: datetime) -> Iterator[Trouble]:
    away = kept.get(conn, AWAY)
    if away is not None:
        yield _away(away)
    pause = write_pause.current(conn)
    if pause is not None:
        yield Trouble(
            TroubleCode.WRITES_PAUSED,
            pause.since,
            Statement("writes_paused", reason=pause.reason),
            Statement("writes_paused.step"),
        )
    beat = executors.freshest_beat(conn)
    # Heartbeats are of this machine's time, also where a rehearsal's clock was moved.
    if beat is None or datetime.now(UTC) - beat > WORKER_IS_STALE_AFTER:
        yield Trouble(
            TroubleCode.NO_WORKER,
            beat,
            Statement("no_worker"),
            Statement("no_worker.step"),
        )
    yield from _reconciliation(conn, now, is_away=away is not None)


def _away(away: dict[str, object]) -> Trouble:
    since = datetime.fromisoformat(str(away["since"]))
    if away["is_refusal"]:
        return Trouble(
            TroubleCode.ACCESS_REFUSED,
            since,
            unpacked(str(away["reason"])),
            Statement("access_refused.step"),
        )
    return Trouble(
        TroubleCode.ZENDESK_AWAY,
        since,
        unpacked(str(away["reason"])),
        Statement("zendesk_away.step"),
    )


def _reconciliation(conn: Connection, now: datetime, *, is_away: bool) -> Iterator[Trouble]:
    last = kept.get(conn, LAST_RUN)
    if last is None:
        return
    at = datetime.fromisoformat(last["at"])
    if now - at > RECONCILED_WITHIN and not is_away:
        yield Trouble(
            TroubleCode.NOT_RECONCILED,
            at,
            Statement("not_reconciled", at=at),
            Statement("not_reconciled.step"),
        )
    if last.get("seen", 0) >= OF_AT_LEAST and last.get("drift", 0.0) >= BAD_DRIFT:
        yield Trouble(
            TroubleCode.EVENTS_LOST,
            at,
            Statement("events_lost", seen=last["seen"], missed=last["missed"]),
            Statement("events_lost.step"),
        )
