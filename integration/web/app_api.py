"""What the sidebar asks for; only our own bearer opens it, and it says who asks."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify, render_template, request

from integration.handling import agent_acts, sidebar
from integration.parts import Parts
from integration.responses.errors import RendererUnavailable, TemplateFailed, UnknownTemplate
from integration.web import letters
from integration.web.bodies import json_object
from integration.web.caller import guard, words_of_caller, zone_of_caller
from integration.web.panel import Panel
from integration.web.problems import Problem

LONGEST_REASON = 100


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below /app/api."""
    api = Blueprint("app_api", __name__, url_prefix="/app/api", template_folder="pages")

    guard(api, parts)

    @api.get("/tickets/<int:ticket_id>/facts")
    def facts(ticket_id: int) -> str:
        words = words_of_caller(parts)
        try:
            found = sidebar.first_facts(parts, ticket_id)
        except sidebar.UnknownTicket:
            return render_template("unknown.html", words=words)
        return render_template("facts.html", panel=Panel(found, words, zone_of_caller()))

    @api.get("/tickets/<int:ticket_id>/suggestions/<template_id>")
    def suggestion(ticket_id: int, template_id: str) -> Response:
        letter = _letter(parts, ticket_id, template_id)
        text = letter.rendered.text
        slots = letters.gaps(text)
        fragment = render_template(
            "suggestion.html",
            words=words_of_caller(parts),
            title=letter.title,
            locale=letter.rendered.locale,
            slots=slots,
            html=letters.with_marked_gaps(letter.rendered.html),
            text=text,
        )
        return jsonify(
            title=letter.title,
            locale=letter.rendered.locale,
            text=text,
            html=letter.rendered.html,
            unfilled=list(slots),
            fragment=fragment,
        )

    @api.post("/tickets/<int:ticket_id>/suggestions/<template_id>/used")
    def used(ticket_id: int, template_id: str) -> Response:
        given = json_object()
        locale = _text(given, "locale", 20)
        _known_template(parts, template_id, locale)
        was_found = given.get("was_found") is True
        _on_ticket(
            lambda: agent_acts.use_suggestion(
                parts, ticket_id, template_id, locale, agent_id=g.session.user_id, was_found=was_found
            )
        )
        return _done()

    @api.post("/tickets/<int:ticket_id>/correct")
    def correct(ticket_id: int) -> Response:
        given = json_object().get("verdict")
        if not isinstance(given, str) or given not in set(agent_acts.Judgement):
            raise _bad("verdict", "send confirmed or not_a_complaint")
        judgement = agent_acts.Judgement(given)
        _on_ticket(lambda: agent_acts.correct(parts, ticket_id, judgement, agent_id=g.session.user_id))
        return _done()

    @api.post("/follow-ups/<int:follow_up_id>/reschedule")
    def reschedule(follow_up_id: int) -> Response:
        due_at = _moment(json_object(), "due_at")
        _on_follow_up(lambda: agent_acts.reschedule(parts, follow_up_id, due_at, agent_id=g.session.user_id))
        return _done()

    @api.post("/follow-ups/<int:follow_up_id>/cancel")
    def cancel(follow_up_id: int) -> Response:
        reason = _text(json_object(), "reason", LONGEST_REASON)
        _on_follow_up(lambda: agent_acts.cancel(parts, follow_up_id, reason, agent_id=g.session.user_id))
        return _done()

    return api


def _letter(parts: Parts, ticket_id: int, template_id: str) -> sidebar.Letter:
    try:
        return sidebar.render_suggestion(
            parts,
            ticket_id,
            template_id,
            request.args.get("locale", "en")[:20],
            agent_id=g.session.user_id,
            zone=zone_of_caller(),
        )
    except sidebar.UnknownTicket as error:
        raise _unknown_ticket() from error
    except UnknownTemplate as error:
        raise _unknown_template() from error
    except TemplateFailed as error:
        message = "This template could not be filled; the admin page shows the file and the line."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "template_failed", message) from error
    except RendererUnavailable as error:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "renderer_unavailable", "Try again in a moment."
        ) from error


def _known_template(parts: Parts, template_id: str, locale: str) -> None:
    if not any((card.id, card.locale) == (template_id, locale) for card in parts.library.cards()):
        raise _unknown_template()


def _on_ticket(act: Callable[[], None]) -> None:
    try:
        act()
    except sidebar.UnknownTicket as error:
        raise _unknown_ticket() from error


def _on_follow_up(act: Callable[[], None]) -> None:
    try:
        act()
    except agent_acts.UnknownFollowUp as error:
        message = "This follow-up has ended already; the panel shows what is left."
        raise Problem(HTTPStatus.NOT_FOUND, "unknown_follow_up", message) from error
    except agent_acts.BadDueTime as error:
        raise _bad("due_at", "choose a moment from now on, at most a year away") from error


def _unknown_ticket() -> Problem:
    message = "Makegood has not received this ticket yet; try again in a minute."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_ticket", message)


def _unknown_template() -> Problem:
    message = "There is no such response template any more; reload the panel."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_template", message)


def _text(body: dict[str, object], field: str, longest: int) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise _bad(field, f"send text of 1 to {longest} characters")
    return value


def _moment(body: dict[str, object], field: str) -> datetime:
    value = body.get(field)
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _bad(field, "send a moment with its zone, such as 2026-01-31T12:00:00Z")


def _bad(field: str, what: str) -> Problem:
    return Problem(HTTPStatus.BAD_REQUEST, "bad_field", f"{field} is missing or wrong: {what}.")


def _done() -> Response:
    return Response(status=HTTPStatus.NO_CONTENT)
