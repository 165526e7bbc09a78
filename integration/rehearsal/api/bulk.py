"""Work on many tickets at once, done by jobs; and the status of jobs."""

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.api.ticket_lists import ids_in_query
from integration.rehearsal.api.tickets import limit_updates, metadata_of
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import BadRequest, NotFound
from integration.rehearsal.guard import actor, body, named, spend
from integration.rehearsal.jobs import Step
from integration.rehearsal.limits import Limit
from integration.rehearsal.numbers import whole


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("bulk", __name__, url_prefix="/api/v2")

    def answer(kind: str, steps: list[Step]) -> Response:
        return json_answer({"job_status": _shown(account, account.jobs.enqueue(kind, steps))})

    @api.post("/tickets/create_many")
    def create_many() -> Response:
        return answer(
            "Bulk Create Ticket", [_creation(account, data, actor()) for data in _tickets_in_body()]
        )

    @api.route("/tickets/update_many", methods=["PUT", "POST"])
    def update_many() -> Response:
        spend(account, Limit("tickets-update", account.config.tickets_update))
        if "ids" in request.args:
            data = named("ticket")
            return answer("Bulk Update Ticket", [_update(account, n, data, actor()) for n in ids_in_query()])
        tickets = _tickets_in_body()
        ids = [number for data in tickets if (number := whole(data.get("id"))) is not None]
        if len(ids) < len(tickets):
            raise BadRequest("Each ticket of a batch needs its id", "ParameterMissing")
        steps = [_update(account, n, data, actor()) for n, data in zip(ids, tickets, strict=True)]
        return answer("Bulk Update Ticket", steps)

    @api.delete("/tickets/destroy_many")
    def destroy_many() -> Response:
        spend(account, Limit("tickets-delete", account.config.limits.tickets_delete))
        return answer("Bulk Delete Ticket", [_deletion(account, n, actor()) for n in ids_in_query()])

    @api.put("/deleted_tickets/<int:ticket_id>/restore")
    def restore(ticket_id: int) -> Response:
        account.restore_ticket(ticket_id, actor_id=actor())
        return json_answer({})

    @api.delete("/deleted_tickets/<int:ticket_id>")
    def erase(ticket_id: int) -> Response:
        acting = actor()

        def step() -> Doc:
            account.erase_ticket(ticket_id, actor_id=acting)
            return {"id": ticket_id, "action": "delete", "status": "Deleted", "success": True}

        return answer("Deleted Ticket Cleanup", [step])

    @api.post("/tickets/<int:ticket_id>/merge")
    def merge(ticket_id: int) -> Response:
        wanted, acting = body(), actor()
        limit_updates(account, ticket_id)
        account.ticket(ticket_id)
        given = wanted.get("ids")
        ids = [whole(one) for one in given] if isinstance(given, list) else []
        steps = [_merge(account, n, ticket_id, wanted, acting) for n in ids if n is not None]
        if not ids or len(steps) < len(ids):
            raise BadRequest("Parameter ids is required and must be a list of ids", "ParameterMissing")
        return answer("Ticket Merge", steps)

    @api.get("/job_statuses/<job_id>")
    def show_job(job_id: str) -> Response:
        return json_answer({"job_status": _shown(account, account.jobs.show(job_id))})

    @api.get("/job_statuses/show_many")
    def show_many_jobs() -> Response:
        ids = request.args.get("ids", "").split(",")[:100]
        return json_answer(
            {"job_statuses": [_shown(account, j) for j in account.jobs.all() if j["id"] in ids]}
        )

    @api.get("/job_statuses")
    def list_jobs() -> Response:
        jobs = [_shown(account, job) for job in account.jobs.all()]
        meta = {"has_more": False, "after_cursor": None, "before_cursor": None}
        return json_answer({"job_statuses": jobs, "meta": meta, "links": {"prev": None, "next": None}})

    app.register_blueprint(api)


def _shown(account: Account, job: Doc) -> Doc:
    return {"url": f"{account.config.base_url}/api/v2/job_statuses/{job['id']}.json", **job}


def _tickets_in_body() -> list[Doc]:
    tickets = body().get("tickets")
    if not isinstance(tickets, list) or not all(isinstance(data, dict) for data in tickets):
        raise BadRequest("Parameter tickets is required and must be a list of objects", "ParameterMissing")
    return tickets


def _creation(account: Account, data: Doc, actor_id: int) -> Step:
    def step() -> Doc:
        ticket = account.create_ticket(data, actor_id=actor_id)
        return {"id": ticket["id"], "account_id": account.config.account_id, "success": True}

    return step


def _update(account: Account, ticket_id: int, data: Doc, actor_id: int) -> Step:
    data = {**_as_it_was(account, ticket_id), **data}

    def step() -> Doc:
        metadata = metadata_of(data)
        try:
            if "additional_tags" in data or "remove_tags" in data:
                account.change_tags(
                    ticket_id,
                    actor_id=actor_id,
                    add=data.get("additional_tags"),
                    remove=data.get("remove_tags"),
                    data=data,
                    metadata=metadata,
                )
            else:
                account.update_ticket(ticket_id, data, actor_id=actor_id, metadata=metadata)
        except NotFound:
            return _missing(ticket_id)
        return {"id": ticket_id, "action": "update", "status": "Updated", "success": True}

    return step


def _as_it_was(account: Account, ticket_id: int) -> Doc:
    # Bulk updates are always safe: what somebody changes before the job comes to it is not overwritten.
    try:
        return {"safe_update": True, "updated_stamp": account.ticket(ticket_id)["updated_at"]}
    except NotFound:
        return {}


def _deletion(account: Account, ticket_id: int, actor_id: int) -> Step:
    def step() -> Doc:
        try:
            account.delete_ticket(ticket_id, actor_id=actor_id)
        except NotFound:
            return _missing(ticket_id)
        return {"id": ticket_id, "action": "delete", "status": "Deleted", "success": True}

    return step


def _merge(account: Account, from_id: int, into_id: int, wanted: Doc, actor_id: int) -> Step:
    def step() -> Doc:
        account.merge_tickets(
            from_id,
            into_id,
            actor_id=actor_id,
            source_comment=wanted.get("source_comment"),
            target_comment=wanted.get("target_comment"),
            public=bool(wanted.get("target_comment_is_public")),
        )
        return {"id": from_id, "action": "merge", "status": "Merged", "success": True}

    return step


def _missing(ticket_id: int) -> Doc:
    return {
        "id": ticket_id,
        "error": "TicketNotFound",
        "details": f"Ticket {ticket_id} not found",
        "success": False,
    }
