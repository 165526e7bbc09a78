"""Takes a request's raw bytes, bounded and of the right type, before anything parses them."""

from http import HTTPStatus
from typing import Any

import orjson
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from integration.web.problems import MAX_BODY, Problem


def raw_json_body() -> bytes:
    """Return the body as it came. Raises `Problem` 415; Werkzeug raises 413 above `MAX_BODY` bytes."""
    if request.mimetype != "application/json":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "Send JSON with Content-Type: application/json (webhook setting: request format JSON).",
        )
    # One byte more is let in: of a chunked body Werkzeug gives what fits and keeps silent about the rest.
    request.max_content_length = MAX_BODY + 1
    body = request.get_data(cache=False)
    if len(body) > MAX_BODY:
        raise RequestEntityTooLarge
    return body


def json_object() -> dict[str, Any]:
    """Return the body as a JSON object. Raises `Problem` 400 or 415."""
    try:
        value = orjson.loads(raw_json_body())
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise Problem(HTTPStatus.BAD_REQUEST, "malformed_body", "Send one JSON object in UTF-8.")
    return value
