"""Who changed what."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, table

audit_log = table(
    "audit_log",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(60), nullable=False),  # "makegood", "agent:123", "cli"
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False),  # "ticket:5", "follow-up:8"
    sa.Column("before", Json),
    sa.Column("after", Json),
    sa.Index("ix_audit_log_subject", "subject"),
)
