"""Letters in the sidebar: searched for, filled, inserted and taken out again, for a ticket or a new one."""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeVar

from flask import Blueprint, Response, g, jsonify, render_template, request

from integration.handling import letter_uses, new_ticket, sidebar
from integration.handling.sidebar import Found, Letter
from integration.parts import Parts
from integration.responses.errors import RendererUnavailable, TemplateFailed, UnknownTemplate
from integration.web import letters
from integration.web.app_work import undo_by, unknown_ticket
from integration.web.bodies import json_object
from integration.web.caller import allow, guard, words_of_caller, zone_of_caller
from integration.web.fields import text
from integration.web.panel import found_row
from integration.web.problems import Problem

LONGEST_LETTER = 64_000

Answer = TypeVar("Answer")


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of letters; what is inserted into a ticket that is not saved yet is not kept."""
    api = Blueprint("app_letters", __name__, url_prefix="/app/api", template_folder="pages")
    guard(api, parts)

    @api.get("/tickets/<int:ticket_id>/search")
    def search(ticket_id: int) -> str:
        allow(parts, ticket_id)
        return _listed(parts, _known(lambda: sidebar.search(parts, ticket_id, _query())))

    @api.get("/requesters/<int:requester_id>/search")
    def search_for_a_new_ticket(requester_id: int) -> str:
        allow(parts, 0)
        return _listed(parts, new_ticket.search_for_requester(parts, requester_id, _query()))

    @api.get("/tickets/<int:ticket_id>/suggestions/<template_id>")
    def suggestion(ticket_id: int, template_id: str) -> Response:
        allow(parts, ticket_id)
        return _shown(parts, _letter(parts, ticket_id, template_id, _locale()))

    @api.get("/requesters/<int:requester_id>/suggestions/<template_id>")
    def suggestion_for_a_new_ticket(requester_id: int, template_id: str) -> Response:
        access, zone = allow(parts, 0), zone_of_caller()
        fill = new_ticket.letter_for_requester
        return _shown(
            parts, _filled(lambda: fill(parts, requester_id, template_id, _locale(), access, zone=zone))
        )

    @api.post("/tickets/<int:ticket_id>/suggestions/<template_id>/used")
    def used(ticket_id: int, template_id: str) -> Response:
        given = json_object()
        locale = text(given, "locale", 20)
        allow(parts, ticket_id)
        _known_template(parts, template_id, locale)
        # The day that it promises is counted anew; before anything is kept, because this may fail.
        offer = _letter(parts, ticket_id, template_id, locale).rendered.promise
        inserted = given.get("text")
        use_id = _known(
            lambda: letter_uses.use_suggestion(
                parts,
                ticket_id,
                template_id,
                locale,
                agent_id=g.session.user_id,
                was_found=given.get("was_found") is True,
                inserted=inserted[:LONGEST_LETTER] if isinstance(inserted, str) else "",
                offer=offer,
            )
        )
        return undo_by(f"letters/{use_id}/take-out")

    @api.post("/letters/<int:use_id>/take-out")
    def take_out(use_id: int) -> Response:
        with parts.database.read() as conn:
            ticket_id = letter_uses.ticket_of(conn, use_id)
        if ticket_id is None:
            raise _unknown_use()
        allow(parts, ticket_id)
        try:
            letter_uses.take_out(parts, use_id, agent_id=g.session.user_id)
        except letter_uses.UnknownUse as error:
            raise _unknown_use() from error
        return undo_by(None)

    return api


def _query() -> str:
    return request.args.get("q", "")


def _locale() -> str:
    return request.args.get("locale", "en")[:20]


def _listed(parts: Parts, found: Iterable[Found]) -> str:
    words = words_of_caller(parts)
    offers = [found_row(card, words, is_fallback=is_fallback) for card, is_fallback in found]
    return render_template("offer_list.html", words=words, offers=offers, is_found=True)


def _shown(parts: Parts, letter: Letter) -> Response:
    rendered = letter.rendered
    slots = letters.gaps(rendered.text)
    fragment = render_template(
        "suggestion.html",
        words=words_of_caller(parts),
        title=letter.title,
        locale=rendered.locale,
        slots=slots,
        html=letters.with_marked_gaps(rendered.html),
        text=rendered.text,
    )
    return jsonify(
        title=letter.title,
        locale=rendered.locale,
        text=rendered.text,
        html=rendered.html,
        unfilled=list(slots),
        fragment=fragment,
    )


def _letter(parts: Parts, ticket_id: int, template_id: str, locale: str) -> Letter:
    agent_id, zone = g.session.user_id, zone_of_caller()
    fill = sidebar.render_suggestion
    return _filled(lambda: fill(parts, ticket_id, template_id, locale, agent_id=agent_id, zone=zone))


def _filled(fill: Callable[[], Letter]) -> Letter:
    try:
        return _known(fill)
    except UnknownTemplate as error:
        raise _unknown_template() from error
    except TemplateFailed as error:
        message = "This template could not be filled; the admin page shows the file and the line."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "template_failed", message) from error
    except RendererUnavailable as error:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "renderer_unavailable", "Try again in a moment."
        ) from error


def _known(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except sidebar.UnknownTicket as error:
        raise unknown_ticket() from error


def _known_template(parts: Parts, template_id: str, locale: str) -> None:
    if not any((card.id, card.locale) == (template_id, locale) for card in parts.library.cards()):
        raise _unknown_template()


def _unknown_template() -> Problem:
    message = "There is no such response template any more; reload the panel."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_template", message)


def _unknown_use() -> Problem:
    message = "This letter was taken out already, or was sent; the panel shows what holds."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_letter", message)
