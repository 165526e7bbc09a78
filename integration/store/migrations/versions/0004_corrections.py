"""What agents corrected, to calibrate by."""

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, MOMENT

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("ticket_id", ID, autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("probability", sa.Float),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("band", sa.String(10), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("model", sa.String(60)),
        sa.Column("by_rule", sa.String(100)),
        sa.Column("meaning", sa.LargeBinary),
        sa.Column("telling", sa.LargeBinary),
        sa.Column("reopened", sa.Integer, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_opinions"),
    )
    op.create_index("ix_opinions_language_verdict_read_at", "opinions", ["language", "verdict", "read_at"])
    op.create_table(
        "corrections",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("corrected_at", MOMENT, nullable=False),
        sa.Column("is_complaint", sa.Boolean, nullable=False),
        sa.Column("severity", sa.String(10)),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("probability", sa.Float),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("threshold", sa.Float, nullable=False),
        sa.Column("band", sa.String(10), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("model", sa.String(60)),
        sa.Column("by_rule", sa.String(100)),
        sa.Column("vector", sa.LargeBinary),
        sa.Column("detected_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.UniqueConstraint("ticket_id", name="uq_corrections_ticket_id"),
    )
    op.create_table(
        "calibrations",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("model", sa.String(60), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("shift", sa.Float, nullable=False),
        sa.Column("judgements", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calibrations"),
    )


def downgrade() -> None:
    op.drop_table("calibrations")
    op.drop_table("corrections")
    op.drop_table("opinions")
