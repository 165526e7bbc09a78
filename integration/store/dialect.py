"""What SQLite and PostgreSQL spell the same but SQLAlchemy keeps in two places."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from integration.store.direct import Direct


def insert_into(conn: Connection | Direct, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """Return an INSERT that knows ON CONFLICT."""
    return sqlite.insert(table) if conn.dialect.name == "sqlite" else postgresql.insert(table)


def has_stored(conn: Connection, statement: sa.Insert, key: sa.Column[Any]) -> bool:
    """Run an INSERT … ON CONFLICT and say whether it inserted or updated a row.

    The drivers do not agree on `rowcount` for these, so the row is asked to come back.
    """
    return conn.scalar(statement.returning(key)) is not None


def one_of(column: sa.ColumnElement[Any], *words: str) -> sa.ColumnElement[bool]:
    """Compare with words written into the statement: a partial index is not found through parameters."""
    if not all(word.isidentifier() for word in words):
        raise ValueError("only plain words may be written into a statement")
    literals: list[sa.ColumnElement[Any]] = [sa.literal_column(f"'{word}'") for word in words]
    # SQLite takes a partial index only where the condition is spelled as in the index.
    return column == literals[0] if len(literals) == 1 else column.in_(literals)
