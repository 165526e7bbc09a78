"""Where Zendesk's webhooks arrive: every answer says whether sending the same again would help."""

import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from integration.handling.receive import (
    Gate,
    Receipt,
    Trust,
    read_trust,
    receive_event,
    receive_follow_up_request,
)
from integration.logs import trace_of
from integration.parts import Parts
from integration.web import metrics, problems
from integration.web.bodies import raw_json_body
from integration.web.problems import Problem
from integration.zendesk.webhook import (
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    InvalidSignature,
    MalformedEvent,
)

log = logging.getLogger(__name__)

Receive = Callable[[bytes], Receipt]


def blueprint(parts: Parts) -> Blueprint:
    """Build the routes below /zendesk."""
    events = Blueprint("events", __name__, url_prefix="/zendesk")
    gate = Gate(partial(_read_trust, parts))

    @events.post("/events")
    def event() -> Response:
        return _receive(
            "events",
            lambda body: receive_event(
                body, _signature(), gate=gate, database=parts.database, now=parts.clock()
            ),
        )

    @events.post("/follow-ups")
    def follow_up() -> Response:
        return _receive(
            "follow-ups",
            lambda body: receive_follow_up_request(
                body, _signature(), gate=gate, database=parts.database, now=parts.clock()
            ),
        )

    @events.errorhandler(Exception)
    def _unexpected(error: Exception) -> Response:
        # After a plain 500 Zendesk never sends the event again; after 503 it does.
        if isinstance(error, HTTPException):
            return problems.answer_http(error)
        log.error("A delivery could not be kept.", extra=trace_of(error))
        metrics.deliveries.labels(route=request.path.rsplit("/", 1)[-1], result="not_kept").inc()
        return problems.answer(problems.store_is_away())

    events.register_error_handler(Problem, problems.answer)
    return events


def _signature() -> dict[str, str]:
    names = (SIGNATURE_HEADER, TIMESTAMP_HEADER)
    return {name: value for name in names if (value := request.headers.get(name)) is not None}


def _read_trust(parts: Parts) -> Trust:
    with parts.database.read() as conn:
        return read_trust(conn, parts.settings)


def _receive(route: str, receive: Receive) -> Response:
    try:
        receipt = receive(raw_json_body())
    except (InvalidSignature, MalformedEvent) as error:
        problem = _refusal(error)
        metrics.deliveries.labels(route=route, result=problem.code).inc()
        log.warning("A delivery was refused.", extra={"route": route, "code": problem.code})
        raise problem from error
    metrics.deliveries.labels(route=route, result=receipt.value).inc()
    return Response(status=HTTPStatus.NO_CONTENT)


def _refusal(error: InvalidSignature | MalformedEvent) -> Problem:
    if isinstance(error, InvalidSignature):
        return Problem(
            HTTPStatus.UNAUTHORIZED,
            "invalid_signature",
            f"{error} `makegood doctor` compares the stored signing secret with Zendesk's.",
        )
    return Problem(HTTPStatus.BAD_REQUEST, "malformed_event", str(error))
