"""What was done about a complaint, what people said of it, and what staff may see."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, JSON, MOMENT

revision = "0007"
down_revision = "0006"

CAUSED = "cause IS NOT NULL"
UNDOING = "undoes IS NOT NULL"
SAID: dict[str, Any] = {
    "decision": sa.String(20),
    "decided_at": MOMENT,
    "cause": sa.String(60),
    "is_satisfied": sa.Boolean(),
    "not_told_because": sa.String(200),
    "resolved_by": ID,
}
MARKS = ("is_band_said", "is_repeat_said")


def upgrade() -> None:
    for name, type_ in SAID.items():
        op.add_column("complaints", sa.Column(name, type_))
    for name in MARKS:
        mark = sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())
        op.add_column("complaints", mark)
    op.create_index(
        "ix_complaints_cause",
        "complaints",
        ["cause", "received_at"],
        sqlite_where=sa.text(CAUSED),
        postgresql_where=sa.text(CAUSED),
    )
    op.add_column("complaint_actions", sa.Column("undoes", ID))
    op.create_index(
        "uq_complaint_actions_undoes",
        "complaint_actions",
        ["undoes"],
        unique=True,
        sqlite_where=sa.text(UNDOING),
        postgresql_where=sa.text(UNDOING),
    )
    op.create_table(
        "remedies",
        sa.Column("action_id", ID, autoincrement=False, nullable=False),
        sa.Column("complaint_id", ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("currency", sa.String(3)),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("action_id", name="pk_remedies"),
    )
    op.create_index("ix_remedies_complaint_id", "remedies", ["complaint_id"])
    op.create_index("ix_remedies_at", "remedies", ["at"])
    op.create_table(
        "detached_tickets",
        sa.Column("ticket_id", ID, autoincrement=False, nullable=False),
        sa.Column("agent_id", ID),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_id", name="pk_detached_tickets"),
    )
    op.create_table(
        "staff_access",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("is_light", sa.Boolean, nullable=False),
        sa.Column("restriction", sa.String(20)),
        sa.Column("group_ids", JSON, nullable=False),
        sa.Column("organization_id", ID),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_staff_access"),
    )


def downgrade() -> None:
    for table in ("staff_access", "detached_tickets", "remedies"):
        op.drop_table(table)
    op.drop_index("uq_complaint_actions_undoes", "complaint_actions")
    op.drop_column("complaint_actions", "undoes")
    op.drop_index("ix_complaints_cause", "complaints")
    for name in (*MARKS, *SAID):
        op.drop_column("complaints", name)
