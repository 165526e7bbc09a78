"""Fixtures of the rehearsal's tests: servers on free ports, each with a fresh account."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from integration.rehearsal.account import Account, open_account
from integration.rehearsal.config import Config, Limits, SenderOptions
from integration.rehearsal.server import RehearsalServer
from tests.rehearsal.outside import Outside

FAST = SenderOptions(timeout=5, retry_seconds=0.01, breaker_pause=0.3)


@pytest.fixture
def rehearse(tmp_path: Path) -> Iterator[Callable[..., Outside]]:
    """Start a server without limits and with short pauses; keyword arguments are fields of its Config."""
    with ExitStack() as running:

        def start(**overrides: Any) -> Outside:
            wanted = {"limits": Limits.none(), "sender": FAST, **overrides}
            server = running.enter_context(RehearsalServer(tmp_path / "rehearsal.db", **wanted))
            outside = Outside(server)
            running.callback(outside.session.close)
            return outside

        yield start


@pytest.fixture
def outside(rehearse: Callable[..., Outside]) -> Outside:
    """A running server without limits and with short pauses."""
    return rehearse()


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Account]:
    """A fresh account without a server."""
    opened = open_account(tmp_path / "account.db", Config())
    yield opened
    opened.close()
