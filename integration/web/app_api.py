"""What the sidebar asks for; only our own bearer opens it, and it says who asks."""

from contextlib import suppress
from http import HTTPStatus

from flask import Blueprint, Response, g, jsonify, render_template, request

from integration.handling import agent_acts, promises, sidebar
from integration.parts import Parts
from integration.responses.errors import RendererUnavailable, TemplateFailed, UnknownTemplate
from integration.web import letters
from integration.web.app_work import unknown_ticket
from integration.web.bodies import json_object
from integration.web.caller import allow, guard, words_of_caller, zone_of_caller
from integration.web.fields import text
from integration.web.panel import Panel, found_row
from integration.web.panel_history import PastPart
from integration.web.panel_work import WorkPart
from integration.web.problems import Problem
from integration.web.words import Words

MAX_LETTER = 64_000


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below /app/api."""
    api = Blueprint("app_api", __name__, url_prefix="/app/api", template_folder="pages")

    guard(api, parts)

    @api.get("/tickets/<int:ticket_id>/facts")
    def facts(ticket_id: int) -> str:
        words = words_of_caller(parts)
        access = allow(parts, ticket_id)
        try:
            found = sidebar.first_facts(parts, ticket_id, access)
        except sidebar.UnknownTicket:
            return render_template("unknown.html", words=words)
        return _page(found, words)

    @api.get("/requesters/<int:requester_id>/facts")
    def facts_for_a_new_ticket(requester_id: int) -> str:
        access = allow(parts, 0)
        return _page(sidebar.facts_of_requester(parts, requester_id, access), words_of_caller(parts))

    @api.get("/tickets/<int:ticket_id>/search")
    def search(ticket_id: int) -> str:
        allow(parts, ticket_id)
        try:
            found = sidebar.search(parts, ticket_id, request.args.get("q", ""))
        except sidebar.UnknownTicket as error:
            raise unknown_ticket() from error
        words = words_of_caller(parts)
        offers = [found_row(card, words, is_fallback=is_fallback) for card, is_fallback in found]
        return render_template("offer_list.html", words=words, offers=offers, is_found=True)

    @api.get("/tickets/<int:ticket_id>/suggestions/<template_id>")
    def suggestion(ticket_id: int, template_id: str) -> Response:
        allow(parts, ticket_id)
        letter = _letter(parts, ticket_id, template_id, request.args.get("locale", "en")[:20])
        words = letter.rendered.text
        slots = letters.gaps(words)
        fragment = render_template(
            "suggestion.html",
            words=words_of_caller(parts),
            title=letter.title,
            locale=letter.rendered.locale,
            slots=slots,
            html=letters.with_marked_gaps(letter.rendered.html),
            text=words,
        )
        return jsonify(
            title=letter.title,
            locale=letter.rendered.locale,
            text=words,
            html=letter.rendered.html,
            unfilled=list(slots),
            fragment=fragment,
        )

    @api.post("/tickets/<int:ticket_id>/suggestions/<template_id>/used")
    def used(ticket_id: int, template_id: str) -> Response:
        given = json_object()
        locale = text(given, "locale", 20)
        allow(parts, ticket_id)
        _known_template(parts, template_id, locale)
        was_found = given.get("was_found") is True
        inserted = given.get("text")
        try:
            agent_acts.use_suggestion(
                parts,
                ticket_id,
                template_id,
                locale,
                agent_id=g.session.user_id,
                was_found=was_found,
                inserted=inserted[:MAX_LETTER] if isinstance(inserted, str) else "",
            )
            _keep_promise(parts, ticket_id, template_id, locale)
        except sidebar.UnknownTicket as error:
            raise unknown_ticket() from error
        return Response(status=HTTPStatus.NO_CONTENT)

    return api


def _page(found: sidebar.Facts, words: Words) -> str:
    panel = Panel(found, words, zone_of_caller())
    work = WorkPart(panel, agent_id=g.session.user_id)
    return render_template("facts.html", panel=panel, past=PastPart(panel), work=work)


def _letter(parts: Parts, ticket_id: int, template_id: str, locale: str) -> sidebar.Letter:
    try:
        return sidebar.render_suggestion(
            parts,
            ticket_id,
            template_id,
            locale,
            agent_id=g.session.user_id,
            zone=zone_of_caller(),
        )
    except sidebar.UnknownTicket as error:
        raise unknown_ticket() from error
    except UnknownTemplate as error:
        raise _unknown_template() from error
    except TemplateFailed as error:
        message = "This template could not be filled; the admin page shows the file and the line."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "template_failed", message) from error
    except RendererUnavailable as error:
        raise Problem(
            HTTPStatus.SERVICE_UNAVAILABLE, "renderer_unavailable", "Try again in a moment."
        ) from error


def _keep_promise(parts: Parts, ticket_id: int, template_id: str, locale: str) -> None:
    """Note what the inserted letter promises; one that is never sent promises nothing."""
    offer = _letter(parts, ticket_id, template_id, locale).rendered.promise
    if offer is None:
        return
    agent_id = g.session.user_id
    # A ticket that is no complaint has no record to keep a promise in.
    with suppress(promises.NoComplaint, promises.BadPromise):
        promises.promise_by_letter(parts, ticket_id, offer.what, offer.by, template_id, agent_id=agent_id)


def _known_template(parts: Parts, template_id: str, locale: str) -> None:
    if not any((card.id, card.locale) == (template_id, locale) for card in parts.library.cards()):
        raise _unknown_template()


def _unknown_template() -> Problem:
    message = "There is no such response template any more; reload the panel."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_template", message)
