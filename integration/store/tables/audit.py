"""Who changed what: entries are only added, each chained to the one before."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, table

# The database itself refuses to change or delete entries, except for erasing their personal part.
audit_log = table(
    "audit_log",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(60), nullable=False),  # "makegood", "agent:123", "cli"
    sa.Column("action", sa.String(60), nullable=False),
    sa.Column("subject", sa.String(100), nullable=False),  # "ticket:5", "follow-up:8"
    sa.Column("before", Json),
    sa.Column("after", Json),
    # `seq` and `hash` are set when the transaction ends, so that chaining keeps nobody waiting before.
    sa.Column("seq", Id, unique=True),
    sa.Column("salt", sa.String(32)),
    sa.Column("content", sa.String(64), nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64)),
    sa.Index("ix_audit_log_subject", "subject"),
)
