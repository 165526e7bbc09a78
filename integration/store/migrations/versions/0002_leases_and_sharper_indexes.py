"""A claim is a lease kept in `not_before`, and the indexes hold only rows that somebody waits for."""

import sqlalchemy as sa
from alembic import op

from integration.store.migrations.columns import ID, MOMENT

revision = "0002"
down_revision = "0001"

PARTIAL = (
    ("ix_inbox_not_before_waiting", "inbox", ["not_before"], "state IN ('new', 'claimed')"),
    ("ix_inbox_subject_waiting", "inbox", ["subject", "id"], "state IN ('new', 'claimed')"),
    ("ix_inbox_parked", "inbox", ["state"], "state = 'parked'"),
    ("ix_follow_ups_dispatched", "follow_ups", ["claimed_until", "due_at"], "status = 'dispatched'"),
    ("ix_follow_ups_parked", "follow_ups", ["status"], "status = 'parked'"),
    (
        "ix_outbox_priority_waiting",
        "outbox",
        ["priority", "created_at"],
        "state IN ('new', 'claimed', 'sending')",
    ),
    ("ix_outbox_held", "outbox", ["state"], "state = 'held'"),
    ("ix_outbox_parked", "outbox", ["state"], "state = 'parked'"),
)
ORDERS = (("inbox", "event_order"), ("requesters", "seen_order"), ("tickets", "seen_order"))


def upgrade() -> None:
    op.drop_index("ix_inbox_ticket_id_state", "inbox")
    op.drop_index("ix_inbox_waiting", "inbox")
    op.drop_index("ix_outbox_waiting", "outbox")
    op.execute("UPDATE inbox SET not_before = coalesce(claimed_until, not_before) WHERE state = 'claimed'")
    op.execute(
        "UPDATE outbox SET not_before = coalesce(claimed_until, not_before)"
        " WHERE state IN ('claimed', 'sending')"
    )
    op.drop_column("inbox", "claimed_until")
    op.drop_column("outbox", "claimed_until")
    _subject_of_inbox()
    _whole_assessment()
    for name, table, columns, where in PARTIAL:
        condition = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
    op.create_index("ix_promises_ticket_id_state", "promises", ["ticket_id", "state"])
    _collate("C")


def downgrade() -> None:
    _collate("default")
    op.drop_index("ix_promises_ticket_id_state", "promises")
    for name, table, _columns, _where in PARTIAL:
        op.drop_index(name, table)
    for column in ("repeat_ticket_id", "by_rule", "is_complaint"):
        op.drop_column("complaints", column)
    op.drop_column("inbox", "subject")
    op.add_column("inbox", sa.Column("claimed_until", MOMENT))
    op.add_column("outbox", sa.Column("claimed_until", MOMENT))
    op.execute("UPDATE inbox SET claimed_until = not_before WHERE state = 'claimed'")
    op.execute("UPDATE outbox SET claimed_until = not_before WHERE state IN ('claimed', 'sending')")
    op.create_index("ix_outbox_waiting", "outbox", ["state", "not_before", "priority"])
    op.create_index("ix_inbox_waiting", "inbox", ["state", "not_before"])
    op.create_index("ix_inbox_ticket_id_state", "inbox", ["ticket_id", "state"])


def _subject_of_inbox() -> None:
    op.add_column("inbox", sa.Column("subject", sa.String(30)))
    op.execute(
        "UPDATE inbox SET subject = CASE WHEN ticket_id IS NOT NULL THEN 'ticket:' || ticket_id"
        " WHEN user_id IS NOT NULL THEN 'user:' || user_id ELSE 'none' END"
    )
    with op.batch_alter_table("inbox") as inbox:
        inbox.alter_column("subject", nullable=False)


def _whole_assessment() -> None:
    op.add_column("complaints", sa.Column("is_complaint", sa.Boolean))
    op.add_column("complaints", sa.Column("by_rule", sa.String(100)))
    op.add_column("complaints", sa.Column("repeat_ticket_id", ID))
    op.execute("UPDATE complaints SET is_complaint = (score >= threshold)")
    op.execute(
        "UPDATE complaints SET repeat_ticket_id = "
        "(SELECT e.ticket_id FROM complaints e WHERE e.id = complaints.repeat_of)"
    )
    with op.batch_alter_table("complaints") as complaints:
        complaints.alter_column("is_complaint", nullable=False)


def _collate(collation: str) -> None:
    # SQLite already compares byte by byte.
    if op.get_bind().dialect.name == "postgresql":
        for table, column in ORDERS:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(40) COLLATE "{collation}"')
