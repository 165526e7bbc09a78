"""What every API request passes: who calls, with which scopes, how often, and a body that can be read."""

import base64
from collections.abc import Sequence
from typing import Any

import orjson
from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import NotFound as NotFoundRoute

from integration.rehearsal.account import Account
from integration.rehearsal.errors import BadRequest, Forbidden, Refused
from integration.rehearsal.limits import Limit, TooManyRequests
from integration.rehearsal.oauth import Grant

_MAX_DEPTH = 40
_RESOURCE_SCOPES = {
    "tickets", "users", "organizations", "webhooks", "triggers", "automations", "macros", "hc", "apps",
    "auditlogs", "satisfaction_ratings", "requests", "targets", "dynamic_content",
}  # fmt: skip
_READING = ("GET", "HEAD")
_FULL = frozenset({"read", "write"})
_NO_ACCESS = (
    "You do not have access to this page. "
    "Please contact the account owner of this help desk for further assistance."
)


class InvalidEndpoint(Refused):
    """No route has this path."""

    status = 404
    error = "InvalidEndpoint"

    def __init__(self) -> None:
        super().__init__("Not found")


class Unauthenticated(Refused):
    """No credentials, or none that count."""

    status = 401
    error = "Couldn't authenticate you"

    def body(self) -> dict[str, Any]:
        """Return Zendesk's body, which has two shapes: for a dead token and for everything else."""
        if self.error == "invalid_token":
            return {"error": self.error, "error_description": self.description}
        return {"error": self.error}


def register(app: Flask, account: Account) -> None:
    """Put the checks in front of /api/v2."""

    def check() -> None:
        if not request.path.startswith("/api/v2/") or request.method == "OPTIONS":
            return
        g.usages = []
        g.grant = _grant(account)
        g.actor_id = g.grant.user_id
        _check_person(account, g.actor_id)
        spend(account, Limit("plan", account.config.limits.plan))
        if isinstance(request.routing_exception, NotFoundRoute):
            raise InvalidEndpoint
        _check_scope(g.grant)

    app.before_request(check)
    app.after_request(_with_limits)


def spend(account: Account, *limits: Limit) -> None:
    """Count this request against limits of its own endpoint. Raises TooManyRequests."""
    g.usages.extend(account.meter.spend(limits))


def actor() -> int:
    """Return the id of the user the request acts as."""
    return int(g.actor_id)


def require_admin(account: Account) -> None:
    """Refuse anybody but admins. Raises Forbidden."""
    if account.user(actor())["role"] != "admin":
        raise Forbidden(_NO_ACCESS)


def body() -> dict[str, Any]:
    """Return the JSON object of the request. Raises BadRequest."""
    raw = request.get_data()
    if not raw:
        return {}
    if request.mimetype != "application/json":
        raise BadRequest(
            "Content-Type header required with value 'application/json'", "UnsupportedContentType", 415
        )
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest("The request body is not valid JSON", "Unprocessable Entity", 422) from None
    if not isinstance(data, dict) or _depth(data) > _MAX_DEPTH:
        raise BadRequest(f"The request body must be an object, nested at most {_MAX_DEPTH} deep")
    return data


def named(key: str) -> dict[str, Any]:
    """Return the object under the key that Zendesk wraps a record in. Raises BadRequest."""
    value = body().get(key)
    if not isinstance(value, dict):
        raise BadRequest(f"Parameter {key} is required and must be an object", "ParameterMissing")
    return value


def _depth(data: Any) -> int:
    depth, level = 0, [data]
    while level and depth <= _MAX_DEPTH:
        depth += 1
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
    return depth


def _dead_token() -> Unauthenticated:
    error = Unauthenticated(
        "The access token provided is expired, revoked, malformed or invalid for other reasons."
    )
    error.error = "invalid_token"
    return error


def _grant(account: Account) -> Grant:
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        grant = account.tokens.find(credentials.strip())
        if grant is None:
            raise _dead_token()
        return grant
    if scheme.lower() == "basic" and account.config.api_token:
        return _api_token_grant(account, credentials)
    raise Unauthenticated("")


def _api_token_grant(account: Account, credentials: str) -> Grant:
    try:
        name, _, token = base64.b64decode(credentials).decode().partition(":")
    except ValueError:
        raise Unauthenticated("") from None
    user = account.user_by_email(name.removesuffix("/token"))
    if not name.endswith("/token") or token != account.config.api_token or user is None:
        raise Unauthenticated("")
    return Grant(user["id"], _FULL)


def _check_person(account: Account, user_id: int) -> None:
    # A token is worth what its user is: a deleted user's is dead, an end user's opens no agent's route.
    user = account.user(user_id)
    if not user["active"] or user["suspended"]:
        raise _dead_token()
    if user["role"] == "end-user" and request.path != "/api/v2/users/me":
        raise Forbidden(_NO_ACCESS)


def _check_scope(grant: Grant) -> None:
    parts = request.path.removeprefix("/api/v2/").split("/")
    resource = parts[1] if parts[0] == "incremental" and len(parts) > 1 else parts[0]
    resource = {"deleted_tickets": "tickets", "ticket_events": "tickets"}.get(resource, resource)
    access = "read" if request.method in _READING else "write"
    if parts[-1] == "audits" or "audits" in parts[2:3]:
        # Zendesk's reference: audits need the global scope, tickets:read is not enough.
        resource = "audits"
    if not grant.allows(resource, access):
        raise Forbidden(f"You are missing the following required scopes: {_scopes(resource, access)}")


def _scopes(resource: str, access: str) -> str:
    return f"{access} or {resource}:{access}" if resource in _RESOURCE_SCOPES else access


def _with_limits(response: Response) -> Response:
    # Three generations of header names are in use at the same time.
    usages: Sequence[Any] = getattr(g, "usages", ())
    for usage in usages:
        if usage.name == "plan":
            response.headers["x-rate-limit"] = str(usage.total)
            response.headers["x-rate-limit-remaining"] = str(usage.remaining)
            response.headers["ratelimit-limit"] = str(usage.total)
            response.headers["ratelimit-remaining"] = str(usage.remaining)
            response.headers["ratelimit-reset"] = str(usage.resets)
        else:
            text = f"total={usage.total}; remaining={usage.remaining}; resets={usage.resets}"
            response.headers[f"zendesk-ratelimit-{usage.name}"] = text
    return response


def refused_for_now(error: TooManyRequests) -> Response:
    """Answer 429 with the seconds to wait and the state of the limit."""
    response = current_app.make_response((orjson.dumps(error.body()), 429))
    response.content_type = "application/json; charset=utf-8"
    response.headers["retry-after"] = str(error.usage.resets)
    usage = error.usage
    if hasattr(g, "usages"):
        g.usages.append(type(usage)(usage.name, usage.total, 0, usage.resets))
    return response
