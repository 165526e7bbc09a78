"""The closed loop: messages to the requester in a chain, alerts with a life, reviews of a cause."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, index_where, table

# Messages to the requester, one after the other, until there is an answer; the next one is a follow-up.
chains = table(
    "chains",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("complaint_id", Id),
    sa.Column("kind", sa.String(20), nullable=False),  # ask | check_in
    sa.Column("what", sa.Text),
    sa.Column("template", sa.String(60)),  # a policy's own text
    sa.Column("locale", sa.String(20), nullable=False),
    sa.Column("delay", Json, nullable=False),
    sa.Column("most", sa.Integer, nullable=False),
    sa.Column("solves", sa.Boolean, nullable=False),
    sa.Column("sent", sa.Integer, nullable=False, default=0),
    sa.Column("last_sent_at", Moment),
    sa.Column("started_by", Id),  # a Zendesk user, or null for a policy
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, default="running"),  # running | asking | stopped | done
    sa.Column("reason", Json),
    sa.Column("ended_at", Moment),
    # A requester hears one chain of a ticket at a time.
    index_where("state IN ('running', 'asking')", "uq_chains_ticket_id_running", "ticket_id", unique=True),
    sa.Index("ix_chains_ticket_id", "ticket_id"),
)

# One open alert of a key: what raised it may be noticed any number of times.
alerts = table(
    "alerts",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("complaint_id", Id),
    sa.Column("reasons", Json, nullable=False, default=list),
    sa.Column("raised_at", Moment, nullable=False),
    sa.Column("seen_at", Moment),
    sa.Column("acted_at", Moment),
    sa.Column("action", sa.Text),
    sa.Column("told_at", Moment),
    sa.Column("closed_at", Moment),
    sa.Column("level", sa.Integer, nullable=False, default=0),
    sa.Column("late_at", Moment),  # when the next step will be late; null when nobody is waited for
    index_where("closed_at IS NULL", "uq_alerts_key_open", "key", unique=True),
    index_where("closed_at IS NULL", "ix_alerts_late_at_open", "late_at"),
    sa.Index("ix_alerts_key", "key"),
    sa.Index("ix_alerts_ticket_id", "ticket_id"),
)

# What became of an alert, by whom; rows are only ever added.
alert_steps = table(
    "alert_steps",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("alert_id", Id, nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_id", Id),  # a Zendesk user, or null for Makegood itself
    # raised | seen | acted | told | escalated | closed | undone
    sa.Column("step", sa.String(12), nullable=False),
    sa.Column("details", Json, nullable=False, default=dict),
)

reviews = table(
    "reviews",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("cause", sa.String(60), nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("owner_id", Id),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("finding", sa.Text),
    sa.Column("action", sa.Text),
    sa.Column("no_action_because", sa.Text),
    sa.Column("check_at", Moment),
    sa.Column("closed_at", Moment),
    sa.Column("closed_by", Id),
    # The fourth complaint with a cause belongs to the review that the third one opened.
    index_where("closed_at IS NULL", "uq_reviews_cause_open", "cause", unique=True),
    sa.Index("ix_reviews_cause_opened_at", "cause", "opened_at"),
)

review_complaints = table(
    "review_complaints",
    sa.Column("review_id", Id, primary_key=True, autoincrement=False),
    sa.Column("complaint_id", Id, primary_key=True, autoincrement=False),
    sa.Column("told_at", Moment),  # when the requester was told what was changed
    sa.Index("ix_review_complaints_complaint_id", "complaint_id"),
)
