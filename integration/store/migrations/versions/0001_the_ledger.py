"""The ledger."""

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, JSON, MOMENT

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("before", JSON, nullable=True),
        sa.Column("after", JSON, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    op.create_index("ix_audit_log_subject", "audit_log", ["subject"], unique=False)

    op.create_table(
        "comments",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("author_id", ID, nullable=False),
        sa.Column("by_agent", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
    )
    op.create_index("ix_comments_ticket_id_created_at", "comments", ["ticket_id", "created_at"], unique=False)

    op.create_table(
        "complaint_actions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("complaint_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaint_actions"),
    )
    op.create_index("ix_complaint_actions_complaint_id", "complaint_actions", ["complaint_id"], unique=False)

    op.create_table(
        "complaints",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("requester_id", ID, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("detected_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.Float(), nullable=False),
        sa.Column("band", sa.String(length=10), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("evidence", JSON, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("references", JSON, nullable=False),
        sa.Column("repeat_of", ID, nullable=True),
        sa.Column("repeat_reason", JSON, nullable=True),
        sa.Column("policy_id", sa.String(length=60), nullable=True),
        sa.Column("policy_version", sa.Integer(), nullable=True),
        sa.Column("deadline_at", MOMENT, nullable=True),
        sa.Column("suggestions", JSON, nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("is_imported", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("ticket_id", name="uq_complaints_ticket_id"),
    )
    op.create_index(
        "ix_complaints_requester_id_received_at", "complaints", ["requester_id", "received_at"], unique=False
    )
    op.create_index("ix_complaints_state", "complaints", ["state"], unique=False)

    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
    )
    op.create_table(
        "executors",
        sa.Column("slot", sa.String(length=100), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_executors"),
    )
    op.create_table(
        "facts",
        sa.Column("requester_id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("observed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("requester_id", "name", name="pk_facts"),
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("complaint_id", ID, nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("note", sa.String(length=60), nullable=False),
        sa.Column("what", sa.Text(), nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("satisfied_by", JSON, nullable=False),
        sa.Column("reason", JSON, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
    )
    op.create_index(
        "ix_follow_ups_due_at_pending",
        "follow_ups",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_follow_ups_ticket_id_status", "follow_ups", ["ticket_id", "status"], unique=False)
    op.create_index(
        "uq_follow_ups_ticket_id_name_running",
        "follow_ups",
        ["ticket_id", "name"],
        unique=True,
        sqlite_where=sa.text("status IN ('pending', 'dispatched')"),
        postgresql_where=sa.text("status IN ('pending', 'dispatched')"),
    )

    op.create_table(
        "inbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("type", sa.String(length=100), nullable=False),
        sa.Column("ticket_id", ID, nullable=True),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("event_order", sa.String(length=40), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("event_id", name="uq_inbox_event_id"),
    )
    op.create_index("ix_inbox_ticket_id_state", "inbox", ["ticket_id", "state"], unique=False)
    op.create_index("ix_inbox_waiting", "inbox", ["state", "not_before"], unique=False)

    op.create_table(
        "kept",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_kept"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("follow_up_id", ID, nullable=True),
        sa.Column("marker", sa.String(length=60), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("claimed_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("audit_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sa.UniqueConstraint("marker", name="uq_outbox_marker"),
    )
    op.create_index("ix_outbox_ticket_id", "outbox", ["ticket_id"], unique=False)
    op.create_index("ix_outbox_waiting", "outbox", ["state", "not_before", "priority"], unique=False)

    op.create_table(
        "pace",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("tat", sa.Float(), nullable=False),
        sa.Column("interval", sa.Float(), nullable=False),
        sa.Column("burst", sa.Float(), nullable=False),
        sa.Column("seen_limit", sa.Integer(), nullable=True),
        sa.Column("seen_remaining", sa.Integer(), nullable=True),
        sa.Column("blocked_until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_pace"),
    )
    op.create_table(
        "promises",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("complaint_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_promises"),
    )
    op.create_index("ix_promises_complaint_id", "promises", ["complaint_id"], unique=False)

    op.create_table(
        "requesters",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("locale", sa.String(length=20), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("organization_id", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=True),
        sa.Column("updated_at", MOMENT, nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("merged_into", ID, nullable=True),
        sa.Column("seen_order", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_requesters"),
    )
    op.create_index("ix_requesters_merged_into", "requesters", ["merged_into"], unique=False)

    op.create_table(
        "seen_launches",
        sa.Column("jti", sa.String(length=200), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("jti", name="pk_seen_launches"),
    )
    op.create_index("ix_seen_launches_expires_at", "seen_launches", ["expires_at"], unique=False)

    op.create_table(
        "suggestion_uses",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("requester_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("template_id", sa.String(length=100), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("agent_id", ID, nullable=True),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion_uses"),
    )
    op.create_index("ix_suggestion_uses_requester_id", "suggestion_uses", ["requester_id"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("requester_id", ID, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.String(length=12), nullable=True),
        sa.Column("brand_id", ID, nullable=True),
        sa.Column("form_id", ID, nullable=True),
        sa.Column("group_id", ID, nullable=True),
        sa.Column("assignee_id", ID, nullable=True),
        sa.Column("organization_id", ID, nullable=True),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("custom_fields", JSON, nullable=False),
        sa.Column("satisfaction", sa.String(length=40), nullable=True),
        sa.Column("merged_into", ID, nullable=True),
        sa.Column("followup_of", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("seen_order", sa.String(length=40), nullable=False),
        sa.Column("field_orders", JSON, nullable=False),
        sa.Column("is_worked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index(
        "ix_tickets_requester_id_created_at", "tickets", ["requester_id", "created_at"], unique=False
    )


def downgrade() -> None:
    for table in (
        "tickets",
        "suggestion_uses",
        "seen_launches",
        "requesters",
        "promises",
        "pace",
        "outbox",
        "kept",
        "inbox",
        "follow_ups",
        "facts",
        "executors",
        "counters",
        "complaints",
        "complaint_actions",
        "comments",
        "audit_log",
    ):
        op.drop_table(table)
