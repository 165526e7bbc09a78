"""Versions of templates and policies, and what became of a letter that an agent inserted."""

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, JSON, MOMENT

revision = "0008"
down_revision = "0007"

ONE_OF_A_PATH = ("published", "draft")


def upgrade() -> None:
    op.create_table(
        "editions",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("path", sa.String(160), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("comment", sa.String(200), nullable=False),
        sa.Column("author", sa.String(60), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("turn", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
    )
    op.create_index("uq_editions_path_version", "editions", ["path", "version"], unique=True)
    op.create_index("ix_editions_turn", "editions", ["turn"])
    for state in ONE_OF_A_PATH:
        condition = sa.text(f"state = '{state}'")
        op.create_index(
            f"uq_editions_path_{state}",
            "editions",
            ["path"],
            unique=True,
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.add_column("suggestion_uses", sa.Column("fingerprint", JSON))
    op.add_column("suggestion_uses", sa.Column("was_unedited", sa.Boolean))
    op.create_index("ix_suggestion_uses_ticket_id", "suggestion_uses", ["ticket_id"])
    op.create_index("ix_suggestion_uses_used_at", "suggestion_uses", ["used_at"])


def downgrade() -> None:
    op.drop_index("ix_suggestion_uses_used_at", "suggestion_uses")
    op.drop_index("ix_suggestion_uses_ticket_id", "suggestion_uses")
    op.drop_column("suggestion_uses", "was_unedited")
    op.drop_column("suggestion_uses", "fingerprint")
    op.drop_table("editions")
