"""The installed app over HTTP: its public key and installation, and the rehearsal's way to install it."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, request

from integration.rehearsal import apps
from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.apps import App
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import NotFound


def register(app: Flask, account: Account) -> None:
    """Add the routes; the app's part of the rehearsal's state is `app`."""
    routes = Blueprint("apps", __name__)
    account.state["app"] = lambda: _shown(apps.installed(account))

    @routes.get("/api/v2/apps/<int:app_id>/public_key")
    def public_key(app_id: int) -> Response:
        found = _installed(account)
        if found.app_id != app_id:
            raise NotFound
        return Response(found.public_key, content_type="text/plain; charset=utf-8")

    @routes.get("/api/v2/apps/installations")
    def installations() -> Response:
        found = apps.installed(account)
        listed = [_installation(found)] if found else []
        return json_answer({"installations": listed, "count": len(listed)})

    @routes.get("/api/v2/apps/installations/<int:installation_id>")
    def installation(installation_id: int) -> Response:
        found = _installed(account)
        if found.installation_id != installation_id:
            raise NotFound
        return json_answer(_installation(found))

    @routes.post("/rehearsal/api/apps")
    def install() -> Response:
        wanted = request.get_json(silent=True)
        wanted = wanted if isinstance(wanted, dict) else {}
        return json_answer(_shown(apps.install(account, wanted.get("name"), wanted.get("locations"))), 201)

    app.register_blueprint(routes)


def _installed(account: Account) -> App:
    found = apps.installed(account)
    if found is None:
        raise NotFound
    return found


def _installation(found: App) -> Doc:
    return {
        "id": found.installation_id,
        "app_id": found.app_id,
        "product": "support",
        "enabled": True,
        "paid": False,
        "settings": {"name": found.name, "title": found.name},
        "role_restrictions": None,
        "group_restrictions": [],
    }


def _shown(found: App | None) -> Doc | None:
    if found is None:
        return None
    return {
        "app_id": found.app_id,
        "installation_id": found.installation_id,
        "name": found.name,
        "locations": found.locations,
        "public_key": found.public_key,
    }
