"""Why a database cannot be used, as far as its own error tells; never what was to be stored."""

import sqlite3

import sqlalchemy as sa

from integration.statements import Statement

_BY_CODE = {
    sqlite3.SQLITE_FULL: "database_full",
    sqlite3.SQLITE_READONLY: "database_read_only",
    sqlite3.SQLITE_CANTOPEN: "database_not_opened",
    sqlite3.SQLITE_IOERR: "database_not_written",
    sqlite3.SQLITE_BUSY: "database_locked",
    sqlite3.SQLITE_CORRUPT: "database_damaged",
    sqlite3.SQLITE_NOTADB: "database_damaged",
}
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def reason_of(error: sa.exc.SQLAlchemyError | sqlite3.Error) -> str:
    """Return a statement about an SQLite file, or the name of another database's error."""
    cause = getattr(error, "orig", None) or error
    code = _code(cause)
    return Statement(_BY_CODE[code]) if code in _BY_CODE else type(cause).__name__


def is_about_its_file(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether an SQLite database cannot be used because of its file, and not of what it was asked."""
    return isinstance(reason_of(error), Statement)


def is_damaged(error: sa.exc.SQLAlchemyError) -> bool:
    """Whether the file of an SQLite database is damaged, or none of SQLite's."""
    return _code(getattr(error, "orig", None)) in _DAMAGED


def step_after(reason: str) -> Statement:
    """Return what to do where the database cannot be used for this reason."""
    is_about_a_file = isinstance(reason, Statement)
    return Statement("doctor_database_file.step" if is_about_a_file else "doctor_database_silent.step")


def _code(cause: object) -> int | None:
    # The upper bits of SQLite's codes tell the place, as in SQLITE_IOERR_WRITE.
    return cause.sqlite_errorcode & 0xFF if isinstance(cause, sqlite3.Error) else None
