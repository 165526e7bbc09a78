"""Triggers and automations as records: what Zendesk lets an admin store, and doing what a rule says."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from integration.rehearsal import conditions, nullifying, placeholders, rule_actions
from integration.rehearsal.account import Account
from integration.rehearsal.base import SYSTEM_USER_ID, Doc, dump
from integration.rehearsal.errors import Invalid, NotFound, Refused
from integration.rehearsal.outbox import Outbox
from integration.rehearsal.subscriptions import CONDITIONAL
from integration.rehearsal.ticket_values import ticket_values
from integration.rehearsal.webhooks import Target, Webhooks

MOST_ACTIVE = {"trigger": 7000, "automation": 500}
LONGEST = 65_535


class Rules:
    """Stores rules and carries out the actions of those that fire."""

    def __init__(self, account: Account, webhooks: Webhooks, outbox: Outbox) -> None:
        self.account = account
        self._webhooks = webhooks
        self._outbox = outbox

    def active(self, kind: str) -> list[Doc]:
        """Return the active rules of a kind in the order in which they run."""
        found = [rule for rule in self.account.resources(kind) if rule["active"]]
        return sorted(found, key=lambda rule: (rule["position"], rule["id"]))

    def create(self, kind: str, data: Mapping[str, Any], *, default: bool = False) -> Doc:
        """Store a rule; `default` marks one that every account has. Raises Invalid."""
        existing = self.account.resources(kind)
        position = max((rule["position"] for rule in existing), default=0) + 1
        doc: Doc = {"active": True, "default": default, "position": position, **_chosen(kind, data)}
        doc.setdefault("actions", [])
        doc.setdefault("conditions", {"all": [], "any": []})
        self._check(kind, doc)
        if sum(rule["active"] for rule in existing) >= MOST_ACTIVE[kind]:
            raise Invalid.because(base=f"There are already {MOST_ACTIVE[kind]} active {kind}s")
        return self.account.save_resource(kind, doc)

    def update(self, kind: str, rule_id: int, data: Mapping[str, Any]) -> Doc:
        """Change what `data` names. Raises Invalid, NotFound."""
        doc = {**self.account.resource(kind, rule_id), **_chosen(kind, data)}
        self._check(kind, doc)
        return self.account.save_resource(kind, doc, rule_id)

    def carry_out(
        self, connection: sqlite3.Connection, kind: str, rule: Doc, ticket: Doc, *, actor_id: int
    ) -> None:
        """Do to a ticket what a rule of a kind says, as the system; `actor_id` set it off."""
        values = ticket_values(self.account, ticket, actor_id=actor_id)
        update = rule_actions.as_update(rule["actions"], ticket, actor_id=actor_id, values=values)
        changed = bool(update) and self._update(connection, kind, rule, ticket["id"], update)
        if changed:
            ticket = self.account.ticket(ticket["id"])
            values = ticket_values(self.account, ticket, actor_id=actor_id)
        for webhook_id, body in rule_actions.webhook_calls(rule["actions"]):
            target = self._target(webhook_id)
            if target is not None:
                filled = _filled(body, values, target.doc["request_format"])
                self._outbox.queue_from_rule(connection, webhook_id, filled, ticket_id=ticket["id"])

    def _update(
        self, connection: sqlite3.Connection, kind: str, rule: Doc, ticket_id: int, update: Doc
    ) -> bool:
        try:
            _, audit = self.account.update_ticket(ticket_id, update, actor_id=SYSTEM_USER_ID, via="rule")
        except Refused:  # Zendesk skips what a rule may not do; the update that fired it stands
            return False
        origin = {"id": rule["id"], "title": rule["title"], "deleted": False}
        audit["via"]["source"] = {"from": origin, "to": {}, "rel": kind}
        connection.execute("UPDATE audit SET doc = ? WHERE id = ?", (dump(audit), audit["id"]))
        return bool(audit["events"])

    def _target(self, webhook_id: str) -> Target | None:
        # A webhook that is gone or inactive leaves no trace on the ticket.
        try:
            target = self._webhooks.target(webhook_id)
        except NotFound:
            return None
        usable = target.doc["status"] == "active" and target.doc["subscriptions"] == [CONDITIONAL]
        return target if usable else None

    def _check(self, kind: str, doc: Doc) -> None:
        if not isinstance(doc.get("title"), str) or not doc["title"].strip():
            raise Invalid.because(title="cannot be blank")
        if not isinstance(doc["active"], bool) or not isinstance(doc["position"], int):
            raise Invalid.because(base="active must be true or false, position a whole number")
        every = [*doc["conditions"]["all"], *doc["conditions"]["any"]]
        if not every:
            raise Invalid.because(base=f"A {kind} must have at least one condition")
        if not doc["actions"]:
            raise Invalid.because(base=f"A {kind} must have at least one action")
        if len(dump(doc)) > LONGEST:
            raise Invalid.because(base="The definition is too long")
        for condition in every:
            if problem := conditions.problem(condition, hours=kind == "automation"):
                raise Invalid.because(conditions=problem)
        for action in doc["actions"]:
            self._check_action(action)
        if kind == "automation" and (problem := nullifying.problem(doc)):
            raise Invalid.because(base=problem)

    def _check_action(self, action: Mapping[str, Any]) -> None:
        problem = rule_actions.problem(action)
        if problem:
            raise Invalid.because(actions=problem)
        for webhook_id, _ in rule_actions.webhook_calls([action]):
            try:
                target = self._webhooks.target(webhook_id)
            except NotFound:
                raise Invalid.because(actions=f"there is no webhook {webhook_id}") from None
            if target.doc["subscriptions"] != [CONDITIONAL]:
                raise Invalid.because(actions=f"webhook {webhook_id} is subscribed to events, not to rules")


def _chosen(kind: str, data: Mapping[str, Any]) -> Doc:
    names = ["title", "active", "position"]
    names += ["description", "category_id"] if kind == "trigger" else []
    chosen: Doc = {name: data[name] for name in names if name in data}
    if "actions" in data:
        chosen["actions"] = _objects("actions", data["actions"])
    # Zendesk takes all and any beside the title too.
    given = data.get("conditions", data if "all" in data or "any" in data else None)
    if isinstance(given, Mapping):
        chosen["conditions"] = {name: _objects(name, given.get(name) or []) for name in ("all", "any")}
    elif given is not None:
        raise Invalid.because(conditions="must be an object with all and any")
    return chosen


def _objects(name: str, given: Any) -> list[Doc]:
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Invalid.because(**{name: "must be a list of objects"})
    return given


def _filled(body: Any, values: Mapping[str, Any], request_format: str) -> bytes:
    if isinstance(body, list):  # pairs of name and value, for formats without a body of their own
        body = "&".join(f"{name}={value}" for name, value in body)
    escape = placeholders.within_json if request_format == "json" else str
    return placeholders.expand(str(body), values, escape=escape).encode()
