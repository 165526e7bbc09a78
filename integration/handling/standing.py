"""Troubles that last, as they were noticed: for a banner, without asking anybody now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from integration.parts import Parts
from integration.store import executors, kept, write_pause
from integration.zendesk.errors import NotAuthorised, ZendeskError

AWAY = "zendesk_away"
LAST_RUN = "last_reconciliation"
WORKER_IS_STALE_AFTER = timedelta(seconds=60)
RECONCILED_WITHIN = timedelta(minutes=20)
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
    kept.put(conn, AWAY, {"since": since, "reason": str(error), "is_refusal": is_refusal}, now=now)


def note_success(conn: Connection) -> None:
    """Forget the trouble: Zendesk answered."""
    kept.delete(conn, AWAY)


def _troubles(conn: Connection, now: datetime) -> Iterator[Trouble]:
    away = kept.get(conn, AWAY)
    if away is not None:
        yield _away(away)
    pause = write_pause.current(conn)
    if pause is not None:
        yield Trouble(
            TroubleCode.WRITES_PAUSED,
            pause.since,
            f"nothing is written to Zendesk: {pause.reason}",
            "Mend the cause that `makegood doctor` names. What waits is kept, and goes out by itself.",
        )
    beat = executors.freshest_beat(conn)
    # Heartbeats are of this machine's time, also where a rehearsal's clock was moved.
    if beat is None or datetime.now(UTC) - beat > WORKER_IS_STALE_AFTER:
        yield Trouble(
            TroubleCode.NO_WORKER,
            beat,
            "no worker is alive: events are kept, but nothing is worked",
            "Start `makegood run`, or `makegood worker` beside `makegood web`.",
        )
    yield from _reconciliation(conn, now, is_away=away is not None)


def _away(away: dict[str, object]) -> Trouble:
    since = datetime.fromisoformat(str(away["since"]))
    if away["is_refusal"]:
        return Trouble(
            TroubleCode.ACCESS_REFUSED,
            since,
            str(away["reason"]),
            "Make sure that the service user exists and is an administrator, and that the OAuth client "
            "and its secret are those of the settings; then run `makegood doctor`.",
        )
    return Trouble(
        TroubleCode.ZENDESK_AWAY,
        since,
        str(away["reason"]),
        "Nothing, where Zendesk itself is down: what was missed is fetched afterwards. Otherwise run "
        "`makegood doctor`.",
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
            f"what webhooks lost was last fetched at {at:%Y-%m-%d %H:%M} UTC",
            "Start a worker; it does so every five minutes.",
        )
    if last.get("seen", 0) >= OF_AT_LEAST and last.get("drift", 0.0) >= BAD_DRIFT:
        yield Trouble(
            TroubleCode.EVENTS_LOST,
            at,
            f"of {last['seen']} changed tickets {last['missed']} were not told by webhooks",
            "Run `makegood doctor`: it compares webhooks, address and secrets with those in Zendesk.",
        )
