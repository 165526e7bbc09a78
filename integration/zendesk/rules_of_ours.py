"""Finds the account's own rules that speak of Makegood: they would be left pointing at nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from integration.zendesk import paging
from integration.zendesk.errors import NotFound
from integration.zendesk.http import ZendeskSession
from integration.zendesk.provision import NONE_KNOWN, FieldIds
from integration.zendesk.wanted import FIELDS, OPTION_PREFIX, WEBHOOKS

KINDS = ("triggers", "automations")


@dataclass(frozen=True, slots=True)
class Rule:
    """A trigger or automation by its title; an admin's own, so nobody but an admin changes it."""

    kind: str
    id: int
    title: str


def find(session: ZendeskSession, known: FieldIds = NONE_KNOWN) -> Iterator[Rule]:
    """Yield active rules that name our webhooks, ticket fields or tags; `known` fields are ours.

    Raises `zendesk.errors`.
    """
    traces = {OPTION_PREFIX.encode()}
    traces |= {f'"{id}"'.encode() for id in _webhook_ids(session)}
    field_ids = _field_ids(session) | {str(id) for id in known.values()}
    traces |= {f"custom_fields_{id}".encode() for id in field_ids}
    for kind in KINDS:
        try:
            rows = list(paging.rows(session, f"/api/v2/{kind}", kind))
        except NotFound:
            continue
        for row in rows:
            text = orjson.dumps(row)
            if row.get("active") and any(trace in text for trace in traces):
                yield Rule(kind.removesuffix("s"), int(str(row["id"])), str(row.get("title")))


def _webhook_ids(session: ZendeskSession) -> set[str]:
    names = {wanted.name for wanted in WEBHOOKS}
    found = paging.rows(session, "/api/v2/webhooks", "webhooks", {"filter[name_contains]": "Makegood"})
    return {str(row["id"]) for row in found if row.get("name") in names}


def _field_ids(session: ZendeskSession) -> set[str]:
    titles = {wanted.title for wanted in FIELDS}
    found = paging.rows(session, "/api/v2/ticket_fields", "ticket_fields")
    return {str(row["id"]) for row in found if row.get("title") in titles}
