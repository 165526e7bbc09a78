"""What the machine said of each ticket, what agents said instead, and the thresholds that follow from it."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Moment, table

# What detection said when the worker last read a ticket. `meaning` is the subject and description as the
# encoder sees them, 512 half-precision numbers a passage, the whole text first; `telling` is the text that
# decided, where that is a later comment. Both are personal data and go with the ticket.
opinions = table(
    "opinions",
    sa.Column("ticket_id", Id, primary_key=True, autoincrement=False),
    sa.Column("verdict", sa.String(10), nullable=False),  # "complaint", "unsure" or "calm"
    sa.Column("probability", sa.Float),  # what the words alone say; null where word lists decided
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("band", sa.String(10), nullable=False),
    sa.Column("language", sa.String(5), nullable=False),
    sa.Column("model", sa.String(60)),
    sa.Column("by_rule", sa.String(100)),
    sa.Column("meaning", sa.LargeBinary),
    sa.Column("telling", sa.LargeBinary),
    sa.Column("reopened", sa.Integer, nullable=False),  # how often it was solved and opened again
    sa.Column("read_at", Moment, nullable=False),
    sa.Index("ix_opinions_language_verdict_read_at", "language", "verdict", "read_at"),
)

# The last word of an agent on a ticket, beside what the machine had said by then.
corrections = table(
    "corrections",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("ticket_id", Id, nullable=False, unique=True),
    sa.Column("agent_id", Id, nullable=False),
    sa.Column("corrected_at", Moment, nullable=False),
    sa.Column("is_complaint", sa.Boolean, nullable=False),
    sa.Column("severity", sa.String(10)),  # the band that the agent set, if any
    sa.Column("verdict", sa.String(10), nullable=False),
    sa.Column("probability", sa.Float),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("band", sa.String(10), nullable=False),
    sa.Column("language", sa.String(5), nullable=False),
    sa.Column("model", sa.String(60)),
    sa.Column("by_rule", sa.String(100)),
    sa.Column("vector", sa.LargeBinary),
    sa.Column("detected_at", Moment, nullable=False),
)

# How far a language's threshold is moved, from when on; the newest row of a language and model holds.
calibrations = table(
    "calibrations",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("language", sa.String(5), nullable=False),
    sa.Column("model", sa.String(60), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("shift", sa.Float, nullable=False),  # on the scale of log odds; above 0 flags more
    sa.Column("judgements", sa.Integer, nullable=False),
)
