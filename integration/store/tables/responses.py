"""What agents chose among the response templates."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Json, Moment, table

# Which suggestion a requester was given, so that nobody gets the same letter twice. `fingerprint` holds the
# hashes of its paragraphs until the next public reply tells whether it was sent as it stood.
suggestion_uses = table(
    "suggestion_uses",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("requester_id", Id, nullable=False, index=True),
    sa.Column("ticket_id", Id, nullable=False, index=True),
    sa.Column("template_id", sa.String(100), nullable=False),
    sa.Column("locale", sa.String(20), nullable=False),
    sa.Column("agent_id", Id),
    sa.Column("used_at", Moment, nullable=False, index=True),
    sa.Column("fingerprint", Json),
    sa.Column("was_unedited", sa.Boolean),
)

# Which template agents chose for which ticket; `vector` is the ticket's meaning, 512 float16 numbers.
template_choices = table(
    "template_choices",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("template_id", sa.String(100), nullable=False),
    sa.Column("ticket_id", Id, nullable=False, index=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("was_found", sa.Boolean, nullable=False),  # by search, not among the suggestions
    sa.Column("chosen_at", Moment, nullable=False),
    sa.UniqueConstraint("template_id", "ticket_id"),
)
