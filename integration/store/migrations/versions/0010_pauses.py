"""The times in which a follow-up stood still because its ticket waited."""

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import JSON

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("follow_ups", sa.Column("pauses", JSON))


def downgrade() -> None:
    op.drop_column("follow_ups", "pauses")
