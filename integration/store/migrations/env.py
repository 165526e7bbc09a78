"""Runs migrations on the connection that `integration.store.migrate` hands over."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from integration.store.migrate import is_ours
from integration.store.tables import Id, Json, Moment, Order, metadata


def _name_type(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types by the names they have in `columns`."""
    if kind != "type":
        return False
    if isinstance(thing, Moment):
        return "MOMENT"
    return next(
        (name for name, ours in (("ID", Id), ("JSON", Json), ("ORDER", Order)) if thing is ours), False
    )


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    include_name=is_ours,
    render_item=_name_type,
    render_as_batch=True,  # SQLite changes a column by copying the table
    transactional_ddl=True,
)
# The caller's transaction is the one that counts: all steps, or none.
context.run_migrations()
