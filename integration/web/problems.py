"""Refusals as JSON: a code for machines and a sentence that says what to do next."""

import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from integration.logs import trace_of
from integration.store.engine import DatabaseUnavailable

log = logging.getLogger(__name__)

# Zendesk repeats a delivery after 503 only when Retry-After is there and below 60; after 500 never.
RETRY_AFTER_SECONDS = 20
MAX_BODY = 300_000  # Zendesk's own bodies stay below 256 kB

_MESSAGES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; see the table of routes in the README.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Use one of the methods named in the Allow header.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is too large; send at most {limit} bytes.",
    HTTPStatus.BAD_REQUEST: "The request could not be read; compare it with the documentation.",
}


class Problem(Exception):
    """A request that is refused; `message` names the next step and never repeats what was sent.

    `field` names the field of the body that is to blame, where one is.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        *,
        field: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = dict(headers or {})


def answer(problem: Problem) -> Response:
    """Turn a refusal into its JSON response."""
    named = {"field": problem.field} if problem.field else {}
    response = jsonify(error=problem.code, message=problem.message, **named)
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def store_is_away() -> Problem:
    """Return the refusal for a database that does not answer: come back soon."""
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "store_unavailable",
        "The database does not answer; send this again. /readyz tells when it is back.",
        {"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def answer_http(error: HTTPException) -> Response:
    """Answer Werkzeug's own refusals (404, 405, 413 …) in the same shape."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(ready := error.response, Response):
        return ready
    code = (error.name or "error").lower().replace(" ", "_")
    message = _MESSAGES.get(HTTPStatus(status), error.name).replace("{limit}", str(MAX_BODY))
    headers = {k: v for k, v in error.get_headers() if k.lower() in {"allow", "retry-after"}}
    return answer(Problem(status, code, message, headers))


def answer_store(error: DatabaseUnavailable) -> Response:
    """Answer for a database that is down, locked or out of connections."""
    log.error("The database does not answer.", extra={"error": str(error)})
    return answer(store_is_away())


def answer_unexpected(error: Exception) -> Response:
    """Answer for a defect of ours: the trace goes to the log without the exception's text."""
    log.error("A request failed unexpectedly.", extra=trace_of(error))
    return answer(
        Problem(500, "internal_error", "Makegood failed; its log has the place under this time. Try again.")
    )
