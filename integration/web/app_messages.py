"""Messages to the requester in the sidebar: asked until there is an answer, gone on with, stopped."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, g

from integration.domain.chain import ChainKind
from integration.handling import chains
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.web.app_work import undo_by, unknown_ticket
from integration.web.bodies import json_object
from integration.web.caller import allow, guard
from integration.web.fields import text
from integration.web.problems import Problem


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below a ticket's messages."""
    api = Blueprint("app_messages", __name__, url_prefix="/app/api/tickets/<int:ticket_id>/messages")
    guard(api, parts)

    @api.post("")
    def ask(ticket_id: int) -> Response:
        given = json_object()
        what, solves = text(given, "what", chains.LONGEST), given.get("solves") is True
        allow(parts, ticket_id)
        agent_id = g.session.user_id
        kind = ChainKind.ASK
        _do(lambda: chains.start(parts, ticket_id, kind, what, agent_id=agent_id, solves=solves))
        return undo_by(f"tickets/{ticket_id}/messages/stop")

    @api.post("/go-on")
    def go_on(ticket_id: int) -> Response:
        allow(parts, ticket_id)
        _do(lambda: chains.answer(parts, ticket_id, goes_on=True, agent_id=g.session.user_id))
        return undo_by(f"tickets/{ticket_id}/messages/stop")

    @api.post("/stop")
    def stop(ticket_id: int) -> Response:
        allow(parts, ticket_id)
        _do(lambda: chains.stop(parts, ticket_id, agent_id=g.session.user_id))
        return undo_by(None)

    return api


def _do(act: Callable[[], object]) -> None:
    try:
        act()
    except UnknownTicket as error:
        raise unknown_ticket() from error
    except chains.UnknownChain as error:
        message = "Nothing is being asked here any more; the panel shows what is left."
        raise Problem(HTTPStatus.NOT_FOUND, "unknown_messages", message) from error
    except chains.ChainsOff as error:
        message = "Messages to requesters are switched off; an admin may switch them on."
        raise Problem(HTTPStatus.CONFLICT, "messages_off", message) from error
    except chains.BadChain as error:
        message = "Reply to the requester first; and one question at a time is enough."
        raise Problem(HTTPStatus.CONFLICT, "not_now", message) from error
