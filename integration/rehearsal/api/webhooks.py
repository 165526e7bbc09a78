"""/api/v2/webhooks: webhooks, their secrets, test requests, and what was sent in the last seven days."""

from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, request

from integration.rehearsal import calls
from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.base import Doc
from integration.rehearsal.errors import BadRequest, NotFound
from integration.rehearsal.guard import actor, named, require_admin
from integration.rehearsal.invocations import Invocations
from integration.rehearsal.outbox import Outbox
from integration.rehearsal.paging import LARGEST_PAGE, decode_cursor, encode_cursor, number
from integration.rehearsal.sender import Sender
from integration.rehearsal.signing import TEST_SECRET, new_ulid
from integration.rehearsal.webhooks import Webhooks, request_problem

_SAMPLE = '{\n  "message": "This is a test request."\n}\n'


def register(app: Flask, account: Account) -> None:
    """Add the routes and the sender, which `app.extensions["rehearsal.sender"]` hands out."""
    webhooks = Webhooks(account.db, account.clock, trial=account.config.trial)
    invocations = Invocations(account.db, account.clock)
    outbox = Outbox(account.db, webhooks, invocations, app.extensions["rehearsal.faults"])
    sender = Sender(outbox, invocations, webhooks, account.clock, account.config)
    account.on_change.append(lambda _connection, _change: sender.wake())
    account.state["webhooks"] = webhooks.all
    app.extensions["rehearsal.webhooks"] = webhooks
    app.extensions["rehearsal.invocations"] = invocations
    app.extensions["rehearsal.outbox"] = outbox
    app.extensions["rehearsal.sender"] = sender
    app.register_blueprint(_blueprint(account, webhooks, invocations))


def _blueprint(account: Account, webhooks: Webhooks, invocations: Invocations) -> Blueprint:
    api = Blueprint("webhooks", __name__, url_prefix="/api/v2/webhooks")
    api.before_request(lambda: require_admin(account))

    @api.get("")
    def list_webhooks() -> Response:
        size = _size()
        return _paged("webhooks", _page(_chosen(webhooks.all()), size), size)

    @api.post("")
    def create_webhook() -> Response:
        source = request.args.get("clone_webhook_id")
        if source:
            return json_answer({"webhook": webhooks.clone(source, user_id=actor())}, 201)
        return json_answer({"webhook": webhooks.create(named("webhook"), user_id=actor())}, 201)

    @api.get("/<webhook_id>")
    def show_webhook(webhook_id: str) -> Response:
        return json_answer({"webhook": webhooks.show(webhook_id)})

    @api.route("/<webhook_id>", methods=["PUT", "PATCH"])
    def change_webhook(webhook_id: str) -> Response:
        whole = request.method == "PUT"
        webhooks.change(webhook_id, named("webhook"), user_id=actor(), whole=whole)
        return Response(status=204)

    @api.delete("/<webhook_id>")
    def delete_webhook(webhook_id: str) -> Response:
        webhooks.delete(webhook_id)
        return Response(status=204)

    @api.get("/<webhook_id>/signing_secret")
    def show_secret(webhook_id: str) -> Response:
        return _secret(webhooks.secret(webhook_id))

    @api.post("/<webhook_id>/signing_secret")
    def reset_secret(webhook_id: str) -> Response:
        return _secret(webhooks.rotate_secret(webhook_id), 201)

    @api.post("/test")
    def test_webhook() -> Response:
        return json_answer({"response": _send_test(account, webhooks)})

    @api.get("/<webhook_id>/invocations")
    def list_invocations(webhook_id: str) -> Response:
        webhooks.show(webhook_id)
        size = _size()
        return _paged("invocations", invocations.page(webhook_id, before=_cursor(), size=size + 1), size)

    @api.get("/<webhook_id>/invocations/<invocation_id>/attempts")
    def list_attempts(webhook_id: str, invocation_id: str) -> Response:
        found = invocations.attempts(webhook_id, invocation_id)
        if found is None:
            raise NotFound
        return json_answer({"attempts": found})

    return api


def _secret(secret: str, status: int = 200) -> Response:
    return json_answer({"signing_secret": {"algorithm": "SHA256", "secret": secret}}, status)


def _send_test(account: Account, webhooks: Webhooks) -> Doc:
    webhook_id = request.args.get("webhook_id")
    wishes = named("request")
    stored = webhooks.target(webhook_id) if webhook_id else None
    webhook = {"http_method": "POST", "request_format": "json", **(stored.doc if stored else {}), **wishes}
    if problem := request_problem(webhook):
        raise BadRequest(problem, "InvalidWebhook")
    payload = webhook.get("payload") or _SAMPLE
    now = account.clock.now()
    sent = calls.build(
        webhook,
        secret=stored.secret if stored else TEST_SECRET,
        account_id=account.config.account_id,
        invocation_id=new_ulid(now),
        body=str(payload).encode(),
        at=now,
    )
    caller = calls.Caller(account.config.sender.timeout)
    try:
        reply = caller.send(sent)
    finally:
        caller.close()
    headers = [{"key": key, "value": value} for key, value in reply.headers]
    return {"status_code": reply.answer.status_code or 504, "headers": headers, "payload": reply.payload}


# -- lists


def _chosen(found: list[Doc]) -> list[Doc]:
    name, status = request.args.get("filter[name_contains]"), request.args.get("filter[status]")
    if name:
        found = [one for one in found if name.lower() in one["name"].lower()]
    if status:
        found = [one for one in found if one["status"] == status]
    sort = request.args.get("sort", "")
    key = sort.removeprefix("-")
    if key in ("name", "status"):
        found = sorted(found, key=lambda one: str(one[key]).lower(), reverse=sort.startswith("-"))
    return found


def _page(found: list[Doc], size: int) -> list[Doc]:
    """Return the rows that follow the cursor of the request, one more than a page where there are more."""
    after = _cursor()
    if after is None:
        return found[: size + 1]
    ids = [one["id"] for one in found]
    if after not in ids:
        raise BadRequest("The cursor is not valid", "InvalidCursor")
    start = ids.index(after) + 1
    return found[start : start + size + 1]


def _paged(name: str, found: list[Doc], size: int) -> Response:
    rows, has_more = found[:size], len(found) > size
    meta: Doc = {"has_more": has_more}
    links: Doc = {}
    if has_more:
        meta["after_cursor"] = encode_cursor(rows[-1]["id"])
        kept = {key: value for key, value in request.args.items() if key != "page[after]"}
        links["next"] = f"{request.base_url}?{urlencode({**kept, 'page[after]': meta['after_cursor']})}"
    return json_answer({name: rows, "meta": meta, "links": links})


def _size() -> int:
    return number("page[size]", LARGEST_PAGE, low=1, high=LARGEST_PAGE)


def _cursor() -> str | None:
    given = request.args.get("page[after]")
    return None if given is None else decode_cursor(given)
