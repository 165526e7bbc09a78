"""The tables. Moments are aware and in UTC; ids of Zendesk's own things are Zendesk's."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect


class Moment(sa.TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite has no zones, so there it is kept without and given back with."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("moments are aware; this one has no zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Zendesk's user and field ids pass 32 bits; SQLite only counts up by itself on plain INTEGER keys.
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# Orders are compared byte by byte; a language's collation would skip their punctuation.
Order = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *columns: Any) -> sa.Table:
    return sa.Table(name, metadata, *columns)


def _index_where(words: str, name: str, *columns: str, unique: bool = False) -> sa.Index:
    where = sa.text(words)
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


# What Zendesk sent, as it came, one row for each event id; the worker applies them by `event_order`.
# A claimed row belongs to its worker until `not_before`, then to whoever claims it again.
inbox = _table(
    "inbox",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("event_id", sa.String(200), nullable=False, unique=True),
    sa.Column("kind", sa.String(20), nullable=False),  # event | follow_up
    sa.Column("type", sa.String(100), nullable=False),
    sa.Column("ticket_id", Id),
    sa.Column("user_id", Id),
    sa.Column("subject", sa.String(30), nullable=False),  # ticket:5 | user:7 | none; worked together
    sa.Column("event_order", Order, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, default="new"),  # new | claimed | done | parked
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Moment, nullable=False),
    sa.Column("reason", sa.String(300)),
    _index_where("state IN ('new', 'claimed')", "ix_inbox_not_before_waiting", "not_before"),
    _index_where("state IN ('new', 'claimed')", "ix_inbox_subject_waiting", "subject", "id"),
    _index_where("state = 'parked'", "ix_inbox_parked", "state"),
)

requesters = _table(
    "requesters",
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(255)),
    sa.Column("locale", sa.String(20)),
    sa.Column("role", sa.String(20), nullable=False, default="end-user"),
    sa.Column("organization_id", Id),
    sa.Column("created_at", Moment),
    sa.Column("updated_at", Moment),
    sa.Column("is_active", sa.Boolean, nullable=False, default=True),
    sa.Column("merged_into", Id, index=True),
    sa.Column("seen_order", Order, nullable=False, default=""),  # newest event or export row applied
)

tickets = _table(
    "tickets",
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("requester_id", Id, nullable=False),
    sa.Column("subject", sa.Text, nullable=False, default=""),
    sa.Column("description", sa.Text, nullable=False, default=""),
    sa.Column("status", sa.String(12), nullable=False),
    sa.Column("channel", sa.String(12), nullable=False, default="other"),
    sa.Column("priority", sa.String(12)),
    sa.Column("brand_id", Id),
    sa.Column("form_id", Id),
    sa.Column("group_id", Id),
    sa.Column("assignee_id", Id),
    sa.Column("organization_id", Id),
    sa.Column("tags", Json, nullable=False, default=list),
    sa.Column("custom_fields", Json, nullable=False, default=dict),
    sa.Column("satisfaction", sa.String(40)),
    sa.Column("merged_into", Id),
    sa.Column("followup_of", Id),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("seen_order", Order, nullable=False, default=""),
    sa.Column("field_orders", Json, nullable=False, default=dict),  # newest event for each custom field
    sa.Column("is_worked", sa.Boolean, nullable=False, default=False),  # detection has looked at it
    sa.Index("ix_tickets_requester_id_created_at", "requester_id", "created_at"),
)

comments = _table(
    "comments",
    sa.Column("id", Id, primary_key=True, autoincrement=False),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("author_id", Id, nullable=False),
    sa.Column("by_agent", sa.Boolean, nullable=False),
    sa.Column("is_public", sa.Boolean, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index("ix_comments_ticket_id_created_at", "ticket_id", "created_at"),
)

complaints = _table(
    "complaints",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("ticket_id", Id, nullable=False, unique=True),
    sa.Column("requester_id", Id, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("detected_at", Moment, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("category", sa.String(20), nullable=False),
    sa.Column("severity", sa.Float, nullable=False),
    sa.Column("band", sa.String(10), nullable=False),
    sa.Column("is_complaint", sa.Boolean, nullable=False),  # what detection says; `state` is what people say
    sa.Column("by_rule", sa.String(100)),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("language", sa.String(5), nullable=False),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("evidence", Json, nullable=False, default=list),
    sa.Column("reasons", Json, nullable=False, default=list),
    sa.Column("references", Json, nullable=False, default=list),
    sa.Column("repeat_of", Id),  # complaints.id
    sa.Column("repeat_ticket_id", Id),
    sa.Column("repeat_reason", Json),
    sa.Column("policy_id", sa.String(60)),
    sa.Column("policy_version", sa.Integer),
    sa.Column("deadline_at", Moment),
    sa.Column("suggestions", Json, nullable=False, default=list),
    sa.Column("outcome", sa.String(20)),
    sa.Column("resolved_at", Moment),
    sa.Column("told_at", Moment),
    sa.Column("is_imported", sa.Boolean, nullable=False, default=False),
    sa.Index("ix_complaints_requester_id_received_at", "requester_id", "received_at"),
    sa.Index("ix_complaints_state", "state"),
)

# What was done about a complaint, by whom; rows are only ever added.
complaint_actions = _table(
    "complaint_actions",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("complaint_id", Id, nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor_id", Id),  # a Zendesk user, or null for Makegood itself
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("details", Json, nullable=False, default=dict),
)

promises = _table(
    "promises",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("complaint_id", Id, nullable=False, index=True),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("owner_id", Id),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("state", sa.String(12), nullable=False, default="open"),
    sa.Column("made_at", Moment, nullable=False),
    sa.Index("ix_promises_ticket_id_state", "ticket_id", "state"),
)

follow_ups = _table(
    "follow_ups",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("complaint_id", Id),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("note", sa.String(60), nullable=False),
    sa.Column("what", sa.Text),
    sa.Column("owner_id", Id),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("planned_at", Moment, nullable=False),
    sa.Column("status", sa.String(12), nullable=False, default="pending"),
    sa.Column("revision", sa.Integer, nullable=False, default=0),
    sa.Column("satisfied_by", Json, nullable=False, default=list),
    sa.Column("reason", Json),
    sa.Column("ended_at", Moment),
    sa.Column("claimed_until", Moment),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    # A million rows wait here for months; the dispatcher only ever walks the pending ones that are due.
    _index_where("status = 'pending'", "ix_follow_ups_due_at_pending", "due_at"),
    _index_where("status = 'dispatched'", "ix_follow_ups_dispatched", "claimed_until", "due_at"),
    _index_where("status = 'parked'", "ix_follow_ups_parked", "status"),
    sa.Index("ix_follow_ups_ticket_id_status", "ticket_id", "status"),
    # One running follow-up of a name on a ticket: a trigger that fires twice starts one.
    _index_where(
        "status IN ('pending', 'dispatched')",
        "uq_follow_ups_ticket_id_name_running",
        "ticket_id",
        "name",
        unique=True,
    ),
)

# Every outward act before it happens: `key` makes it unique, `marker` is found again in Zendesk's audits.
outbox = _table(
    "outbox",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(100), nullable=False, unique=True),
    sa.Column("kind", sa.String(20), nullable=False),  # enrich | remind
    sa.Column("ticket_id", Id, nullable=False, index=True),
    sa.Column("follow_up_id", Id),
    sa.Column("marker", sa.String(60), nullable=False, unique=True),
    sa.Column("note", sa.Text),
    sa.Column("fields", Json, nullable=False, default=dict),
    # Lower goes first: deadlines before courtesy.
    sa.Column("priority", sa.Integer, nullable=False, default=5),
    sa.Column("state", sa.String(12), nullable=False, default="new"),
    # new | claimed | sending (the call may have happened) | done | held (observe mode) | parked | dropped
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("not_before", Moment, nullable=False),  # of a claimed or sending row: its claim ends
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("audit_id", Id),
    sa.Column("reason", sa.String(300)),
    _index_where(
        "state IN ('new', 'claimed', 'sending')", "ix_outbox_priority_waiting", "priority", "created_at"
    ),
    _index_where("state = 'held'", "ix_outbox_held", "state"),
    _index_where("state = 'parked'", "ix_outbox_parked", "state"),
)

audit_log = _table(
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

# Which suggestion a requester was given, so that nobody gets the same letter twice.
suggestion_uses = _table(
    "suggestion_uses",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("requester_id", Id, nullable=False, index=True),
    sa.Column("ticket_id", Id, nullable=False),
    sa.Column("template_id", sa.String(100), nullable=False),
    sa.Column("locale", sa.String(20), nullable=False),
    sa.Column("agent_id", Id),
    sa.Column("used_at", Moment, nullable=False),
)

# Which template agents chose for which ticket; `vector` is the ticket's meaning, 512 float16 numbers.
template_choices = _table(
    "template_choices",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("template_id", sa.String(100), nullable=False),
    sa.Column("ticket_id", Id, nullable=False, index=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("was_found", sa.Boolean, nullable=False),  # by search, not among the suggestions
    sa.Column("chosen_at", Moment, nullable=False),
    sa.UniqueConstraint("template_id", "ticket_id"),
)

# Facts from outside (orders, plan), shown with source and age.
facts = _table(
    "facts",
    sa.Column("requester_id", Id, primary_key=True, autoincrement=False),
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("source", sa.String(100), nullable=False),
    sa.Column("observed_at", Moment, nullable=False),
)

# Small things to remember: export cursors, ids of our fields in Zendesk, encrypted secrets.
kept = _table(
    "kept",
    sa.Column("name", sa.String(100), primary_key=True),
    sa.Column("value", Json, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
)

pace = _table(
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
executors = _table(
    "executors",
    sa.Column("slot", sa.String(100), primary_key=True),
    sa.Column("token", sa.String(40), nullable=False),
    sa.Column("heartbeat_at", Moment, nullable=False),
)

counters = _table(
    "counters",
    sa.Column("name", sa.String(120), primary_key=True),
    sa.Column("value", Id, nullable=False, default=0),
)

seen_launches = _table(
    "seen_launches",
    sa.Column("jti", sa.String(200), primary_key=True),
    sa.Column("expires_at", Moment, nullable=False, index=True),
)
