"""Complaints, what was done about them, what was promised and what staff may see of them."""

import sqlalchemy as sa

from integration.store.tables.base import Amount, Id, Json, Moment, index_where, table

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
    # What people said about it, each with an entry among the actions.
    sa.Column("decision", sa.String(20)),
    sa.Column("decided_at", Moment),
    sa.Column("cause", sa.String(60)),
    sa.Column("is_satisfied", sa.Boolean),  # resolved to the requester's satisfaction, where that is known
    sa.Column("not_told_because", sa.String(200)),
    sa.Column("resolved_by", Id),  # the agent who said so; null where the ticket's status did
    sa.Column("is_band_said", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("is_repeat_said", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Index("ix_complaints_requester_id_received_at", "requester_id", "received_at"),
    sa.Index("ix_complaints_state", "state"),
    index_where("cause IS NOT NULL", "ix_complaints_cause", "cause", "received_at"),
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
    sa.Column("undoes", Id),  # the action that this one takes back
    index_where("undoes IS NOT NULL", "uq_complaint_actions_undoes", "undoes", unique=True),
)

# What the requester got: the figures of an action of kind `remedy`. It counts unless that was taken back.
remedies = table(
    "remedies",
    sa.Column("action_id", Id, primary_key=True, autoincrement=False),
    sa.Column("complaint_id", Id, nullable=False, index=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("amount", Amount),
    sa.Column("currency", sa.String(3)),
    sa.Column("note", sa.String(200), nullable=False, default=""),
    sa.Column("at", Moment, nullable=False, index=True),
)

# Tickets that were written for somebody else: the requester's history does not belong to them.
detached_tickets = table(
    "detached_tickets",
    sa.Column("ticket_id", Id, primary_key=True, autoincrement=False),
    sa.Column("agent_id", Id),
    sa.Column("at", Moment, nullable=False),
)

# What Zendesk lets somebody of the staff see, as it said at `checked_at`.
staff_access = table(
    "staff_access",
    sa.Column("user_id", Id, primary_key=True, autoincrement=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("is_light", sa.Boolean, nullable=False),
    sa.Column("restriction", sa.String(20)),
    sa.Column("group_ids", Json, nullable=False, default=list),
    sa.Column("organization_id", Id),
    sa.Column("checked_at", Moment, nullable=False),
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
    sa.Column("made_by", Id),
    sa.Column("template_id", sa.String(100)),  # the letter that it stands in, where one made it
    sa.Column("moves", sa.Integer, nullable=False, server_default="0"),
    sa.Column("told_at", Moment),  # when the requester heard of the last move
    sa.Column("ended_at", Moment),
    sa.Index("ix_promises_ticket_id_state", "ticket_id", "state"),
)
