"""/api/v2/triggers and /api/v2/automations."""

from flask import Blueprint, Flask, Response, request

from integration.rehearsal.account import Account
from integration.rehearsal.answers import json_answer
from integration.rehearsal.automations import CLOSE_SOLVED, run_automations
from integration.rehearsal.base import Doc
from integration.rehearsal.guard import named, require_admin
from integration.rehearsal.paging import Docs, page
from integration.rehearsal.rules import Rules
from integration.rehearsal.triggers import Triggers


def register(app: Flask, account: Account) -> None:
    """Add the routes, run triggers on every change from now on, and automations every hour."""
    rules = Rules(account, app.extensions["rehearsal.webhooks"], app.extensions["rehearsal.outbox"])
    if account.db.setting("rules_furnished") is None:
        rules.create("automation", CLOSE_SOLVED, default=True)
        account.db.set_setting("rules_furnished", True)
    account.on_change.append(Triggers(rules))
    app.extensions["rehearsal.rules"] = rules
    app.extensions["rehearsal.sender"].on_hour.append(lambda: run_automations(rules))
    for kind in ("trigger", "automation"):
        app.register_blueprint(_blueprint(account, rules, kind))


def _blueprint(account: Account, rules: Rules, kind: str) -> Blueprint:
    api = Blueprint(f"{kind}s", __name__, url_prefix=f"/api/v2/{kind}s")
    api.before_request(lambda: require_admin(account))

    def shown(rule: Doc) -> Doc:
        return _shown(account, kind, rule)

    @api.get("")
    def list_rules() -> Response:
        wanted = {"true": True, "false": False}.get(request.args.get("active", ""))
        found = [rule for rule in account.resources(kind) if wanted is None or rule["active"] == wanted]
        return json_answer(page(account.config.base_url, f"{kind}s", Docs(found), shown)[0])

    @api.get("/active")
    def list_active_rules() -> Response:
        found = rules.active(kind)
        return json_answer(page(account.config.base_url, f"{kind}s", Docs(found), shown)[0])

    @api.post("")
    def create_rule() -> Response:
        rule = shown(rules.create(kind, named(kind)))
        answer = json_answer({kind: rule}, 201)
        answer.headers["Location"] = rule["url"]
        return answer

    @api.get("/<int:rule_id>")
    def show_rule(rule_id: int) -> Response:
        return json_answer({kind: shown(account.resource(kind, rule_id))})

    @api.put("/<int:rule_id>")
    def update_rule(rule_id: int) -> Response:
        return json_answer({kind: shown(rules.update(kind, rule_id, named(kind)))})

    @api.delete("/<int:rule_id>")
    def delete_rule(rule_id: int) -> Response:
        account.delete_resource(kind, rule_id)
        return Response(status=204)

    return api


def _shown(account: Account, kind: str, rule: Doc) -> Doc:
    shown: Doc = {"url": f"{account.config.base_url}/api/v2/{kind}s/{rule['id']}.json", **rule}
    shown["raw_title"] = rule["title"]
    if kind == "trigger":
        shown = {"description": None, "category_id": None, **shown}
    return shown
