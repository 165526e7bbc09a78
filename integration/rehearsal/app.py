"""Puts the rehearsal Zendesk together: one Flask application over one account."""

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.config import Config
from integration.rehearsal.errors import Refused
from integration.rehearsal.guard import InvalidEndpoint, refused_for_now
from integration.rehearsal.ledger import Ledger
from integration.rehearsal.limits import TooManyRequests
from integration.rehearsal.numbers import Id

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Each module has register(app, account); the order is that of the request hooks.
_MODULES = (
    "guard",
    "faults",
    "api.tokens",
    "api.tickets",
    "api.ticket_parts",
    "api.ticket_lists",
    "api.bulk",
    "api.users",
    "api.search",
    "api.exports",
    "api.catalogue",
    "api.schedules",
    "api.webhooks",
    "api.rules",
    "api.apps",
    "control",
    "desk",
    "workspace",
)


def create_app(config: Config, account: Account) -> Flask:
    """Build the application; `account` stays the caller's to close."""
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = config.max_body_bytes
    app.url_map.converters["int"] = Id
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(TooManyRequests, refused_for_now)
    app.register_error_handler(HTTPException, _http_error)
    app.before_request(_know_the_path)
    for name in _MODULES:
        module = f"integration.rehearsal.{name}"
        if importlib.util.find_spec(module) is not None:
            register: Callable[[Flask, Account], None] = importlib.import_module(module).register
            register(app, account)
    ledger = Ledger(_WithoutSuffix(app.wsgi_app), account.clock)
    app.extensions["rehearsal.ledger"] = ledger
    app.wsgi_app = ledger  # type: ignore[method-assign]
    return app


def _refused(error: Refused) -> Response:
    return json_answer(error.body(), error.status)


def _know_the_path() -> None:
    # A page of "not found" is for people; the workspace has one, the API's clients get JSON.
    is_ours = request.path.startswith(("/oauth/", "/rehearsal/api/"))
    if is_ours and isinstance(request.routing_exception, NotFound):
        raise InvalidEndpoint


def _http_error(error: HTTPException) -> Response | HTTPException:
    if not request.path.startswith(("/api/", "/oauth/", "/rehearsal/api/")):
        return error
    status = error.code or 500
    return json_answer({"error": error.name.replace(" ", ""), "description": error.description}, status)


class _WithoutSuffix:
    """Serves /api/v2/tickets.json as /api/v2/tickets: every route of Zendesk's API has both spellings."""

    def __init__(self, application: Any) -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/api/v2/") and path.endswith(".json"):
            environ["PATH_INFO"] = path.removesuffix(".json")
        result: Iterable[bytes] = self._application(environ, start_response)
        return result
