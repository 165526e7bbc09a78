"""Everything that is reachable over HTTP, put on a Flask app in one call."""

import logging
import time
from http import HTTPStatus

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from integration.parts import Parts
from integration.store.engine import DatabaseUnavailable
from integration.web import (
    admin_choices,
    admin_health,
    admin_policies,
    admin_privacy,
    admin_reports,
    admin_reviews,
    admin_switches,
    admin_templates,
    app_alerts,
    app_api,
    app_clocks,
    app_dates,
    app_letters,
    app_messages,
    app_pages,
    app_work,
    events,
    facts,
    health,
    metrics,
    problems,
    security,
)
from integration.web.ids import Id

log = logging.getLogger(__name__)

# Asked all day by machines: a delivery that was kept has its row, the others are counted; the log keeps to
# what somebody may want to read.
ROUTINE = frozenset(
    {"events.event", "events.follow_up", "facts.keep", "health.alive", "health.ready", "health.figures"}
)


def install(app: Flask, parts: Parts) -> None:
    """Register the blueprints, the headers, the shape of refusals and the request log."""
    app.url_map.converters["int"] = Id
    sidebar = (app_pages, app_api, app_letters, app_work, app_dates, app_clocks, app_alerts, app_messages)
    admin = (admin_health, admin_reports, admin_reviews, admin_templates, admin_policies, admin_switches)
    for module in (events, facts, *sidebar, *admin, admin_choices, admin_privacy, health):
        app.register_blueprint(module.blueprint(parts))
    app.register_error_handler(problems.Problem, problems.answer)
    app.register_error_handler(HTTPException, problems.answer_http)
    app.register_error_handler(DatabaseUnavailable, problems.answer_store)
    app.register_error_handler(Exception, problems.answer_unexpected)
    security.install(app)
    _measure(app)


def _measure(app: Flask) -> None:
    @app.before_request
    def _start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def _finish(response: Response) -> Response:
        endpoint = request.endpoint or "unknown"
        spent = time.perf_counter() - g.get("started", time.perf_counter())
        metrics.requests.labels(endpoint, response.status_code).inc()
        metrics.seconds.labels(endpoint).observe(spent)
        is_routine = endpoint in ROUTINE and response.status_code < HTTPStatus.BAD_REQUEST
        level = logging.DEBUG if is_routine else logging.INFO
        if log.isEnabledFor(level):
            log.log(level, "Answered a request.", extra=_answered(response, spent))
        return response


def _answered(response: Response, spent: float) -> dict[str, object]:
    return {
        "method": request.method,
        # The path's pattern, not the path: an address that a stranger typed may hold anything.
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "milliseconds": round(spent * 1000, 1),
    }
