"""Schedules, holidays and deadlines."""

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, JSON, MOMENT

revision = "0005"
down_revision = "0004"

RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("time_zone", sa.String(100), nullable=False),
        sa.Column("zone", sa.String(60)),
        sa.Column("intervals", JSON, nullable=False),
        sa.Column("holidays", JSON, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_schedules"),
    )
    op.create_table(
        "deadlines",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("complaint_id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("preset_id", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("limit_id", sa.String(60), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("met_at", MOMENT),
        sa.Column("is_provisional", sa.Boolean, nullable=False),
        sa.Column("extension", JSON),
        sa.PrimaryKeyConstraint("id", name="pk_deadlines"),
        sa.UniqueConstraint(
            "complaint_id", "preset_id", "limit_id", name="uq_deadlines_complaint_id_preset_id_limit_id"
        ),
    )
    op.create_index(
        "ix_deadlines_due_at_running",
        "deadlines",
        ["due_at"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_table(
        "clock_stops",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("complaint_id", ID, nullable=False),
        sa.Column("preset_id", sa.String(60), nullable=False),
        sa.Column("category", sa.String(60), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("actor_id", ID),
        sa.PrimaryKeyConstraint("id", name="pk_clock_stops"),
    )
    op.create_index("ix_clock_stops_complaint_id", "clock_stops", ["complaint_id"])
    op.create_table(
        "noted_moments",
        sa.Column("complaint_id", ID, autoincrement=False, nullable=False),
        sa.Column("start", sa.String(20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", ID),
        sa.PrimaryKeyConstraint("complaint_id", "start", name="pk_noted_moments"),
    )
    # From when a policy counted; null where a person chose the day.
    op.add_column("follow_ups", sa.Column("counted_from", MOMENT))


def downgrade() -> None:
    op.drop_column("follow_ups", "counted_from")
    for table in ("noted_moments", "clock_stops", "deadlines", "schedules"):
        op.drop_table(table)
