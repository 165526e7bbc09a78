"""The tables, by subject; `metadata` knows them all."""

from integration.store.tables.audit import audit_log
from integration.store.tables.base import Id, Json, Moment, Order, metadata
from integration.store.tables.complaints import complaint_actions, complaints, promises
from integration.store.tables.follow_ups import follow_ups, outbox
from integration.store.tables.responses import suggestion_uses, template_choices
from integration.store.tables.running import counters, executors, facts, kept, pace, seen_launches
from integration.store.tables.zendesk import comments, inbox, requesters, tickets

__all__ = [
    "Id",
    "Json",
    "Moment",
    "Order",
    "audit_log",
    "comments",
    "complaint_actions",
    "complaints",
    "counters",
    "executors",
    "facts",
    "follow_ups",
    "inbox",
    "kept",
    "metadata",
    "outbox",
    "pace",
    "promises",
    "requesters",
    "seen_launches",
    "suggestion_uses",
    "template_choices",
    "tickets",
]
