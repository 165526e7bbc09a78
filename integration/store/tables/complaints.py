"""Complaints, what was done about them and what was promised."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, table

complaints = table(
    "complaints",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("ticket_id", Id, nullable=False, unique=True),
    sa.Column("requester_id", Id, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("detected_at", Moment, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("severity", sa.Float, nullable=False),
    sa.Column("band", sa.String(10), nullable=False),
    sa.Column("is_complaint", sa.Boolean, nullable=False),  # what detection says; `state` is what people say
    sa.Column("by_rule", sa.String(100)),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("language", sa.String(5), nullable=False),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("evidence", Json, nullable=False, default=list),
    sa.Column("reasons", Json, nullable=False, default=list),
    sa.Column("references", Json, nullable=False, default=list),
    sa.Column("repeat_of", Id),  # complaints.id
    sa.Column("repeat_ticket_id", Id),
    sa.Column("repeat_reason", Json),
    sa.Column("policy_id", sa.String(60)),
    sa.Column("policy_version", sa.Integer),
    sa.Column("deadline_at", Moment),
    sa.Column("suggestions", Json, nullable=False, default=list),
    sa.Column("outcome", sa.String(20)),
    sa.Column("resolved_at", Moment),
    sa.Column("told_at", Moment),
    sa.Column("is_imported", sa.Boolean, nullable=False, default=False),
    sa.Index("ix_complaints_requester_id_received_at", "requester_id", "received_at"),
    sa.Index("ix_complaints_state", "state"),
)

# What was done about a complaint, by whom; rows are only ever added.
complaint_actions = table(
    "complaint_actions",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("complaint_id", Id, nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_id", Id),  # a Zendesk user, or null for Makegood itself
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("details", Json, nullable=False, default=dict),
)

promises = table(
    "promises",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("complaint_id", Id, nullable=False, index=True),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("owner_id", Id),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, default="open"),
    sa.Column("made_at", Moment, nullable=False),
    sa.Index("ix_promises_ticket_id_state", "ticket_id", "state"),
)
