"""Tells each owning team once a day how its complaints stand, in numbers and without a name."""

import logging
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from integration import team_hook, team_mail
from integration.domain.calendar import Calendar
from integration.handling.digest_teams import Team, Way, is_reached, team_of, teams
from integration.handling.notes import new_marker
from integration.handling.reminding import COURTESY
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.responses.errors import ResponseError
from integration.responses.values import CauseCount, DigestLines, NoteValues
from integration.store import digests, kept, outbox

log = logging.getLogger(__name__)

SENT = "digest_sent:"
NOTE = "digest"
AT = time(8)
ONE_DAY = timedelta(days=1)
MOST_CAUSES = 12


class NotReached(Exception):
    """A note has nowhere to go: its ticket is closed or deleted."""


FAILURES = (team_hook.HookFailed, team_hook.BadHook, team_mail.MailFailed, NotReached, ResponseError)


@dataclass(frozen=True, slots=True)
class Digest:
    """A team's complaints from `since` to `until`, in numbers."""

    team: str
    since: datetime
    until: datetime
    counts: dict[str, int]
    by_cause: dict[str, int]
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """A team, the day of its last digest, and whether a note to it would still be taken."""

    team: Team
    sent_on: date | None
    is_reached: bool


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


def preview(parts: Parts, name: str) -> str:
    """Return what a team would be told now of the last day. Raises `UnknownTeam` and the library's errors."""
    now = parts.clock()
    with parts.database.read() as conn:
        team = team_of(conn, name)
        digest = digest_of(conn, team, now - ONE_DAY, now)
        zone = working_hours(parts, conn, now).zone.key
    return _text(parts, digest, zone)


def board(conn: Connection) -> list[TeamStanding]:
    """Return the teams as an admin sees them."""
    return [TeamStanding(team, _last_sent_on(conn, team), is_reached(conn, team)) for team in teams(conn)]


def send_digests(parts: Parts) -> int:
    """Send each team the digest of the day, once; return how many were sent. Runs every few minutes.

    A team whose server fails is tried again by the next run; after downtime one digest covers all days.
    """
    now = parts.clock()
    sent = 0
    with parts.database.read() as conn:
        calendar = working_hours(parts, conn, now)
        due = [
            team for team in teams(conn) if team.way is not Way.PAGE and _is_due(conn, team, calendar, now)
        ]
    for team in due:
        try:
            _send(parts, team, calendar, now)
        except (
            team_hook.HookFailed,
            team_hook.BadHook,
            team_mail.MailFailed,
            NotReached,
            ResponseError,
        ) as error:
            log.warning(
                "A digest could not be sent.", extra={"team": team.name, "reason": type(error).__name__}
            )
            continue
        sent += 1
    return sent


def _send(parts: Parts, team: Team, calendar: Calendar, now: datetime) -> None:
    key = f"{NOTE}:{team.name}:{calendar.local(now).date().isoformat()}"
    marker = new_marker() if team.way is Way.NOTE else ""
    with parts.database.read() as conn:
        if not is_reached(conn, team):
            raise NotReached
        digest = digest_of(conn, team, _since(conn, team, now), now)
    text = "" if team.way is Way.WEBHOOK else _text(parts, digest, calendar.zone.key, team, marker)
    if team.way is Way.WEBHOOK:
        team_hook.send(team.to, _json(digest), key=key)
    if team.way is Way.EMAIL:
        _mail(parts, team, text, key, now)
    with parts.database.write() as conn:
        if team.way is Way.NOTE:
            outbox.add(
                conn,
                key=key,
                kind=NOTE,
                ticket_id=int(team.to),
                marker=marker,
                note=text,
                fields={},
                priority=COURTESY,
                now=now,
            )
        sent = {"on": calendar.local(now).date().isoformat(), "until": now.isoformat()}
        kept.put(conn, f"{SENT}{team.name}", sent, now=now)


def _mail(parts: Parts, team: Team, text: str, key: str, now: datetime) -> None:
    settings = parts.settings
    if settings.smtp_url is None or settings.mail_from is None:
        raise team_mail.MailFailed("no mail server is set")
    team_mail.send(settings.smtp_url, settings.mail_from, to=team.to, text=text, key=key, now=now)


def _text(parts: Parts, digest: Digest, zone: str, team: Team | None = None, marker: str = "") -> str:
    causes = tuple(CauseCount(name, count) for name, count in digest.by_cause.items())
    lines = DigestLines(
        team=digest.team,
        since=digest.since,
        until=digest.until,
        causes=causes[:MOST_CAUSES],
        tickets=digest.tickets,
        **digest.counts,
    )
    ticket_id = int(team.to) if team and team.way is Way.NOTE else 0
    values = NoteValues(ticket_id=ticket_id, reference=marker, time_zone=zone, digest=lines)
    return parts.library.render_note(NOTE, parts.settings.note_locale, values)


def _last_sent_on(conn: Connection, team: Team) -> date | None:
    last = kept.get(conn, f"{SENT}{team.name}")
    return date.fromisoformat(last["on"]) if last else None


def _is_due(conn: Connection, team: Team, calendar: Calendar, now: datetime) -> bool:
    local = calendar.local(now)
    if local.time() < AT or not calendar.is_business_day(local.date()):
        return False
    return _last_sent_on(conn, team) != local.date()


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
