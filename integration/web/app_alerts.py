"""Early warnings in the sidebar: an agent says what was done about one, then closes it."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, g

from integration.handling import alerts
from integration.parts import Parts
from integration.store import alerts as rows
from integration.web.app_work import undo_by
from integration.web.bodies import json_object
from integration.web.caller import allow, guard
from integration.web.fields import text
from integration.web.problems import Problem


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes of alerts; what was said of one stays said, as its record is only added to."""
    api = Blueprint("app_alerts", __name__, url_prefix="/app/api")
    guard(api, parts)

    @api.post("/alerts/<int:alert_id>/act")
    def act(alert_id: int) -> Response:
        action = text(json_object(), "action", alerts.LONGEST_ACTION)
        return _do(alert_id, lambda: alerts.act(parts, alert_id, action, agent_id=g.session.user_id))

    @api.post("/alerts/<int:alert_id>/close")
    def close(alert_id: int) -> Response:
        return _do(alert_id, lambda: alerts.close(parts, alert_id, agent_id=g.session.user_id))

    def _do(alert_id: int, act: Callable[[], None]) -> Response:
        with parts.database.read() as conn:
            alert = rows.get(conn, alert_id)
        if alert is None:
            raise _unknown()
        allow(parts, alert.ticket_id)
        try:
            act()
        except alerts.UnknownAlert as error:
            raise _unknown() from error
        except alerts.NotActed as error:
            message = "Say first what was done about it."
            raise Problem(HTTPStatus.CONFLICT, "not_acted", message) from error
        return undo_by(None)

    return api


def _unknown() -> Problem:
    message = "This warning is closed already; the panel shows what is left."
    return Problem(HTTPStatus.NOT_FOUND, "unknown_alert", message)
