"""Who may open the app, with which role: Zendesk's signed launch first, our own bearer afterwards."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from integration.domain.staff import Access
from integration.domain.ticket import Requester
from integration.parts import Parts
from integration.store import kept, launches, requesters, staff, tickets
from integration.zendesk.errors import ZendeskError
from integration.zendesk.installation import find_app_id, public_key
from integration.zendesk.launch import (
    AppSession,
    InvalidLaunch,
    Launch,
    mint_session,
    read_session,
    renew_session,
    verify_launch,
)

APP_PUBLIC_KEY = "app_public_key"
ASK_AGAIN_SECONDS = 60.0
STAFF = frozenset({"agent", "admin"})


# A page opens with what Zendesk said of its agent in the last minutes. One that stays open asks again now
# and then, and goes by the last word for a while where Zendesk does not answer.
BRIEFLY = timedelta(minutes=5)
WHILE_OPEN = timedelta(minutes=30)
WHILE_AWAY = timedelta(hours=24)
ASK_IN_VAIN = timedelta(minutes=1)
# When this process last asked in vain about whom: an outage must not slow every click.
_in_vain: dict[int, datetime] = {}


class NotAllowed(Exception):
    """A real user of the account who may not see this page or this ticket."""


class AccessUnknown(Exception):
    """Zendesk does not answer what this agent may see; it may pass."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """An agent with an open page; `bearer` is what the page sends along from now on."""

    agent: Requester
    bearer: str


def admit(parts: Parts, token: str, *, roles: frozenset[str] = STAFF) -> Visitor:
    """Turn a launch into a session. Raises `InvalidLaunch` or `NotAllowed`."""
    now = parts.clock()
    launch = _verified(parts, token, now)
    if launch.jti is not None:
        with parts.database.write() as conn:
            jti = sha256(launch.jti.encode("utf-8", "surrogatepass")).hexdigest()
            if not launches.first_use(conn, jti, launch.expires_at, now):
                raise InvalidLaunch("This launch was used before; reload the app.")
    agent = _agent(parts, launch.user_id, roles)
    known = access_of(parts, agent.id, fresh_for=BRIEFLY)
    role = known.role if known else agent.role
    if role not in roles or not agent.is_active:
        raise NotAllowed
    bearer = mint_session(
        parts.settings.secret_key,
        user_id=agent.id,
        role=role,
        tenant=parts.settings.zendesk_host,
        now=now,
    )
    return Visitor(agent, bearer)


def recognise(parts: Parts, bearer: str) -> tuple[AppSession, str | None]:
    """Return the session, and a fresh bearer when half of the old one's life is over.

    Raises `InvalidSession`, or `NotAllowed` where the role has changed since.
    """
    now, key = parts.clock(), parts.settings.secret_key
    session = read_session(bearer, key, now)
    if session.tenant != parts.settings.zendesk_host:
        raise NotAllowed
    known = access_of(parts, session.user_id, fresh_for=WHILE_OPEN)
    if known is not None and known.role != session.role:
        raise NotAllowed
    return session, renew_session(session, key, now)


def access_of(parts: Parts, user_id: int, *, fresh_for: timedelta) -> Access | None:
    """Return what Zendesk says that somebody may see, asked at most once in `fresh_for`; None if never."""
    now = parts.clock()
    with parts.database.read() as conn:
        known = staff.access(conn, user_id)
    if known is not None and now - known.checked_at < fresh_for:
        return known
    usable = known if known is not None and now - known.checked_at < WHILE_AWAY else None
    if user_id in _in_vain and timedelta() <= now - _in_vain[user_id] < ASK_IN_VAIN:
        return usable
    try:
        asked = parts.zendesk.access(user_id, now=now)
    except ZendeskError:
        _in_vain[user_id] = now
        return usable
    _in_vain.pop(user_id, None)
    if asked.role in STAFF:
        with parts.database.write() as conn:
            staff.save_access(conn, asked)
    return asked


def access_to(parts: Parts, user_id: int, ticket_id: int) -> Access:
    """Return what an agent may see, if that includes this ticket.

    Raises `NotAllowed` or `AccessUnknown`. A ticket that we do not know yet tells nothing.
    """
    known = access_of(parts, user_id, fresh_for=WHILE_OPEN)
    if known is None:
        raise AccessUnknown
    if known.restriction is not None:
        with parts.database.read() as conn:
            ticket = tickets.get(conn, ticket_id)
        if ticket is not None and not known.sees(ticket):
            raise NotAllowed
    return known


def _verified(parts: Parts, token: str, now: datetime) -> Launch:
    """Verify with the key we know; where that fails the app may have been installed anew, so ask once."""
    account_url = parts.settings.zendesk_url
    if given := parts.settings.app_public_key:
        return verify_launch(token, given, account_url=account_url, now=now)
    with parts.database.read() as conn:
        stored = kept.get(conn, APP_PUBLIC_KEY) or {}
    key, asked_at = stored.get("key"), stored.get("asked_at", 0.0)
    try:
        if key is None:
            raise InvalidLaunch("The app's public key is not known; check that the app is installed.")
        return verify_launch(token, key, account_url=account_url, now=now)
    except InvalidLaunch:
        # Anybody can send a wrong token: it must not make us call Zendesk more than once a minute.
        if now.timestamp() - asked_at < ASK_AGAIN_SECONDS:
            raise
        fresh = fetch_app_key(parts)
        if fresh is None or fresh == key:
            raise
        return verify_launch(token, fresh, account_url=account_url, now=now)


def fetch_app_key(parts: Parts) -> str | None:
    """Ask Zendesk for the installed app's key and keep it; None where the app is not installed yet."""
    now = parts.clock()
    key = None
    with suppress(ZendeskError):
        app_id = parts.settings.app_id or find_app_id(parts.zendesk.session)
        key = public_key(parts.zendesk.session, app_id) if app_id else None
    with parts.database.write() as conn:
        known = (kept.get(conn, APP_PUBLIC_KEY) or {}).get("key")
        kept.put(conn, APP_PUBLIC_KEY, {"key": key or known, "asked_at": now.timestamp()}, now=now)
    return key


def _agent(parts: Parts, user_id: int, roles: frozenset[str]) -> Requester:
    """Return the agent from our store, or ask Zendesk once; the role decides, never the browser."""
    with parts.database.read() as conn:
        known = requesters.get(conn, user_id)
    # A comment tells of its author no more than that it is one of the staff, who may be an admin.
    if known is not None and known.role in roles:
        return known
    try:
        asked = parts.zendesk.user(user_id)
    except ZendeskError:
        # An end user never has the agents' interface, so a signed launch of the sidebar tells an agent.
        return known or Requester(id=user_id, role="agent")
    # Exports leave out the last minute; letters want the name of an agent who is that new.
    with parts.database.write() as conn:
        requesters.save(conn, asked, order="")
    return asked
