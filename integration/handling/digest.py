"""Tells each owning team once a day how its complaints stand, in numbers and without a name."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from integration import team_hook
from integration.domain.calendar import Calendar
from integration.domain.complaint import Category
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.store import audit_log, digests, kept

log = logging.getLogger(__name__)

TEAMS = "digest_teams"
SENT = "digest_sent:"
AT = time(8)
ONE_DAY = timedelta(days=1)
MOST_TEAMS = 50
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Team:
    """Who owns which causes; categories count while nobody has named a complaint's cause.

    `hook` is the team's own webhook, None for a team that reads the page. `with_tickets` adds ticket numbers,
    which lead to people: off unless an admin says so.
    """

    name: str
    causes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    hook: str | None = None
    with_tickets: bool = False


class BadTeam(Exception):
    """A team needs a name of its own, and a cause or a category."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A team's complaints from `since` to `until`, in numbers."""

    team: str
    since: datetime
    until: datetime
    counts: dict[str, int]
    by_cause: dict[str, int]
    tickets: tuple[int, ...] = ()


def teams(conn: Connection) -> tuple[Team, ...]:
    """Return the teams that get a digest."""
    return tuple(
        Team(**{**each, "causes": tuple(each["causes"]), "categories": tuple(each["categories"])})
        for each in kept.get(conn, TEAMS) or ()
    )


def set_teams(parts: Parts, wanted: Sequence[Team], *, admin_id: int) -> None:
    """Say which teams get a digest. Raises `BadTeam` or `team_hook.BadHook`."""
    names = {team.name for team in wanted}
    if len(names) != len(wanted) or len(wanted) > MOST_TEAMS:
        raise BadTeam
    for team in wanted:
        known = set(team.categories) <= {category.value for category in Category}
        if not 0 < len(team.name) <= LONGEST_NAME or not (team.causes or team.categories) or not known:
            raise BadTeam
        if team.hook:
            team_hook.check(team.hook)
    now = parts.clock()
    with parts.database.write() as conn:
        kept.put(conn, TEAMS, [asdict(team) for team in wanted], now=now)
        audit_log.write(
            conn,
            at=now,
            actor=f"agent:{admin_id}",
            action="digests changed",
            subject="digests",
            after={"teams": sorted(names)},
        )


def digest_of(conn: Connection, team: Team, since: datetime, until: datetime) -> Digest:
    """Return a team's digest for a time."""
    mine: dict[str, Any] = {"causes": team.causes, "categories": team.categories}
    return Digest(
        team=team.name,
        since=since,
        until=until,
        counts=digests.counts(conn, since, until, **mine),
        by_cause=digests.by_cause(conn, since, until, **mine),
        tickets=tuple(digests.open_tickets(conn, **mine)) if team.with_tickets else (),
    )


def send_digests(parts: Parts) -> int:
    """Send each team the digest of the day, once; return how many were sent. Runs every few minutes.

    A team whose server fails is tried again by the next run; after downtime one digest covers all days.
    """
    now = parts.clock()
    sent = 0
    with parts.database.read() as conn:
        calendar = working_hours(parts, conn, now)
        due = [team for team in teams(conn) if team.hook and _is_due(conn, team, calendar, now)]
    for team in due:
        today = calendar.local(now).date().isoformat()
        with parts.database.read() as conn:
            body = _json(digest_of(conn, team, _since(conn, team, now), now))
        try:
            team_hook.send(team.hook or "", body, key=f"{team.name}:{today}")
        except (team_hook.HookFailed, team_hook.BadHook) as error:
            log.warning("A digest could not be sent.", extra={"team": team.name, "reason": str(error)})
            continue
        with parts.database.write() as conn:
            kept.put(conn, f"{SENT}{team.name}", {"on": today, "until": now.isoformat()}, now=now)
        sent += 1
    return sent


def _is_due(conn: Connection, team: Team, calendar: Calendar, now: datetime) -> bool:
    local = calendar.local(now)
    if local.time() < AT or not calendar.is_business_day(local.date()):
        return False
    last = kept.get(conn, f"{SENT}{team.name}")
    return last is None or last["on"] != local.date().isoformat()


def _since(conn: Connection, team: Team, now: datetime) -> datetime:
    last = kept.get(conn, f"{SENT}{team.name}")
    return datetime.fromisoformat(last["until"]) if last else now - ONE_DAY


def _json(digest: Digest) -> dict[str, Any]:
    return {
        **asdict(digest),
        "since": digest.since.isoformat(),
        "until": digest.until.isoformat(),
        "tickets": list(digest.tickets),
    }
