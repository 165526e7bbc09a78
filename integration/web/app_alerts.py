"""Early warnings in the sidebar: seen, acted on, told, settled; the last step can be taken back."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, g

from integration.domain.alert import Stage
from integration.handling import alerts
from integration.parts import Parts
from integration.store import alerts as rows
from integration.web.app_work import undo_by
from integration.web.bodies import json_object
from integration.web.caller import allow, guard
from integration.web.fields import choice, text
from integration.web.problems import Problem


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of alerts; each answer says how the step is taken back."""
    api = Blueprint("app_alerts", __name__, url_prefix="/app/api/alerts/<int:alert_id>")
    guard(api, parts)

    @api.post("/see")
    def see(alert_id: int) -> Response:
        return _do(alert_id, Stage.SEEN, lambda: alerts.see(parts, alert_id, agent_id=g.session.user_id))

    @api.post("/act")
    def act(alert_id: int) -> Response:
        action = text(json_object(), "action", alerts.LONGEST_ACTION)
        agent_id = g.session.user_id
        return _do(alert_id, Stage.ACTED, lambda: alerts.act(parts, alert_id, action, agent_id=agent_id))

    @api.post("/tell")
    def tell(alert_id: int) -> Response:
        return _do(alert_id, Stage.TOLD, lambda: alerts.tell(parts, alert_id, agent_id=g.session.user_id))

    @api.post("/close")
    def close(alert_id: int) -> Response:
        return _do(alert_id, Stage.CLOSED, lambda: alerts.close(parts, alert_id, agent_id=g.session.user_id))

    @api.post("/undo")
    def undo(alert_id: int) -> Response:
        step = choice(json_object(), "step", Stage)
        _allowed(alert_id)
        try:
            alerts.undo(parts, alert_id, step, agent_id=g.session.user_id)
        except alerts.NothingToUndo as error:
            message = "Something later stands on this; the panel shows what holds."
            raise Problem(HTTPStatus.CONFLICT, "nothing_to_undo", message) from error
        return undo_by(None)

    def _do(alert_id: int, step: Stage, act: Callable[[], None]) -> Response:
        _allowed(alert_id)
        try:
            act()
        except alerts.UnknownAlert as error:
            raise _unknown() from error
        except alerts.NotActed as error:
            message = "Say first what was done about it."
            raise Problem(HTTPStatus.CONFLICT, "not_acted", message) from error
        return undo_by(f"alerts/{alert_id}/undo", step=step)

    def _allowed(alert_id: int) -> None:
        with parts.database.read() as conn:
            alert = rows.get(conn, alert_id)
        if alert is None:
            raise _unknown()
        allow(parts, alert.ticket_id)

    return api


def _unknown() -> Problem:
    message = "This warning is closed already; the panel shows what is left."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_alert", message)
