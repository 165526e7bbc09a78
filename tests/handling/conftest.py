"""Installations for the use cases: the web's, with Zendesk away, and whole ones beside a rehearsal."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from integration.app import assemble
from integration.learned.encoder import Encoder, load_encoder
from integration.learned.ranker import Ranker
from integration.learned.reader import LearnedReader
from integration.policies.shelf import PolicyShelf
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from integration.responses.library import Library
from tests.handling.installation import TUESDAY, Installation, settings_for
from tests.web.conftest import app_key, here, library

__all__ = ["app_key", "here", "library"]

Install = Callable[..., Installation]


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[RehearsalServer]:
    """A rehearsal account without limits, on a Tuesday morning in March; tests deliver its events."""
    with RehearsalServer(tmp_path / "zendesk.db", limits=Limits.none()) as server:
        server.sender.pause()
        server.account.clock.set(TUESDAY)
        yield server


@pytest.fixture(scope="session")
def shelf() -> PolicyShelf:
    return PolicyShelf()


@pytest.fixture(scope="session")
def encoder() -> Encoder | None:
    """The encoder, its weights loaded once for all tests."""
    return load_encoder()


@pytest.fixture(scope="session")
def ranker(encoder: Encoder | None) -> Ranker:
    """A ranker that reads the shipped templates once for all tests."""
    return Ranker(encoder)


@pytest.fixture(scope="session")
def reader(encoder: Encoder | None) -> LearnedReader:
    """A reader that loads what it learned once for all tests."""
    return LearnedReader(encoder)


@pytest.fixture
def install(
    rehearsal: RehearsalServer,
    tmp_path: Path,
    library: Library,
    shelf: PolicyShelf,
    ranker: Ranker,
    reader: LearnedReader,
) -> Iterator[Install]:
    """Install Makegood on a migrated database; keyword arguments are settings.

    Templates and policies are those shipped, read once for all tests, unless it is to have files of its own.
    """
    with ExitStack() as running:

        def start(database_url: str, *, with_own_files: bool = False, **settings: str) -> Installation:
            settings = {"DATA_DIR": str(tmp_path), "DATABASE_URL": database_url, **settings}
            clock = rehearsal.account.clock.now
            # Connecting comes first in these tests, and it writes.
            parts = assemble(settings_for(rehearsal, **settings), clock, can_write=True)
            running.callback(parts.close)
            parts = replace(parts, ranker=ranker, read=reader)
            if not with_own_files:
                parts = replace(parts, library=library, shelf=shelf)
            return Installation(rehearsal, parts)

        yield start


# For tests that lean on what the database does about rows that change under them.
on_both_databases = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def makegood(install: Install, request: pytest.FixtureRequest, database_kind: str) -> Installation:
    """An installation that acts, on SQLite unless the test says `on_both_databases`."""
    return install(request.getfixturevalue(f"{database_kind}_url"))


@pytest.fixture
def makegood_anywhere(install: Install, database_url: str) -> Installation:
    """An installation that acts, once on SQLite and once on PostgreSQL."""
    return install(database_url)
