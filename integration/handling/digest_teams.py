"""The teams that get a digest: whose causes they own, and the way it reaches them."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from integration import team_hook
from integration.domain.complaint import Category
from integration.domain.ticket import Status
from integration.parts import Parts
from integration.store import audit_log, kept, outcomes, tickets

TEAMS = "digest_teams"
MOST_TEAMS = 50
LONGEST_NAME = 60
LONGEST_ADDRESS = 300
_MAIL = re.compile(r"[^@\s,;<>\"()]{1,64}@[A-Za-z0-9.-]{1,255}")
_TICKET = re.compile(r"[0-9]{1,18}")


class Way(StrEnum):
    """How a digest reaches its team; `page` shows it on the admin page alone."""

    PAGE = "page"
    NOTE = "note"
    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Team:
    """Who owns which causes; categories count while nobody has named a complaint's cause.

    `to` is the number of a ticket for a note, an address for an e-mail or a webhook. `with_tickets` adds
    ticket numbers, which lead to people: off unless an admin says so.
    """

    name: str
    causes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    way: Way = Way.PAGE
    to: str = ""
    with_tickets: bool = False


class Wrong(StrEnum):
    """What is wrong with a team."""

    NAME = "name"
    TAKEN = "taken"
    OWNS_NOTHING = "owns_nothing"
    TOO_MANY = "too_many"
    TICKET = "ticket"
    ADDRESS = "address"
    NO_MAIL_SERVER = "no_mail_server"
    HOOK = "hook"


class BadTeam(Exception):
    """A team cannot be kept as it is; `wrong` says why."""

    def __init__(self, wrong: Wrong) -> None:
        super().__init__(wrong.value)
        self.wrong = wrong


class UnknownTeam(Exception):
    """There is no team of that name (any more)."""


def teams(conn: Connection) -> tuple[Team, ...]:
    """Return the teams that get a digest."""
    return tuple(_team(each) for each in kept.get(conn, TEAMS) or ())


def team_of(conn: Connection, name: str) -> Team:
    """Return the team of a name. Raises `UnknownTeam`."""
    found = next((team for team in teams(conn) if team.name == name), None)
    if found is None:
        raise UnknownTeam(name)
    return found


def causes_on_offer(conn: Connection) -> tuple[str, ...]:
    """Return the causes that a team can own: the account's, and what a team has kept from an earlier list."""
    owned = (cause for team in teams(conn) for cause in team.causes)
    return tuple(dict.fromkeys((*outcomes.causes(conn), *owned)))


def save_team(parts: Parts, team: Team, *, instead_of: str | None = None, admin_id: int) -> None:
    """Keep a team, in place of the one called `instead_of` where that is given. Raises `BadTeam`."""
    with parts.database.write() as conn:
        if wrong := _wrong(parts, conn, team):
            raise BadTeam(wrong)
        present = teams(conn)
        before = next((one for one in present if one.name == instead_of), None)
        others = [one for one in present if one is not before]
        if any(one.name.casefold() == team.name.casefold() for one in others):
            raise BadTeam(Wrong.TAKEN)
        if len(others) >= MOST_TEAMS:
            raise BadTeam(Wrong.TOO_MANY)
        _keep(parts, conn, [*others, team])
        _record(parts, conn, "digest changed", before, team, admin_id)


def drop_team(parts: Parts, name: str, *, admin_id: int) -> None:
    """Send a team no digest any more. Raises `UnknownTeam`."""
    with parts.database.write() as conn:
        gone = team_of(conn, name)
        _keep(parts, conn, [one for one in teams(conn) if one.name != name])
        _record(parts, conn, "digest ended", gone, None, admin_id)


def is_reached(conn: Connection, team: Team) -> bool:
    """Whether a note can still be written where the team wants it: a closed ticket takes none."""
    if team.way is not Way.NOTE:
        return True
    ticket = tickets.get(conn, int(team.to))
    return ticket is not None and ticket.status not in {Status.CLOSED, Status.DELETED}


def _wrong(parts: Parts, conn: Connection, team: Team) -> Wrong | None:
    if not 0 < len(team.name) <= LONGEST_NAME:
        return Wrong.NAME
    known = set(team.categories) <= {category.value for category in Category}
    if not (team.causes or team.categories) or not known:
        return Wrong.OWNS_NOTHING
    match team.way:
        case Way.NOTE if not (_TICKET.fullmatch(team.to) and is_reached(conn, team)):
            return Wrong.TICKET
        case Way.EMAIL if parts.settings.smtp_url is None:
            return Wrong.NO_MAIL_SERVER
        case Way.EMAIL if not (_MAIL.fullmatch(team.to) and team.to.isascii()):
            return Wrong.ADDRESS
        case Way.WEBHOOK if len(team.to) > LONGEST_ADDRESS or not team_hook.is_fit(team.to):
            return Wrong.HOOK
    return None


def _team(stored: dict[str, Any]) -> Team:
    return Team(
        name=stored["name"],
        causes=tuple(stored["causes"]),
        categories=tuple(stored["categories"]),
        way=Way(stored["way"]),
        to=stored["to"],
        with_tickets=stored["with_tickets"],
    )


def _keep(parts: Parts, conn: Connection, wanted: Iterable[Team]) -> None:
    ordered = sorted(wanted, key=lambda team: team.name.casefold())
    kept.put(conn, TEAMS, [asdict(team) for team in ordered], now=parts.clock())


def _record(
    parts: Parts, conn: Connection, action: str, before: Team | None, after: Team | None, admin_id: int
) -> None:
    subject = after or before
    audit_log.write(
        conn,
        at=parts.clock(),
        actor=f"agent:{admin_id}",
        action=action,
        subject=f"digest:{subject.name if subject else ''}",
        before=_told(before),
        after=_told(after),
    )


def _told(team: Team | None) -> dict[str, Any] | None:
    """Return what the audit log keeps of a team; the address of a webhook is often a secret."""
    if team is None:
        return None
    return {**asdict(team), "to": "" if team.way is Way.WEBHOOK else team.to}
