"""Runs an INSERT straight through the driver, compiled once: for what somebody waits for with a stopwatch.

SQLAlchemy's own way from a row to the driver takes twice as long as the driver's part of it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.pool import PoolProxiedConnection


class Direct:
    """The little of a `Connection` that one INSERT needs; on an engine whose statements commit by themselves.

    Safe in threads: each call takes a connection of the pool and gives it back.
    """

    def __init__(self, engine: Engine) -> None:
        self.dialect = engine.dialect
        self._engine = engine
        self._compiled: dict[sa.Insert, _Compiled] = {}

    def scalar(self, statement: sa.Insert, row: Mapping[str, object]) -> Any:
        """Insert `row`, which has the same columns each time; return the first value that comes back.

        Raises SQLAlchemy's errors. After a lost connection the others of the pool are given up as well.
        """
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = _Compiled(statement, row, self.dialect)
        try:
            with self._engine.raw_connection() as pooled:
                found = self._run(pooled, compiled, row)
        except self.dialect.loaded_dbapi.Error as error:
            raise self._worded(error, compiled) from error
        return found[0][0] if found else None

    def _run(
        self, pooled: PoolProxiedConnection, compiled: "_Compiled", row: Mapping[str, object]
    ) -> list[Any]:
        connection: Any = pooled.driver_connection
        try:
            # All rows are fetched: SQLite commits when the last one is.
            rows: list[Any] = connection.execute(compiled.sql, compiled.parameters(row)).fetchall()
        except self.dialect.loaded_dbapi.Error as error:
            if self.dialect.is_disconnect(error, connection, None):
                pooled.invalidate(error)
                self._engine.dispose()
            raise
        return rows

    def _worded(self, error: Exception, compiled: "_Compiled") -> BaseException:
        base = self.dialect.loaded_dbapi.Error
        return sa.exc.DBAPIError.instance(compiled.sql, None, error, base, hide_parameters=True)


class _Compiled:
    """A statement in the driver's words, and what turns a row's values into the driver's."""

    def __init__(self, statement: sa.Insert, row: Mapping[str, object], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=list(row))
        if set(compiled.params) != set(row):
            raise ValueError("a direct INSERT has no defaults: name a value for each column that has one")
        self.sql = str(compiled)
        self._is_positional = dialect.positional
        order = compiled.positiontup if dialect.positional else None
        self._values = [(name, _converter(statement, name, dialect)) for name in order or list(row)]

    def parameters(self, row: Mapping[str, object]) -> Sequence[object] | Mapping[str, object]:
        if self._is_positional:
            return [row[name] if convert is None else convert(row[name]) for name, convert in self._values]
        return {name: row[name] if convert is None else convert(row[name]) for name, convert in self._values}


def _converter(statement: sa.Insert, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    return statement.table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
