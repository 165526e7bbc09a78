"""The command line as an operator uses it: arguments and environment in, text and exit status out."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from integration.cli import main
from integration.demo.puppets import Puppets
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from integration.settings import PREFIX

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin in an empty folder without a setting."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def makegood() -> Run:
    """Run `makegood` with these arguments; keyword arguments are settings in the environment.

    `typed` is what somebody types at its questions.
    """

    def run(*arguments: str, typed: str | None = None, **settings: str) -> Result:
        environment = {PREFIX + name: value for name, value in settings.items()}
        return CliRunner().invoke(main, arguments, input=typed, env=environment, catch_exceptions=False)

    return run


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[RehearsalServer]:
    """A rehearsal account that delivers nothing."""
    with RehearsalServer(tmp_path / "zendesk.db", limits=Limits.none()) as server:
        server.sender.pause()
        yield server


@pytest.fixture
def zendesk(rehearsal: RehearsalServer) -> Puppets:
    return Puppets(rehearsal.url)


@pytest.fixture
def settings(rehearsal: RehearsalServer, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation beside the rehearsal account, on an empty data folder."""
    return {
        "ZENDESK_URL": rehearsal.url,
        "OAUTH_CLIENT_ID": rehearsal.account.config.oauth_client_id,
        "OAUTH_CLIENT_SECRET": rehearsal.account.config.oauth_client_secret,
        "PUBLIC_URL": "http://127.0.0.1:9",
        "SECRET_KEY": "k" * 40,
        "DATA_DIR": str(tmp_path / "data"),
        "MODE": "act",
        "REHEARSAL": "true",
        "LOG_LEVEL": "WARNING",
    }
