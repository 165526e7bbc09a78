"""What the workspace's scripts ask for: a ticket's state, its submitting, launches, proxied requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from flask import Blueprint, Response, current_app, request

from integration.rehearsal import apps, workspace_views
from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import BadRequest, Invalid, NotFound
from integration.rehearsal.oauth import Tokens

PROXY_TIMEOUT = 10
PEOPLE_FOUND = 6
PROXY_MAX_BYTES = 2_000_000
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SUBMITTED = ("subject", "status", "priority", "type", "tags", "assignee_id", "group_id", "custom_fields")


def add_routes(pages: Blueprint, account: Account, agent: Callable[[], Doc]) -> None:
    """Add the JSON routes under /agent/api; `agent` tells who is signed in."""

    @pages.get("/agent/api/tickets/<int:ticket_id>")
    def state(ticket_id: int) -> Response:
        return json_answer(workspace_views.ticket_view(account, ticket_id))

    @pages.post("/agent/api/tickets/<int:ticket_id>")
    def submit(ticket_id: int) -> Response:
        wanted = _body()
        data = {name: wanted[name] for name in _SUBMITTED if name in wanted}
        comment = wanted.get("comment")
        if isinstance(comment, dict):
            data["comment"] = _written(comment)
        account.update_ticket(ticket_id, data, actor_id=agent()["id"], via="web")
        return json_answer(workspace_views.ticket_view(account, ticket_id))

    @pages.post("/agent/api/tickets")
    def submit_new() -> Response:
        wanted = _body()
        data = {name: wanted[name] for name in (*_SUBMITTED, "requester_id", "requester") if name in wanted}
        if isinstance(wanted.get("comment"), dict):
            data["comment"] = _written(wanted["comment"])
        made = account.create_ticket(data, actor_id=agent()["id"], channel="web")
        return json_answer(workspace_views.ticket_view(account, made["id"]))

    @pages.get("/agent/api/people")
    def people() -> Response:
        query = request.args.get("q", "").strip()[:100]
        found = workspace_views.find_people(account, query, PEOPLE_FOUND) if query else []
        return json_answer({"people": found})

    @pages.post("/agent/api/launch")
    def launch() -> Response:
        wanted = _body()
        installed, location = apps.installed(account), wanted.get("location")
        if installed is None or location not in installed.locations:
            raise NotFound
        scheme = "dark" if wanted.get("colorScheme") == "dark" else "light"
        return json_answer(apps.launch(account, installed, location, agent()["id"], scheme))

    @pages.post("/agent/api/proxy")
    def proxy() -> Response:
        wanted = _body()
        url, method = str(wanted.get("url") or ""), str(wanted.get("method") or "GET").upper()
        headers = {str(k): str(v) for k, v in dict(wanted.get("headers") or {}).items() if "_" not in str(k)}
        data = str(wanted["data"]).encode() if wanted.get("data") is not None else None
        if method not in METHODS:
            raise BadRequest(f"{method[:20]} is not one of {', '.join(METHODS)}")
        if url.startswith("/"):
            return json_answer(_same_account(account, agent(), method, url, headers, data))
        installed = apps.installed(account)
        parts = urlsplit(url)
        if installed is None or f"{parts.scheme}://{parts.netloc}" not in installed.origins():
            raise BadRequest("The rehearsal's proxy reaches the installed app's own origin and nothing else")
        return json_answer(_outside(method, url, headers, data))


def _body() -> Doc:
    # JSON only: a form of another site can send no such content type, so the cookie is not enough for it.
    found = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise BadRequest("Send a JSON object")
    return found


def _written(comment: Doc) -> Doc:
    """Return a comment with its visibility said and its HTML harmless."""
    if not isinstance(comment.get("public"), bool):
        raise Invalid.because(comment="must say whether it is public")
    kept: Doc = {"public": comment["public"]}
    if comment.get("html_body"):
        kept["html_body"] = workspace_views.clean_html(str(comment["html_body"]))
    else:
        kept["body"] = str(comment.get("body") or "")
    return kept


def _same_account(
    account: Account, agent: Doc, method: str, url: str, headers: dict[str, str], data: bytes | None
) -> Doc:
    """Call the account's own API with the agent's session."""
    if not url.startswith("/api/v2/"):
        raise BadRequest("Only paths below /api/v2/ can be requested without a host")
    token = Tokens(account.db, account.clock, account.config).issue(agent["id"], ("read", "write"), 300)
    headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
    with current_app.test_client() as client:
        answer = client.open(
            url, method=method, data=data, headers={**headers, "Authorization": f"Bearer {token}"}
        )
    return _answer(answer.status_code, answer.get_data(as_text=True), answer.headers)


def _outside(method: str, url: str, headers: dict[str, str], data: bytes | None) -> Doc:
    try:
        with requests.request(
            method, url, headers=headers, data=data, timeout=PROXY_TIMEOUT, allow_redirects=False, stream=True
        ) as answer:
            body = answer.raw.read(PROXY_MAX_BYTES, decode_content=True).decode(errors="replace")
            return _answer(answer.status_code, body, answer.headers)
    except requests.RequestException:
        return _answer(502, "", {})


def _answer(status: int, text: str, headers: Any) -> Doc:
    return {
        "status": status,
        "text": text,
        "headers": {name.lower(): value for name, value in headers.items()},
    }
