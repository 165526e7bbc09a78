"""Whether everything that running depends on is in order, each check with the next step to take."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from integration.parts import Parts
from integration.statements import Statement
from integration.store import executors
from integration.store.engine import DatabaseUnavailable
from integration.store.migrate import schema_state

WORKER_IS_STALE_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `message` says what to do where it is not in order."""

    name: str
    is_ok: bool
    message: str


def check(parts: Parts) -> list[Check]:
    """Look at the database, its tables, the worker and the files; nothing outside is called."""
    return [_guarded(name, look, parts) for name, look in _CHECKS.items()]


def _guarded(name: str, look: Callable[[Parts], tuple[bool, str]], parts: Parts) -> Check:
    try:
        return Check(name, *look(parts))
    except (DatabaseUnavailable, sa.exc.SQLAlchemyError) as error:
        return Check(name, False, Statement("database_silent", error=type(error).__name__))


def _database(parts: Parts) -> tuple[bool, str]:
    with parts.database.read() as conn:
        conn.execute(sa.select(1))
    return True, Statement("database_answers")


def _schema(parts: Parts) -> tuple[bool, str]:
    state = schema_state(parts.database.engine)
    if state.is_newer:
        return False, Statement("schema_newer")
    if state.current != state.head:
        return False, Statement("schema_old")
    return True, Statement("schema_fine")


def _worker(parts: Parts) -> tuple[bool, str]:
    with parts.database.read() as conn:
        beat = executors.freshest_beat(conn)
    if beat is None:
        return False, Statement("worker_never")
    if parts.clock() - beat > WORKER_IS_STALE_AFTER:
        return False, Statement("worker_gone")
    return True, Statement("worker_fine")


def _files(parts: Parts) -> tuple[bool, str]:
    # A broken file keeps its last good version, so it is told on the admin page and stops nothing.
    count = len(parts.library.problems) + len(parts.shelf.problems)
    if not parts.library.cards():
        return False, Statement("no_templates")
    return True, Statement("files_wrong", count=count) if count else Statement("files_fine")


_CHECKS: dict[str, Callable[[Parts], tuple[bool, str]]] = {
    "database": _database,
    "schema": _schema,
    "worker": _worker,
    "files": _files,
}
