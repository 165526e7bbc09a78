"""What is to be forgotten, what must not be, and the proof of what was."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, index_where, table

# Whose data is to go, and by when. `subject` goes with it, and its keyed digest `mark` stays as proof.
erasures = table(
    "erasures",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("subject", sa.String(40)),  # "requester:7", "ticket:5"
    sa.Column("mark", sa.String(64)),
    sa.Column("cause", sa.String(30), nullable=False),  # asked | deleted | redacted | retention
    sa.Column("asked_by", sa.String(60), nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    sa.Column("done_at", Moment),
    sa.Column("removed", Json),  # rows by table
    sa.Column("receipt", sa.String(64)),
    index_where("done_at IS NULL", "uq_erasures_subject_cause_waiting", "subject", "cause", unique=True),
    index_where("done_at IS NULL", "ix_erasures_due_at_waiting", "due_at"),
)

# Legal holds: nothing of their subject is erased or ages away until they are lifted.
holds = table(
    "holds",
    sa.Column("subject", sa.String(40), primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("placed_by", sa.String(60), nullable=False),
    sa.Column("placed_at", Moment, nullable=False),
)
