"""What is to come: follow-ups by their due time, and outward acts before they happen."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, index_where, table

follow_ups = table(
    "follow_ups",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("complaint_id", Id),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("note", sa.String(60), nullable=False),
    sa.Column("what", sa.Text),
    sa.Column("owner_id", Id),
    sa.Column("promise_id", Id),
    sa.Column("chain_id", Id),  # the next message to the requester, not a note
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("planned_at", Moment, nullable=False),
    sa.Column("counted_from", Moment),  # of a policy's step; null where a person chose the day
    sa.Column("status", sa.String(12), nullable=False, default="pending"),
    sa.Column("revision", sa.Integer, nullable=False, default=0),
    sa.Column("satisfied_by", Json, nullable=False, default=list),
    sa.Column("reason", Json),
    sa.Column("ended_at", Moment),
    sa.Column("claimed_until", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("pauses", Json),  # when the ticket waited, and the step with it
    # A million rows wait here for months; the dispatcher only ever walks the pending ones that are due.
    index_where("status = 'pending'", "ix_follow_ups_due_at_pending", "due_at"),
    index_where("status = 'dispatched'", "ix_follow_ups_dispatched", "claimed_until", "due_at"),
    index_where("status = 'parked'", "ix_follow_ups_parked", "status"),
    sa.Index("ix_follow_ups_ticket_id_status", "ticket_id", "status"),
    # One running follow-up of a name on a ticket: a trigger that fires twice starts one.
    index_where(
        "status IN ('pending', 'dispatched')",
        "uq_follow_ups_ticket_id_name_running",
        "ticket_id",
        "name",
        unique=True,
    ),
)

# Every outward act before it happens: `key` makes it unique, `marker` is found again in Zendesk's audits.
outbox = table(
    "outbox",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(100), nullable=False, unique=True),
    sa.Column("kind", sa.String(20), nullable=False),  # enrich | remind | fields | tell | escalate
    sa.Column("ticket_id", Id, nullable=False, index=True),
    sa.Column("follow_up_id", Id),
    sa.Column("marker", sa.String(60), nullable=False, unique=True),
    sa.Column("note", sa.Text),
    sa.Column("is_public", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("status", sa.String(12)),  # the status that the ticket gets, as in "nudge, nudge, solve"
    sa.Column("assignee_id", Id),
    sa.Column("group_id", Id),
    sa.Column("fields", Json, nullable=False, default=dict),
    # Lower goes first: deadlines before courtesy.
    sa.Column("priority", sa.Integer, nullable=False, default=5),
    sa.Column("state", sa.String(12), nullable=False, default="new"),
    # new | claimed | sending (the call may have happened) | done | held (observe mode) | parked | dropped
    sa.Column("attempts", sa.Integer, nullable=False, default=0),  # how often it was claimed
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),  # what went wrong, not what waited
    sa.Column("not_before", Moment, nullable=False),  # of a claimed or sending row: its claim ends
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("audit_id", Id),
    sa.Column("reason", sa.String(300)),
    index_where(
        "state IN ('new', 'claimed', 'sending')", "ix_outbox_priority_waiting", "priority", "created_at"
    ),
    index_where("state = 'held'", "ix_outbox_held", "state"),
    index_where("state = 'parked'", "ix_outbox_parked", "state"),
)
