"""POST /oauth/tokens: access tokens for the client-credentials grant."""

from typing import Any

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.guard import body
from integration.rehearsal.numbers import whole
from integration.rehearsal.oauth import LONGEST, SHORTEST


def register(app: Flask, account: Account) -> None:
    """Add the route."""
    api = Blueprint("oauth", __name__)

    @api.post("/oauth/tokens")
    def create_token() -> Response:
        wanted = body() if request.mimetype == "application/json" else request.form.to_dict()
        if wanted.get("grant_type") != "client_credentials":
            return _error(
                400, "unsupported_grant_type", "The grant type is not supported here: client_credentials is."
            )
        if not account.tokens.is_client(str(wanted.get("client_id")), str(wanted.get("client_secret"))):
            return _error(
                401, "invalid_client", "Client authentication failed due to unknown client or wrong secret."
            )
        lifetime = _lifetime(wanted.get("expires_in"), account.config.token_lifetime)
        if lifetime is None:
            told = f"expires_in must be a number of seconds from {SHORTEST} to {LONGEST}."
            return _error(400, "invalid_request", told)
        # Any scope is accepted here; a wrong one shows when a call is refused with 403.
        scope = str(wanted.get("scope") or "read")
        token = account.tokens.issue(account.service_user_id, scope.split(), lifetime)
        return json_answer(
            {"access_token": token, "token_type": "bearer", "scope": scope, "expires_in": lifetime}, 200
        )

    app.register_blueprint(api)


def _lifetime(value: Any, default: int) -> int | None:
    if value in (None, ""):
        return default
    lifetime = whole(value)
    return lifetime if lifetime is not None and SHORTEST <= lifetime <= LONGEST else None


def _error(status: int, error: str, description: str) -> Response:
    return json_answer({"error": error, "error_description": description}, status)
