"""What we know of Zendesk: what it sent, who writes, the tickets and their comments."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, Order, index_where, table

# What Zendesk sent, as it came, one row for each event id; the worker applies them by `event_order`.
# A claimed row belongs to its worker until `not_before`, then to whoever claims it again.
inbox = table(
    "inbox",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.String(200), nullable=False, unique=True),
    sa.Column("kind", sa.String(20), nullable=False),  # event | follow_up
    sa.Column("type", sa.String(100), nullable=False),
    sa.Column("ticket_id", Id),
    sa.Column("user_id", Id),
    sa.Column("subject", sa.String(30), nullable=False),  # ticket:5 | user:7 | none; worked together
    sa.Column("event_order", Order, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, default="new"),  # new | claimed | done | parked
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Moment, nullable=False),
    sa.Column("reason", sa.String(300)),
    index_where("state IN ('new', 'claimed')", "ix_inbox_not_before_waiting", "not_before"),
    index_where("state IN ('new', 'claimed')", "ix_inbox_subject_waiting", "subject", "id"),
    index_where("state = 'parked'", "ix_inbox_parked", "state"),
)

requesters = table(
    "requesters",
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(255)),
    sa.Column("locale", sa.String(20)),
    sa.Column("role", sa.String(20), nullable=False, default="end-user"),
    sa.Column("organization_id", Id),
    sa.Column("created_at", Moment),
    sa.Column("updated_at", Moment),
    sa.Column("is_active", sa.Boolean, nullable=False, default=True),
    sa.Column("merged_into", Id, index=True),
    sa.Column("seen_order", Order, nullable=False, default=""),  # newest event or export row applied
    # Forgotten: whatever comes in later brings neither name nor locale back.
    sa.Column("is_erased", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
)

tickets = table(
    "tickets",
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("requester_id", Id, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, default=""),
    sa.Column("description", sa.Text, nullable=False, default=""),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("channel", sa.String(12), nullable=False, default="other"),
    sa.Column("priority", sa.String(12)),
    sa.Column("brand_id", Id),
    sa.Column("form_id", Id),
    sa.Column("group_id", Id),
    sa.Column("assignee_id", Id),
    sa.Column("organization_id", Id),
    sa.Column("tags", Json, nullable=False, default=list),
    sa.Column("custom_fields", Json, nullable=False, default=dict),
    sa.Column("satisfaction", sa.String(40)),
    sa.Column("merged_into", Id),
    sa.Column("followup_of", Id),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("seen_order", Order, nullable=False, default=""),
    sa.Column("field_orders", Json, nullable=False, default=dict),  # newest event for each custom field
    sa.Column("is_worked", sa.Boolean, nullable=False, default=False),  # detection has looked at it
    # Forgotten: whatever comes in later brings no text, tag, field or requester back.
    sa.Column("is_erased", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Index("ix_tickets_requester_id_created_at", "requester_id", "created_at"),
)

comments = table(
    "comments",
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("author_id", Id, nullable=False),
    sa.Column("by_agent", sa.Boolean, nullable=False),
    sa.Column("is_public", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_comments_ticket_id_created_at", "ticket_id", "created_at"),
)
