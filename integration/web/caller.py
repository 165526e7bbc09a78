"""Who asks our API: the bearer of a page of ours, and the words and the time zone of the agent behind it."""

from functools import partial
from http import HTTPStatus
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, request

from integration.domain.staff import Access
from integration.handling.access import STAFF, AccessUnknown, NotAllowed, access_to, recognise
from integration.parts import Parts
from integration.store import requesters
from integration.web import problems
from integration.web.problems import Problem
from integration.web.words import Words, words_for
from integration.zendesk.launch import AppSession, InvalidSession


def guard(api: Blueprint, parts: Parts, *, admins_only: bool = False) -> None:
    """Let only our own bearer open a blueprint, and renew it past half its life.

    The session is in `g.session`; its role was read from our store or from Zendesk, never from a browser.
    """

    @api.before_request
    def _who() -> None:
        g.session = _session(parts)
        if admins_only:
            require_admin()

    if not admins_only:
        api.register_error_handler(Problem, partial(refuse, parts))

    @api.after_request
    def _renew(response: Response) -> Response:
        if bearer := g.get("renewed"):
            response.headers["X-Session-Token"] = bearer
        return response


def refuse(parts: Parts, problem: Problem) -> Response:
    """Answer a refusal in the agent's own language, where that has words for it."""
    if "session" in g:
        words = words_of_caller(parts)
        keys = (f"refusal.{problem.code}.{problem.field}", f"refusal.{problem.code}")
        problem.message = next((words(key) for key in keys if words.has(key)), problem.message)
    return problems.answer(problem)


def admin_section(parts: Parts, name: str, *, at: str = "") -> Blueprint:
    """Return the blueprint of a section of the admin page, for admins alone; its routes lie below `at`."""
    section = Blueprint(name, __name__, url_prefix=f"/app/api/admin{at}", template_folder="pages")
    guard(section, parts, admins_only=True)
    return section


def require_admin() -> None:
    """Refuse agents who are no admins. Raises `Problem` 403."""
    if g.session.role != "admin":
        raise Problem(HTTPStatus.FORBIDDEN, "not_an_admin", "Ask an admin of the account.")


def allow(parts: Parts, ticket_id: int) -> Access:
    """Refuse a ticket that Zendesk would not show to the caller. Raises `Problem` 403 or 503."""
    try:
        return access_to(parts, g.session.user_id, ticket_id)
    except NotAllowed as error:
        message = "Zendesk does not show you this ticket, so neither does Makegood."
        raise Problem(HTTPStatus.FORBIDDEN, "not_your_ticket", message) from error
    except AccessUnknown as error:
        message = "Zendesk does not answer which tickets you may see; try again in a minute."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "access_unknown", message) from error


def words_of_caller(parts: Parts) -> Words:
    """Return the words of the agent's own language."""
    with parts.database.read() as conn:
        agent = requesters.get(conn, g.session.user_id)
    return words_for((agent.locale if agent else None) or parts.settings.note_locale)


def zone_of_caller() -> ZoneInfo:
    """Return the time zone that the page names in `zone`, UTC where it names none."""
    name = request.args.get("zone", "UTC")
    try:
        return ZoneInfo(name[:64])
    except (ValueError, OSError, KeyError):
        return ZoneInfo("UTC")


def _session(parts: Parts) -> AppSession:
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not bearer:
        raise Problem(HTTPStatus.UNAUTHORIZED, "no_session", "Open the app in Zendesk; it brings a session.")
    try:
        session, g.renewed = recognise(parts, bearer.strip())
    except (InvalidSession, NotAllowed) as error:
        raise Problem(
            HTTPStatus.UNAUTHORIZED, "session_ended", "This session has ended; use Reload all apps."
        ) from error
    if session.role not in STAFF:
        raise Problem(HTTPStatus.FORBIDDEN, "not_an_agent", "Only agents of the account may see this.")
    return session
