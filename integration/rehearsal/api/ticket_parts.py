"""What belongs to one ticket: comments, audits, tags."""

from typing import Any

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.api.tickets import limit_updates
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import BadRequest, NotFound
from integration.rehearsal.guard import actor, body
from integration.rehearsal.paging import Rows, page
from integration.rehearsal.render import Render


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("ticket_parts", __name__, url_prefix="/api/v2/tickets/<int:ticket_id>")
    render = Render(account)

    @api.get("/comments")
    def list_comments(ticket_id: int) -> Response:
        return _listed(account, render, "comment", ticket_id)

    @api.get("/comments/count")
    def count_comments(ticket_id: int) -> Response:
        count = len(account.comments(ticket_id))
        return json_answer(
            {"count": {"value": count, "refreshed_at": account.ticket(ticket_id)["updated_at"]}}
        )

    @api.get("/audits")
    def list_audits(ticket_id: int) -> Response:
        return _listed(account, render, "audit", ticket_id)

    @api.get("/audits/<int:audit_id>")
    def show_audit(ticket_id: int, audit_id: int) -> Response:
        audit = next((a for a in account.audits(ticket_id) if a["id"] == audit_id), None)
        if audit is None:
            raise NotFound
        return json_answer({"audit": audit})

    @api.get("/tags")
    def list_tags(ticket_id: int) -> Response:
        return json_answer({"tags": account.ticket(ticket_id)["tags"]})

    @api.route("/tags", methods=["PUT", "POST", "DELETE"])
    def change_tags(ticket_id: int) -> Response:
        limit_updates(account, ticket_id)
        tags, guard = _wanted_tags()
        match request.method:
            case "PUT":
                ticket, _ = account.change_tags(ticket_id, actor_id=actor(), add=tags, data=guard)
            case "DELETE":
                ticket, _ = account.change_tags(ticket_id, actor_id=actor(), remove=tags, data=guard)
            case _:
                ticket, _ = account.update_ticket(ticket_id, {**guard, "tags": tags}, actor_id=actor())
        return json_answer({"tags": ticket["tags"]}, 201 if request.method == "POST" else 200)

    app.register_blueprint(api)


def _listed(account: Account, render: Render, table: str, ticket_id: int) -> Response:
    account.ticket(ticket_id)
    rows = Rows(account.db, table, "ticket_id = ?", (ticket_id,))
    answer, docs = page(account.config.base_url, f"{table}s", rows, lambda doc: doc)
    if "users" in (request.args.get("include") or "").split(","):
        answer["users"] = render.people(doc["author_id"] for doc in docs)
    return json_answer(answer)


def _wanted_tags() -> tuple[Any, Doc]:
    wanted = body()
    tags = wanted.get("tags")
    if not isinstance(tags, list | str):
        raise BadRequest("Parameter tags is required and must be a list", "ParameterMissing")
    return tags, {name: wanted[name] for name in ("safe_update", "updated_stamp") if name in wanted}
