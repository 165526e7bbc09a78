"""Users and organizations."""

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.api.ticket_lists import ids_in_query
from integration.rehearsal.base import Doc, load
from integration.rehearsal.errors import BadRequest, NotFound
from integration.rehearsal.guard import actor, named, require_admin, spend
from integration.rehearsal.limits import Limit
from integration.rehearsal.numbers import whole
from integration.rehearsal.paging import Rows, page
from integration.rehearsal.render import Render


def register(app: Flask, account: Account) -> None:
    """Add the routes."""
    api = Blueprint("users", __name__, url_prefix="/api/v2")
    render = Render(account)
    _add_reading(api, account, render)
    _add_writing(api, account, render)
    app.register_blueprint(api)


def _add_reading(api: Blueprint, account: Account, render: Render) -> None:
    @api.get("/users")
    def list_users() -> Response:
        roles = request.args.getlist("role") + request.args.getlist("role[]")
        marks = ", ".join("?" * len(roles))
        rows = Rows(account.db, "user", f"active AND role IN ({marks})" if roles else "active", roles)
        return json_answer(page(account.config.base_url, "users", rows, render.user)[0])

    @api.get("/users/count")
    def count_users() -> Response:
        value = Rows(account.db, "user", "active").count()
        return json_answer({"count": {"value": value, "refreshed_at": None}})

    @api.get("/users/me")
    def show_me() -> Response:
        return json_answer({"user": render.user(account.user(actor()))})

    @api.get("/users/<int:user_id>")
    def show_user(user_id: int) -> Response:
        return json_answer({"user": render.user(account.user(user_id))})

    @api.get("/users/show_many")
    def show_many_users() -> Response:
        users = [render.user(doc) for doc in account.users_of(ids_in_query())]
        return json_answer({"users": users, "next_page": None, "previous_page": None, "count": len(users)})

    @api.get("/users/search")
    def search_users() -> Response:
        if "external_id" in request.args:
            rows = Rows(account.db, "user", "active AND json_extract(doc, '$.external_id') = ?",
                        (request.args["external_id"],))  # fmt: skip
        else:
            words = request.args.get("query", "").removeprefix("email:").strip('"').lower()
            where = "active AND (email = ? OR lower(json_extract(doc, '$.name')) LIKE ? ESCAPE '\\')"
            like = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            rows = Rows(account.db, "user", where, (words, f"%{like}%"))
        return json_answer(page(account.config.base_url, "users", rows, render.user)[0])

    @api.get("/users/<int:user_id>/identities")
    def list_identities(user_id: int) -> Response:
        user = account.user(user_id)
        base = f"{account.config.base_url}/api/v2/users/{user_id}/identities"
        identity = {
            "url": f"{base}/{user_id + 900_000}.json",
            "id": user_id + 900_000,
            "user_id": user_id,
            "type": "email",
            "value": user["email"],
            "verified": user["verified"],
            "primary": True,
            "created_at": user["created_at"],
            "updated_at": user["updated_at"],
        }
        identities = [identity] if user["email"] else []
        return json_answer({"identities": identities, "next_page": None, "previous_page": None,
                            "count": len(identities)})  # fmt: skip

    @api.get("/deleted_users")
    def list_deleted_users() -> Response:
        rows = Rows(account.db, "user", "NOT active")
        return json_answer(page(account.config.base_url, "deleted_users", rows, render.user)[0])

    @api.get("/deleted_users/<int:user_id>")
    def show_deleted_user(user_id: int) -> Response:
        user = account.user(user_id)
        if user["active"]:
            raise NotFound
        return json_answer({"deleted_user": render.user(user)})


def _add_writing(api: Blueprint, account: Account, render: Render) -> None:
    @api.post("/users")
    def create_user() -> Response:
        user = account.create_user(_permitted(account, named("user")), actor_id=actor())
        return json_answer({"user": render.user(user)}, 201)

    @api.post("/users/create_or_update")
    def create_or_update_user() -> Response:
        data = _permitted(account, named("user"))
        known = _known(account, data)
        if known is None:
            return json_answer({"user": render.user(account.create_user(data, actor_id=actor()))}, 201)
        return json_answer({"user": render.user(account.update_user(known["id"], data, actor_id=actor()))})

    @api.put("/users/<int:user_id>")
    def update_user(user_id: int) -> Response:
        spend(account, Limit("user-update", account.config.limits.user_update, 60, user_id))
        data = _permitted(account, named("user"))
        return json_answer({"user": render.user(account.update_user(user_id, data, actor_id=actor()))})

    @api.delete("/users/<int:user_id>")
    def delete_user(user_id: int) -> Response:
        return json_answer({"user": render.user(account.delete_user(user_id, actor_id=actor()))})

    @api.put("/users/<int:user_id>/merge")
    def merge_user(user_id: int) -> Response:
        into = whole(named("user").get("id"))
        if into is None:
            raise BadRequest("user.id is required: the user to merge into", "ParameterMissing")
        return json_answer({"user": render.user(account.merge_users(user_id, into, actor_id=actor()))})


def _permitted(account: Account, data: Doc) -> Doc:
    if data.get("role", "end-user") != "end-user":
        require_admin(account)
    return data


def _known(account: Account, data: Doc) -> Doc | None:
    if data.get("email"):
        return account.user_by_email(str(data["email"]).strip())
    with account.db.read() as connection:
        query = "SELECT doc FROM user WHERE active AND json_extract(doc, '$.external_id') = ?"
        row = connection.execute(query, (str(data.get("external_id")),)).fetchone()
    return None if row is None else load(row["doc"])
