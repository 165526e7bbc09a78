"""Lists of tickets: all, of a requester, of an assignee, of an organization, deleted ones."""

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.api.tickets import side_loads
from integration.rehearsal.base import Doc, seconds
from integration.rehearsal.errors import BadRequest
from integration.rehearsal.guard import spend
from integration.rehearsal.limits import Limit
from integration.rehearsal.numbers import whole
from integration.rehearsal.paging import LARGEST_PAGE, Rows, page
from integration.rehearsal.render import Render

# Where active and archived tickets of a requester mix, new ones appear late.
MIXED_LAG_SECONDS = 30


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("ticket_lists", __name__, url_prefix="/api/v2")
    render = Render(account)

    def listed(where: str, *arguments: object) -> Response:
        rows = Rows(account.db, "ticket", where, arguments)
        answer, docs = page(account.config.base_url, "tickets", rows, render.ticket)
        return json_answer({**answer, **side_loads(render, docs)})

    def unarchived(where: str, *arguments: object) -> Response:
        now = seconds(account.clock.now())
        return listed(
            f"status != 'deleted' AND coalesce(archived, {now} + 1) > {now} AND {where}", *arguments
        )

    @api.get("/tickets")
    def list_tickets() -> Response:
        external_id = request.args.get("external_id")
        if external_id is not None:
            return unarchived("json_extract(doc, '$.external_id') = ?", external_id)
        return unarchived("1")

    @api.get("/tickets/count")
    def count_tickets() -> Response:
        now = seconds(account.clock.now())
        where = f"status != 'deleted' AND coalesce(archived, {now} + 1) > {now}"
        value = Rows(account.db, "ticket", where).count()
        return json_answer({"count": {"value": value, "refreshed_at": None}})

    @api.get("/tickets/show_many")
    def show_many_tickets() -> Response:
        tickets = account.tickets(ids_in_query())
        answer: Doc = {"tickets": [render.ticket(doc) for doc in tickets], "count": len(tickets)}
        return json_answer(
            {**answer, "next_page": None, "previous_page": None, **side_loads(render, tickets)}
        )

    @api.get("/users/<int:user_id>/tickets/requested")
    def list_requested(user_id: int) -> Response:
        account.user(user_id)
        now = seconds(account.clock.now())
        archived = Rows(account.db, "ticket", "requester_id = ? AND archived <= ?", (user_id, now)).count()
        until = now - MIXED_LAG_SECONDS if archived else now + 1
        return listed("requester_id = ? AND status != 'deleted' AND created <= ?", user_id, until)

    @api.get("/users/<int:user_id>/tickets/assigned")
    def list_assigned(user_id: int) -> Response:
        account.user(user_id)
        return unarchived("json_extract(doc, '$.assignee_id') = ?", user_id)

    @api.get("/organizations/<int:organization_id>/tickets")
    def list_of_organization(organization_id: int) -> Response:
        account.resource("organization", organization_id)
        return unarchived("json_extract(doc, '$.organization_id') = ?", organization_id)

    @api.get("/deleted_tickets")
    def list_deleted() -> Response:
        spend(account, Limit("deleted-tickets", account.config.limits.deleted_tickets))
        rows = Rows(account.db, "ticket", "status = 'deleted' AND json_extract(doc, '$._erased') IS NULL")

        def shown(doc: Doc) -> Doc:
            actor = account.user(doc["_deleted_by"])
            return {
                "id": doc["id"],
                "subject": doc["subject"],
                "description": doc["description"],
                "actor": {"id": actor["id"], "name": actor["name"]},
                "deleted_at": doc["_deleted_at"],
                "previous_state": doc["_status_before"],
            }

        return json_answer(page(account.config.base_url, "deleted_tickets", rows, shown)[0])

    app.register_blueprint(api)


def ids_in_query() -> list[int]:
    """Return the ids of the query, at most 100. Raises BadRequest."""
    given = [part.strip() for part in request.args.get("ids", "").split(",") if part.strip()]
    ids = [number for part in given if (number := whole(part)) is not None]
    if len(ids) < len(given):
        raise BadRequest("Parameter ids must be a list of ids separated by commas", "InvalidParameter")
    if len(ids) > LARGEST_PAGE:
        raise BadRequest(f"Parameter ids takes at most {LARGEST_PAGE} ids", "TooManyValues")
    return ids
