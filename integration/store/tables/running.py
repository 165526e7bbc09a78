"""What running needs: facts from outside, small values, the write pace, live workers, counters."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, table

# Facts from outside (orders, plan), shown with source and age.
facts = table(
    "facts",
    sa.Column("requester_id", Id, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("source", sa.String(100), nullable=False),
    sa.Column("observed_at", Moment, nullable=False),
)

# Small things to remember: export cursors, ids of our fields in Zendesk, encrypted secrets.
kept = table(
    "kept",
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", Json, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

pace = table(
    "pace",
    sa.Column("name", sa.String(60), primary_key=True),
    sa.Column("tat", sa.Float, nullable=False, default=0.0),
    sa.Column("interval", sa.Float, nullable=False),
    sa.Column("burst", sa.Float, nullable=False),
    sa.Column("seen_limit", sa.Integer),
    sa.Column("seen_remaining", sa.Integer),
    sa.Column("blocked_until", sa.Float, nullable=False, default=0.0),
)

# One row for each live worker; whoever deletes a stale one takes over its jobs.
executors = table(
    "executors",
    sa.Column("slot", sa.String(100), primary_key=True),
    sa.Column("token", sa.String(40), nullable=False),
    sa.Column("heartbeat_at", Moment, nullable=False),
)

counters = table(
    "counters",
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("value", Id, nullable=False, default=0),
)

seen_launches = table(
    "seen_launches",
    sa.Column("jti", sa.String(200), primary_key=True),
    sa.Column("expires_at", Moment, nullable=False, index=True),
)
