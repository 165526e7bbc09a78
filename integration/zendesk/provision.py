"""Puts what Makegood needs into the account, repairs it, and takes it away again; nothing else is touched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from integration.zendesk import paging
from integration.zendesk.errors import NotFound, UnexpectedAnswer
from integration.zendesk.http import ZendeskSession
from integration.zendesk.shapes import Json
from integration.zendesk.wanted import (
    CONDITIONAL,
    FIELDS,
    OPTION_PREFIX,
    WEBHOOKS,
    WantedField,
    WantedWebhook,
)

FieldIds = Mapping[str, int]
"""Which ticket field of the account is which of `wanted.FIELDS`, by its key."""

NONE_KNOWN: FieldIds = {}
_FIELDS_PATH = "/api/v2/ticket_fields"
_WEBHOOKS_PATH = "/api/v2/webhooks"


class Action(StrEnum):
    CREATE = "create"
    REPAIR = "repair"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do in the account, as a person reads it in a plan."""

    action: Action
    kind: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What stands in the account after `apply`; keys are those of `wanted`."""

    field_ids: FieldIds
    webhook_ids: Mapping[str, str]
    signing_secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Step:
    change: Change
    method: str
    path: str
    payload: Json | None = None


def plan(session: ZendeskSession, public_url: str, known: FieldIds = NONE_KNOWN) -> tuple[Change, ...]:
    """Return what `apply` would do now; reads only. `known` fields are ours under any title."""
    return tuple(step.change for step in _steps(_read(session, known), public_url))


def apply(session: ZendeskSession, public_url: str, known: FieldIds = NONE_KNOWN) -> Provisioned:
    """Do what `plan` says and return ids and signing secrets; running it again changes nothing.

    Raises a `ZendeskError` where it stops; the next run goes on from there.
    """
    for step in _steps(_read(session, known), public_url):
        _do(session, step)
    return find(session, public_url, known)


def find(session: ZendeskSession, public_url: str, known: FieldIds = NONE_KNOWN) -> Provisioned:
    """Return what stands in the account. Raises `UnexpectedAnswer` where something is missing."""
    state = _read(session, known)
    fields = {wanted.key: _our_field(state, wanted) for wanted in FIELDS}
    webhooks = {wanted.key: _our_webhook(state, wanted, public_url) for wanted in WEBHOOKS}
    missing = sorted(key for key, found in {**fields, **webhooks}.items() if found is None)
    if missing:
        raise UnexpectedAnswer(f"the account lacks {', '.join(missing)}; run `makegood connect`.")
    webhook_ids = {key: str(found["id"]) for key, found in webhooks.items() if found}
    return Provisioned(
        field_ids={key: _id(found) for key, found in fields.items() if found},
        webhook_ids=webhook_ids,
        signing_secrets=tuple(_secret(session, webhook_id) for webhook_id in webhook_ids.values()),
    )


def has_any(session: ZendeskSession, known: FieldIds) -> bool:
    """Whether the account has one of these ticket fields, under whatever title."""
    ids = set(known.values())
    return any(
        _id(row) in ids for row in paging.rows(session, _FIELDS_PATH, "ticket_fields") if row.get("id")
    )


def plan_removal(
    session: ZendeskSession, public_url: str, known: FieldIds = NONE_KNOWN
) -> tuple[Change, ...]:
    """Return what `remove` would delete; with a ticket field go its values in all tickets."""
    return tuple(step.change for step in _removals(_read(session, known), public_url))


def remove(session: ZendeskSession, public_url: str, known: FieldIds = NONE_KNOWN) -> tuple[Change, ...]:
    """Delete what is ours, webhooks first, and return what was deleted."""
    steps = _removals(_read(session, known), public_url)
    for step in steps:
        _do(session, step)
    return tuple(step.change for step in steps)


def _do(session: ZendeskSession, step: _Step) -> None:
    try:
        session.request(step.method, step.path, json=step.payload)
    except NotFound:
        # Somebody was faster.
        if step.change.action is not Action.DELETE:
            raise


@dataclass(frozen=True, slots=True)
class _State:
    fields: list[Json]
    webhooks: list[Json]
    known: FieldIds


def _read(session: ZendeskSession, known: FieldIds) -> _State:
    named = {"filter[name_contains]": "Makegood"}
    return _State(
        [row for row in paging.rows(session, _FIELDS_PATH, "ticket_fields") if row.get("id")],
        [row for row in paging.rows(session, _WEBHOOKS_PATH, "webhooks", named) if row.get("id")],
        known,
    )


def _our_field(state: _State, wanted: WantedField) -> Json | None:
    # Admins rename fields, so the title comes last; and one of another type with our title is not ours. A
    # drop-down with our tags is: Zendesk gives a tag to one field only, a second one could not be created.
    of_type = [row for row in state.fields if row.get("type") == wanted.type]
    tags = {OPTION_PREFIX + key for key, _ in wanted.options}
    ours = (
        [row for row in of_type if _id(row) == state.known.get(wanted.key)]
        or [row for row in of_type if tags & _tags(row)]
        or [row for row in of_type if row.get("title") == wanted.title]
    )
    return min(ours, key=_id, default=None)


def _id(row: Json) -> int:
    return int(str(row["id"]))


def _tags(row: Json) -> set[str]:
    options = paging.objects({"custom_field_options": [], **row}, "custom_field_options")
    return {str(option.get("value")) for option in options}


def _named(state: _State, wanted: WantedWebhook) -> list[Json]:
    return [row for row in state.webhooks if row.get("name") == wanted.name]


def _our_webhook(state: _State, wanted: WantedWebhook, public_url: str) -> Json | None:
    named = _named(state, wanted)
    here = [row for row in named if row.get("endpoint") == public_url + wanted.path]
    return next(iter(here or named), None)


def _steps(state: _State, public_url: str) -> list[_Step]:
    steps: list[_Step] = []
    for wanted_field in FIELDS:
        steps += _field_steps(wanted_field, _our_field(state, wanted_field))
    for wanted_webhook in WEBHOOKS:
        found = _our_webhook(state, wanted_webhook, public_url)
        steps += _webhook_steps(wanted_webhook, found, public_url)
        steps += _surplus(state, wanted_webhook, found, public_url)
    return steps


def _field_steps(wanted: WantedField, found: Json | None) -> list[_Step]:
    options = [{"name": name, "value": OPTION_PREFIX + key} for key, name in wanted.options]
    if found is None:
        body: dict[str, object] = {
            "title": wanted.title,
            "type": wanted.type,
            "description": wanted.description,
            "agent_description": wanted.description,
            "active": True,
            "required": False,
            "visible_in_portal": False,
            "editable_in_portal": False,
        }
        if options:
            body["custom_field_options"] = options
        change = Change(Action.CREATE, "ticket field", wanted.title, "not there yet")
        return [_Step(change, "POST", _FIELDS_PATH, {"ticket_field": body})]
    repairs: dict[str, object] = {}
    why = []
    if found.get("active") is False:
        repairs["active"] = True
        why.append("it was switched off")
    present = paging.objects({"custom_field_options": [], **found}, "custom_field_options")
    missing = [each for each in options if each["value"] not in {row.get("value") for row in present}]
    if missing:
        # Zendesk takes the list as the whole, so options of others are sent along.
        kept = [{key: row[key] for key in ("id", "name", "value") if key in row} for row in present]
        repairs["custom_field_options"] = [*kept, *missing]
        why.append("options were missing")
    if not repairs:
        return []
    change = Change(Action.REPAIR, "ticket field", wanted.title, ", ".join(why))
    return [_Step(change, "PUT", f"{_FIELDS_PATH}/{found['id']}", {"ticket_field": repairs})]


def _webhook_steps(wanted: WantedWebhook, found: Json | None, public_url: str) -> list[_Step]:
    body: dict[str, object] = {
        "name": wanted.name,
        "description": wanted.description,
        "endpoint": public_url + wanted.path,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": list(wanted.subscriptions),
    }
    create = _Step(
        Change(Action.CREATE, "webhook", wanted.name, "not there yet"),
        "POST",
        _WEBHOOKS_PATH,
        {"webhook": body},
    )
    if found is None:
        return [create]
    subscribed = [str(each) for each in _list(found.get("subscriptions"))]
    if (CONDITIONAL in subscribed) != (CONDITIONAL in wanted.subscriptions):
        # The kind of a webhook can never be changed.
        return [_deletion("webhook", wanted.name, "of the wrong kind", found), create]
    fixed = ("endpoint", "http_method", "request_format", "status")
    repairs = {name: body[name] for name in fixed if found.get(name) != body[name]}
    if missing := set(wanted.subscriptions) - set(subscribed):
        repairs["subscriptions"] = sorted({*subscribed, *missing})
    if not repairs:
        return []
    why = ", ".join(sorted(repairs)).replace("_", " ") + " changed"
    change = Change(Action.REPAIR, "webhook", wanted.name, why)
    return [_Step(change, "PATCH", f"{_WEBHOOKS_PATH}/{found['id']}", {"webhook": repairs})]


def _surplus(state: _State, wanted: WantedWebhook, ours: Json | None, public_url: str) -> list[_Step]:
    """Delete twins left by an answer that was lost; those of another installation stay."""
    twins = [row for row in _named(state, wanted) if row.get("endpoint") == public_url + wanted.path]
    return [_deletion("webhook", wanted.name, "there twice", row) for row in twins if row is not ours]


def _removals(state: _State, public_url: str) -> list[_Step]:
    webhooks = [(wanted.name, _our_webhook(state, wanted, public_url)) for wanted in WEBHOOKS]
    fields = [_our_field(state, wanted) for wanted in FIELDS]
    steps = [_deletion("webhook", name, "ours", row) for name, row in webhooks if row]
    for wanted in WEBHOOKS:
        steps += _surplus(state, wanted, _our_webhook(state, wanted, public_url), public_url)
    return steps + [_deletion("ticket field", str(row.get("title")), "ours", row) for row in fields if row]


def _deletion(kind: str, title: str, why: str, row: Json) -> _Step:
    path = _WEBHOOKS_PATH if kind == "webhook" else _FIELDS_PATH
    return _Step(Change(Action.DELETE, kind, title, why), "DELETE", f"{path}/{row['id']}")


def _secret(session: ZendeskSession, webhook_id: str) -> str:
    answer = paging.json_object(session.get(f"{_WEBHOOKS_PATH}/{webhook_id}/signing_secret"))
    holder = answer.get("signing_secret")
    secret = holder.get("secret") if isinstance(holder, dict) else None
    if not isinstance(secret, str) or not secret:
        raise UnexpectedAnswer("there is no signing secret in it.")
    return secret


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
