"""Idempotency-Key on ticket creation: for two hours the same key gives the same answer."""

import hashlib
from collections.abc import Callable

from flask import Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc, dump, load, seconds
from integration.rehearsal.errors import BadRequest

WINDOW_SECONDS = 7200


def idempotent(account: Account, create: Callable[[], tuple[Doc, int, str]]) -> Response:
    """Answer with what `create` returns (body, status, location), or returned for this key before."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return _answer(*create())
    if not 0 < len(key) <= 255:
        raise BadRequest("Idempotency-Key must have from 1 to 255 characters", "IdempotentRequestError")
    digest = hashlib.sha256(request.get_data()).hexdigest()
    now = seconds(account.clock.now())
    with account.db.write() as connection:
        connection.execute("DELETE FROM idempotency WHERE at <= ?", (now - WINDOW_SECONDS,))
        row = connection.execute("SELECT digest, ticket FROM idempotency WHERE key = ?", (key,)).fetchone()
        if row is not None and row["digest"] != digest:
            told = "Request parameters don't match the given idempotency key"
            raise BadRequest(told, "IdempotentRequestError")
        answer = create() if row is None else tuple(load(row["ticket"]))
        if row is None:
            values = (key, digest, now, dump(answer))
            connection.execute("INSERT INTO idempotency VALUES (?, ?, ?, ?)", values)
    response = _answer(*answer)
    response.headers["x-idempotency-lookup"] = "miss" if row is None else "hit"
    return response


def _answer(body: Doc, status: int, location: str) -> Response:
    response = json_answer(body, status)
    response.headers["Location"] = location
    return response
