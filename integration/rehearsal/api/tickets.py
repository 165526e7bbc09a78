"""Single tickets: create, show, update, delete."""

from typing import Any

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.api.idempotency import idempotent
from integration.rehearsal.base import Doc, dump
from integration.rehearsal.errors import Invalid
from integration.rehearsal.guard import actor, named, spend
from integration.rehearsal.limits import Limit
from integration.rehearsal.render import Render

MOST_METADATA_BYTES = 1024


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("tickets", __name__, url_prefix="/api/v2")
    render = Render(account)

    @api.post("/tickets")
    def create_ticket() -> Response:
        data = named("ticket")
        if request.args.get("async") == "true":
            job = account.jobs.enqueue("Ticket create", [_creation(account, data, actor())])
            return json_answer({"job_status": job, "ticket": {"id": None}}, 202)
        return idempotent(account, lambda: _created(account, render, data))

    @api.get("/tickets/<int:ticket_id>")
    def show_ticket(ticket_id: int) -> Response:
        ticket = account.ticket(ticket_id)
        return json_answer({"ticket": render.ticket(ticket), **side_loads(render, [ticket])})

    @api.put("/tickets/<int:ticket_id>")
    def update_ticket(ticket_id: int) -> Response:
        data = named("ticket")
        limit_updates(account, ticket_id)
        ticket, audit = account.update_ticket(ticket_id, data, actor_id=actor(), metadata=metadata_of(data))
        return json_answer({"ticket": render.ticket(ticket), "audit": audit})

    @api.delete("/tickets/<int:ticket_id>")
    def delete_ticket(ticket_id: int) -> Response:
        spend(account, Limit("tickets-delete", account.config.limits.tickets_delete))
        account.delete_ticket(ticket_id, actor_id=actor())
        return Response(status=204)

    app.register_blueprint(api)


def limit_updates(account: Account, ticket_id: int) -> None:
    """Count one update of a ticket: the account may do so many, one user on one ticket far fewer."""
    limits = account.config.limits
    spend(
        account,
        Limit("tickets-update", account.config.tickets_update),
        Limit("per-ticket-updates", limits.per_ticket_updates, 600, (actor(), ticket_id)),
    )


def metadata_of(data: Doc) -> Doc | None:
    """Return the custom metadata that an update wants kept with its audit, at most 1 kB. Raises Invalid."""
    metadata = data.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or len(dump(metadata)) > MOST_METADATA_BYTES:
        raise Invalid.because(metadata=f"must be an object of at most {MOST_METADATA_BYTES} bytes")
    return metadata


def side_loads(render: Render, tickets: list[Doc]) -> Doc:
    """Return the people of tickets when the request asks to include them."""
    if "users" not in request.args.get("include", "").split(","):
        return {}
    roles = ("requester_id", "submitter_id", "assignee_id")
    return {"users": render.people(ticket[role] for ticket in tickets for role in roles)}


def _created(account: Account, render: Render, data: Doc) -> tuple[Doc, int, str]:
    ticket = account.create_ticket(data, actor_id=actor(), metadata=metadata_of(data))
    answer = {"ticket": render.ticket(ticket), "audit": account.audits(ticket["id"])[0]}
    return answer, 201, f"{account.config.base_url}/api/v2/tickets/{ticket['id']}.json"


def _creation(account: Account, data: Doc, actor_id: int) -> Any:
    def create() -> Doc:
        ticket = account.create_ticket(data, actor_id=actor_id)
        return {"id": ticket["id"], "account_id": account.config.account_id, "success": True}

    return create
