"""Alerts, reviews and chains to the requester."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, JSON, MOMENT

revision = "0006"
down_revision = "0005"

PARTIAL = (
    ("uq_chains_ticket_id_running", "chains", ["ticket_id"], True, "state IN ('running', 'asking')"),
    ("uq_alerts_key_open", "alerts", ["key"], True, "closed_at IS NULL"),
    ("ix_alerts_late_at_open", "alerts", ["late_at"], False, "closed_at IS NULL"),
    ("uq_reviews_cause_open", "reviews", ["cause"], True, "closed_at IS NULL"),
)


def upgrade() -> None:
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    _create_chains()
    _create_alerts()
    _create_reviews()
    for name, table, keys, unique, where in PARTIAL:
        condition = sa.text(where)
        op.create_index(name, table, keys, unique=unique, sqlite_where=condition, postgresql_where=condition)


def downgrade() -> None:
    for table in ("review_complaints", "reviews", "alert_steps", "alerts", "chains"):
        op.drop_table(table)
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)


def _added() -> dict[str, list[sa.Column[Any]]]:
    return {
        "follow_ups": [sa.Column("promise_id", ID), sa.Column("chain_id", ID)],
        "outbox": [
            sa.Column("is_public", sa.Boolean, nullable=False, server_default=sa.false()),
            sa.Column("status", sa.String(12)),
            sa.Column("assignee_id", ID),
            sa.Column("group_id", ID),
            sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        ],
        "promises": [
            sa.Column("made_by", ID),
            sa.Column("template_id", sa.String(100)),
            sa.Column("moves", sa.Integer, nullable=False, server_default="0"),
            sa.Column("told_at", MOMENT),
            sa.Column("ended_at", MOMENT),
        ],
    }


def _create_chains() -> None:
    op.create_table(
        "chains",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("complaint_id", ID),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("what", sa.Text),
        sa.Column("template", sa.String(60)),
        sa.Column("locale", sa.String(20), nullable=False),
        sa.Column("delay", JSON, nullable=False),
        sa.Column("most", sa.Integer, nullable=False),
        sa.Column("solves", sa.Boolean, nullable=False),
        sa.Column("sent", sa.Integer, nullable=False),
        sa.Column("last_sent_at", MOMENT),
        sa.Column("started_by", ID),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", JSON),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_chains"),
    )
    op.create_index("ix_chains_ticket_id", "chains", ["ticket_id"])


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("complaint_id", ID),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.Column("acted_at", MOMENT),
        sa.Column("action", sa.Text),
        sa.Column("told_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("level", sa.Integer, nullable=False),
        sa.Column("late_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    op.create_index("ix_alerts_key", "alerts", ["key"])
    op.create_index("ix_alerts_ticket_id", "alerts", ["ticket_id"])
    op.create_table(
        "alert_steps",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("alert_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", ID),
        sa.Column("step", sa.String(12), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_steps"),
    )
    op.create_index("ix_alert_steps_alert_id", "alert_steps", ["alert_id"])


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("cause", sa.String(60), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("owner_id", ID),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("finding", sa.Text),
        sa.Column("action", sa.Text),
        sa.Column("no_action_because", sa.Text),
        sa.Column("check_at", MOMENT),
        sa.Column("closed_at", MOMENT),
        sa.Column("closed_by", ID),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
    )
    op.create_index("ix_reviews_cause_opened_at", "reviews", ["cause", "opened_at"])
    op.create_table(
        "review_complaints",
        sa.Column("review_id", ID, autoincrement=False, nullable=False),
        sa.Column("complaint_id", ID, autoincrement=False, nullable=False),
        sa.Column("told_at", MOMENT),
        sa.PrimaryKeyConstraint("review_id", "complaint_id", name="pk_review_complaints"),
    )
    op.create_index("ix_review_complaints_complaint_id", "review_complaints", ["complaint_id"])
