"""Texts that admins edit in the program: response templates, policies and rules, version by version."""

import sqlalchemy as sa

from integration.store.tables.base import Id, Moment, index_where, table

editions = table(
    "editions",
    sa.Column("id", Id, primary_key=True, autoincrement=True),
    sa.Column("path", sa.String(160), nullable=False),  # "templates/apology/en.md.j2", "policies/house.yaml"
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # draft | published | replaced | rolled_back
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("comment", sa.String(200), nullable=False, default=""),
    sa.Column("author", sa.String(60), nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
    sa.Column("published_at", Moment),
    # Counts the times a draft was saved, so that two who edit it do not overwrite each other.
    sa.Column("revision", sa.Integer, nullable=False, default=1),
    # Counts the changes of what is in force, over all texts; processes compare the highest.
    sa.Column("turn", sa.Integer, nullable=False, default=0),
    sa.Index("uq_editions_path_version", "path", "version", unique=True),
    index_where("state = 'published'", "uq_editions_path_published", "path", unique=True),
    index_where("state = 'draft'", "uq_editions_path_draft", "path", unique=True),
    sa.Index("ix_editions_turn", "turn"),
)
