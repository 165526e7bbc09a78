"""Databases as earlier versions left them: any schema there was, with rows in every table."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from integration.store.migrate import SCRIPTS

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REVISIONS = sorted(script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions())
# Words that the program asks for; any other text will do elsewhere.
WORDS = {
    ("follow_ups", "status"): "pending",
    ("tickets", "status"): "open",
    ("tickets", "channel"): "email",
    ("tickets", "description"): "The kettle of my order has not come, for the second time. " * 10,
    ("inbox", "state"): "new",
}
AT_ONCE = 5_000


def go_to(engine: Engine, revision: str) -> None:
    """Bring the database up to a revision."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def fill(engine: Engine, rows: int, more: Mapping[str, int] | None = None) -> dict[str, int]:
    """Put `rows` into every table of the schema that the database has now, into some `more`; count them."""
    reflected = sa.MetaData()
    reflected.reflect(engine)
    # A chained log takes entries from the program alone.
    no_fill = {"alembic_version"} | {t.name for t in reflected.sorted_tables if "digest" in t.columns}
    own = [table for table in reflected.sorted_tables if table.name not in no_fill]
    wanted = {table.name: (more or {}).get(table.name, rows) for table in own}
    with engine.begin() as connection:
        for table in own:
            for first in range(1, wanted[table.name] + 1, AT_ONCE):
                last = min(first + AT_ONCE, wanted[table.name] + 1)
                connection.execute(sa.insert(table), [row_of(table, number) for number in range(first, last)])
        return counts(connection, wanted)


def counts(connection: sa.Connection, tables: Mapping[str, int]) -> dict[str, int]:
    """Return how many rows there are in each table."""
    return {name: connection.scalar(sa.text(f"SELECT count(*) FROM {name}")) or 0 for name in tables}


def row_of(table: sa.Table, number: int) -> dict[str, Any]:
    """Return a row unlike every other of its table."""
    return {
        column.name: WORDS.get((table.name, column.name)) or _value_of(column, number)
        for column in table.columns
        # PostgreSQL counts up by itself, and would not notice numbers that were given.
        if not (column.name == "id" and column.server_default is not None)
    }


def _value_of(column: sa.Column[Any], number: int) -> Any:
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return NOON if kind.timezone else NOON.replace(tzinfo=None)
    if isinstance(kind, sa.JSON):
        return [] if column.name in {"tags", "satisfied_by"} else {}
    if isinstance(kind, sa.LargeBinary):
        return b"{}"
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.String):
        return f"{number:012d}"[-(kind.length or 12) :]
    return number
