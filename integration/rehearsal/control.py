"""The puppet strings of demo and tests: `/rehearsal/api`, without credentials, on the loopback only."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Flask, Response

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc
from integration.rehearsal.clock import iso, moment
from integration.rehearsal.errors import BadRequest
from integration.rehearsal.guard import body
from integration.rehearsal.limits import Limit
from integration.rehearsal.numbers import whole
from integration.rehearsal.paging import number
from integration.rehearsal.render import Render


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    control = Blueprint("control", __name__, url_prefix="/rehearsal/api")
    render = Render(account)
    _add_state(control, app, account)
    _add_people(control, account, render)
    _add_tickets(control, account, render)
    app.register_blueprint(control)


def _add_state(control: Blueprint, app: Flask, account: Account) -> None:
    @control.get("/state")
    def state() -> Response:
        agents = [user for user in account.users() if user["role"] != "end-user"]
        return json_answer(
            {
                "account_id": account.config.account_id,
                "subdomain": account.config.subdomain,
                "url": account.config.base_url,
                "now": iso(account.clock.now()),
                "oauth": {
                    "client_id": account.config.oauth_client_id,
                    "client_secret": account.config.oauth_client_secret,
                },
                "service_user_id": account.service_user_id,
                "admin_user_id": account.admin_user_id,
                "agents": [
                    {name: user[name] for name in ("id", "name", "locale", "role")} for user in agents
                ],
                "app": None,
                "webhooks": [],
                "counts": account.history_size(),
                **{name: part() for name, part in account.state.items()},
            }
        )

    @control.get("/clock")
    def show_clock() -> Response:
        return json_answer(_clock(account))

    @control.post("/clock")
    def move_clock() -> Response:
        wanted = body()
        if "advance_seconds" in wanted:
            account.clock.advance(timedelta(seconds=float(wanted["advance_seconds"])))
        elif "set" in wanted:
            account.clock.set(_moment(wanted["set"]))
        else:
            raise BadRequest("Send advance_seconds (a number) or set (an ISO moment)")
        account.close_due()
        return json_answer(_clock(account))

    @control.get("/calls")
    def calls() -> Response:
        return json_answer(app.extensions["rehearsal.ledger"].report(number("since", 0, low=0, high=10**12)))


def _add_people(control: Blueprint, account: Account, render: Render) -> None:
    @control.post("/users")
    def create_user() -> Response:
        return json_answer(
            {"user": render.user(account.create_user(body(), actor_id=account.admin_user_id))}, 201
        )

    @control.patch("/users/<int:user_id>")
    def update_user(user_id: int) -> Response:
        return json_answer({"user": render.user(account.update_user(user_id, body()))})

    @control.delete("/users/<int:user_id>")
    def delete_user(user_id: int) -> Response:
        return json_answer(
            {"user": render.user(account.delete_user(user_id, actor_id=account.admin_user_id))}
        )

    @control.post("/users/merge")
    def merge_users() -> Response:
        wanted = body()
        merged = account.merge_users(
            _number(wanted, "from"), _number(wanted, "into"), actor_id=account.admin_user_id
        )
        return json_answer({"user": render.user(merged)})


def _add_tickets(control: Blueprint, account: Account, render: Render) -> None:
    @control.post("/tickets")
    def create_ticket() -> Response:
        ticket = _created(account, body())
        return json_answer({"ticket": render.ticket(ticket)}, 201)

    @control.post("/tickets/<int:ticket_id>/comments")
    def add_comment(ticket_id: int) -> Response:
        wanted = body()
        author_id = _number(wanted, "author_id")
        ticket = _commented(account, ticket_id, author_id, wanted)
        return json_answer({"ticket": render.ticket(ticket)}, 201)

    @control.patch("/tickets/<int:ticket_id>")
    def update_ticket(ticket_id: int) -> Response:
        wanted = body()
        actor_id = int(wanted.pop("actor_id", account.admin_user_id))
        _note_agent(account, actor_id, ticket_id)
        ticket, audit = account.update_ticket(ticket_id, wanted, actor_id=actor_id, via="web")
        return json_answer({"ticket": render.ticket(ticket), "audit": audit})

    @control.delete("/tickets/<int:ticket_id>")
    def delete_ticket(ticket_id: int) -> Response:
        account.delete_ticket(ticket_id, actor_id=account.admin_user_id)
        return json_answer({"deleted": ticket_id})

    @control.post("/tickets/merge")
    def merge_tickets() -> Response:
        wanted = body()
        actor_id = int(wanted.get("actor_id", account.admin_user_id))
        from_id, into_id = _number(wanted, "from"), _number(wanted, "into")
        return json_answer(
            {"ticket": render.ticket(account.merge_tickets(from_id, into_id, actor_id=actor_id))}
        )


def _created(account: Account, wanted: Doc) -> Doc:
    channel = wanted.pop("channel", "email")
    comment = {"body": wanted.pop("body", ""), "html_body": wanted.pop("html_body", None), "public": True}
    requester = wanted.get("requester")
    if "requester_id" not in wanted and isinstance(requester, dict):
        known = account.user_by_email(str(requester.get("email") or ""))
        wanted["requester_id"] = (known or account.create_user(requester))["id"]
    requester_id = _number(wanted, "requester_id")
    return account.create_ticket({**wanted, "comment": comment}, actor_id=requester_id, channel=channel)


def _commented(account: Account, ticket_id: int, author_id: int, wanted: Doc) -> Doc:
    comment: Doc = {name: wanted[name] for name in ("body", "html_body", "public") if name in wanted}
    comment = {"public": True, **comment, "author_id": author_id}
    is_staff = account.user(author_id)["role"] != "end-user"
    if not is_staff and account.ticket(ticket_id)["status"] == "closed":
        # An e-mail to a closed ticket opens a follow-up ticket.
        data = {"via_followup_source_id": ticket_id, "requester_id": author_id, "comment": comment}
        return account.create_ticket(data, actor_id=author_id, channel="email")
    if is_staff:
        _note_agent(account, author_id, ticket_id)
    via = "web" if is_staff else "email"
    return account.update_ticket(ticket_id, {"comment": comment}, actor_id=author_id, via=via)[0]


def _note_agent(account: Account, actor_id: int, ticket_id: int) -> None:
    # Agents' work in the browser counts against the same limit as API updates, but is not refused.
    limits = account.config.limits
    if account.user(actor_id)["role"] != "end-user":
        account.meter.note([Limit("tickets-update", account.config.tickets_update)])
        account.meter.note(
            [Limit("per-ticket-updates", limits.per_ticket_updates, 600, (actor_id, ticket_id))]
        )


def _clock(account: Account) -> Doc:
    return {"now": iso(account.clock.now()), "offset_seconds": account.clock.offset.total_seconds()}


def _moment(text: Any) -> Any:
    try:
        return moment(str(text))
    except ValueError:
        raise BadRequest(f"{text!r} is not an ISO 8601 moment") from None


def _number(wanted: Doc, name: str) -> int:
    value = whole(wanted.get(name))
    if value is None:
        raise BadRequest(f"{name} is required: an id")
    return value
