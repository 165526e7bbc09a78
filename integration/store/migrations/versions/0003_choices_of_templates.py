"""Agents' choices of response templates, to learn from."""

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, MOMENT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "template_choices",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("template_id", sa.String(100), nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("was_found", sa.Boolean, nullable=False),
        sa.Column("chosen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_template_choices"),
        sa.UniqueConstraint("template_id", "ticket_id", name="uq_template_choices_template_id_ticket_id"),
    )
    op.create_index("ix_template_choices_ticket_id", "template_choices", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("template_choices")
