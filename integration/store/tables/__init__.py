"""The tables, by subject; `metadata` knows them all."""

from integration.store.tables.audit import audit_log
from integration.store.tables.base import Id, Json, Moment, Order, metadata
from integration.store.tables.clocks import clock_stops, deadlines, noted_moments, schedules
from integration.store.tables.complaints import (
    complaint_actions,
    complaints,
    detached_tickets,
    promises,
    remedies,
    staff_access,
)
from integration.store.tables.corrections import calibrations, corrections, opinions
from integration.store.tables.editions import editions
from integration.store.tables.follow_ups import follow_ups, outbox
from integration.store.tables.loop import alert_steps, alerts, chains, review_complaints, reviews
from integration.store.tables.privacy import erasures, holds
from integration.store.tables.responses import suggestion_uses, template_choices
from integration.store.tables.running import counters, executors, facts, kept, pace, seen_launches
from integration.store.tables.zendesk import comments, inbox, requesters, tickets

__all__ = [
    "Id",
    "Json",
    "Moment",
    "Order",
    "alert_steps",
    "alerts",
    "audit_log",
    "calibrations",
    "chains",
    "clock_stops",
    "comments",
    "complaint_actions",
    "complaints",
    "corrections",
    "counters",
    "deadlines",
    "detached_tickets",
    "editions",
    "erasures",
    "executors",
    "facts",
    "follow_ups",
    "holds",
    "inbox",
    "kept",
    "metadata",
    "noted_moments",
    "opinions",
    "outbox",
    "pace",
    "promises",
    "remedies",
    "requesters",
    "review_complaints",
    "reviews",
    "schedules",
    "seen_launches",
    "staff_access",
    "suggestion_uses",
    "template_choices",
    "tickets",
]
