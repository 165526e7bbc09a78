"""Deadlines and what moves them: schedules of the account, stops, and moments that agents noted."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, index_where, table

# Zendesk's business-hours schedules as last read; `zone` is null where its name means nothing to us.
schedules = table(
    "schedules",
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("time_zone", sa.String(100), nullable=False),  # as Zendesk says: "Eastern Time (US & Canada)"
    sa.Column("zone", sa.String(60)),
    sa.Column("intervals", Json, nullable=False, default=list),  # [[first, last]], minutes since Sunday
    sa.Column("holidays", Json, nullable=False, default=list),  # [[name, first day, last day]]
    sa.Column("read_at", Moment, nullable=False),
)

# One row for each limit that a preset sets on a complaint.
deadlines = table(
    "deadlines",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("complaint_id", Id, nullable=False),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("preset_id", sa.String(60), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("limit_id", sa.String(60), nullable=False),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("starts_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("met_at", Moment),
    sa.Column("is_provisional", sa.Boolean, nullable=False, default=False),
    sa.Column("extension", Json),
    sa.UniqueConstraint("complaint_id", "preset_id", "limit_id"),
    index_where("state = 'running'", "ix_deadlines_due_at_running", "due_at"),
)

# Times in which a preset's clock stands still; open while `ended_at` is null.
clock_stops = table(
    "clock_stops",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("complaint_id", Id, nullable=False, index=True),
    sa.Column("preset_id", sa.String(60), nullable=False),
    sa.Column("category", sa.String(60), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("began_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
    sa.Column("actor_id", Id),
)

# Moments that no event of Zendesk tells, such as the requester's consent.
noted_moments = table(
    "noted_moments",
    sa.Column("complaint_id", Id, primary_key=True, autoincrement=False),
    sa.Column("start", sa.String(20), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_id", Id),
)
