"""What the tables are made of. Moments are aware and in UTC; ids of Zendesk's own things are Zendesk's."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

_PLACES = 4  # as many as any currency of ISO 4217 has


class Amount(sa.TypeDecorator[Decimal]):
    """A sum of money, exact to four places; kept as a whole number, since SQLite's decimals are floats.

    The database adds such numbers up without loss, on both kinds.
    """

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _dialect: Dialect) -> int | None:
        if value is None:
            return None
        whole = value.scaleb(_PLACES)
        if whole != whole.to_integral_value():
            raise ValueError(f"amounts have at most {_PLACES} decimal places")
        return int(whole)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Decimal | None:
        # PostgreSQL's sum of whole numbers comes back as a decimal already.
        return None if value is None else Decimal(value).scaleb(-_PLACES)


class Moment(sa.TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite has no zones, so there it is kept without and given back with."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("moments are aware; this one has no zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Zendesk's user and field ids pass 32 bits; SQLite only counts up by itself on plain INTEGER keys.
Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# Orders are compared byte by byte; a language's collation would skip their punctuation.
Order = sa.String(40).with_variant(sa.String(40, collation="C"), "postgresql")

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *columns: Any) -> sa.Table:
    return sa.Table(name, metadata, *columns)


def index_where(words: str, name: str, *columns: str, unique: bool = False) -> sa.Index:
    where = sa.text(words)
    return sa.Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)
