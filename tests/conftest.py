"""Fixtures for every test: a migrated database, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.store.engine import Database, make_engine
from integration.store.migrate import migrate
from tests.chromium import chromium
from tests.postgres import Cluster

__all__ = ["chromium"]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The session's PostgreSQL server; it fails, and does not skip, where the package is missing."""
    server = Cluster()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated and closed SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "makegood.db"
    engine = make_engine(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(cluster: Cluster) -> str:
    """The name of a migrated PostgreSQL database to copy."""
    name = cluster.create()
    engine = make_engine(cluster.url(name))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite file."""
    file = tmp_path / "makegood.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(cluster: Cluster, migrated_postgresql: str) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database."""
    name = cluster.create(template=migrated_postgresql)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database; the test runs once on each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database; the test runs once on each kind."""
    opened = Database(make_engine(database_url))
    yield opened
    opened.close()


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Database]:
    """A fresh, migrated SQLite database, for tests that are about something else than the store."""
    opened = Database(make_engine(sqlite_url))
    yield opened
    opened.close()
