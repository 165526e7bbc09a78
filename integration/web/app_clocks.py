"""The clocks in the sidebar: a limit extended, a clock stopped and restarted, a date noted."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, g

from integration.domain.policy import Start
from integration.handling import clock_acts
from integration.handling.sidebar import UnknownTicket
from integration.parts import Parts
from integration.web.app_work import undo_by, unknown_ticket
from integration.web.bodies import json_object
from integration.web.caller import allow, guard
from integration.web.fields import choice, moment, text
from integration.web.problems import Problem

LONGEST_ID = 60
LONGEST_CAUSE = 200


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below a ticket's clocks."""
    api = Blueprint("app_clocks", __name__, url_prefix="/app/api/tickets/<int:ticket_id>/clocks")
    guard(api, parts)

    @api.post("/extend")
    def extend(ticket_id: int) -> Response:
        given = json_object()
        preset_id, limit_id = text(given, "preset", LONGEST_ID), text(given, "limit", LONGEST_ID)
        cause, notice_at = text(given, "cause", LONGEST_CAUSE), moment(given, "notice_at")
        allow(parts, ticket_id)
        agent_id = g.session.user_id
        return _do(
            lambda: clock_acts.extend(
                parts, ticket_id, preset_id, limit_id, cause=cause, notice_at=notice_at, agent_id=agent_id
            )
        )

    @api.post("/stop")
    def stop(ticket_id: int) -> Response:
        given = json_object()
        preset_id, category = text(given, "preset", LONGEST_ID), text(given, "category", LONGEST_ID)
        reason = text(given, "reason", LONGEST_CAUSE)
        allow(parts, ticket_id)
        agent_id = g.session.user_id
        return _do(
            lambda: clock_acts.stop(
                parts, ticket_id, preset_id, category=category, reason=reason, agent_id=agent_id
            )
        )

    @api.post("/restart")
    def restart(ticket_id: int) -> Response:
        preset_id = text(json_object(), "preset", LONGEST_ID)
        allow(parts, ticket_id)
        return _do(lambda: clock_acts.restart(parts, ticket_id, preset_id, agent_id=g.session.user_id))

    @api.post("/moments")
    def note(ticket_id: int) -> Response:
        given = json_object()
        start, at = choice(given, "moment", Start), moment(given, "at")
        allow(parts, ticket_id)
        return _do(lambda: clock_acts.note_moment(parts, ticket_id, start, at, agent_id=g.session.user_id))

    def _do(act: Callable[[], int]) -> Response:
        try:
            return undo_by(f"entries/{act()}/undo")
        except UnknownTicket as error:
            raise unknown_ticket() from error
        except clock_acts.BadMoment as error:
            raise _refused("bad_moment", error) from error
        except clock_acts.NotAllowed as error:
            raise _refused("not_allowed", error) from error

    return api


def _refused(code: str, error: clock_acts.NotAllowed) -> Problem:
    return Problem(HTTPStatus.CONFLICT, code, str(error))
