"""Production and sandbox on one machine: two data folders, two settings files, nothing shared."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.demo.puppets import Puppets
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from tests.commands.conftest import Run
from tests.commands.test_data import ask
from tests.commands.test_text_files import PLACES, written

Settings = dict[str, str]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RehearsalServer]:
    """A second account."""
    place = tmp_path / "sandbox.db"
    with RehearsalServer(place, limits=Limits.none()) as server:
        server.sender.pause()
        yield server


def write_settings(file: Path, settings: Settings) -> None:
    file.write_text("".join(f"MAKEGOOD_{name}={value}\n" for name, value in settings.items()))


def test_two_installations_share_nothing(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer, sandbox: RehearsalServer, tmp_path: Path
) -> None:
    of_sandbox = {
        **settings,
        "ZENDESK_URL": sandbox.url,
        "OAUTH_CLIENT_SECRET": sandbox.account.config.oauth_client_secret,
        "PUBLIC_URL": "http://127.0.0.1:10",
        "SECRET_KEY": "s" * 40,
        "DATA_DIR": str(tmp_path / "sandbox"),
    }
    write_settings(Path("production.env"), settings)
    write_settings(Path("sandbox.env"), of_sandbox)
    sandbox.seed_history(60)
    Puppets(sandbox.url).pass_time(seconds=120)

    for name in ("production.env", "sandbox.env"):
        connected = makegood("--env-file", name, "connect")
        assert connected.exit_code == 0, connected.output
    assert makegood("--env-file", "sandbox.env", "backfill").exit_code == 0

    (tickets,) = ask(of_sandbox, "SELECT count(*) FROM tickets")[0]
    assert ask(settings, "SELECT count(*) FROM tickets") == [(0,)]
    assert isinstance(tickets, int)
    assert tickets > 0
    endpoints = {
        row["endpoint"].rsplit("/zendesk", 1)[0]
        for server in (rehearsal, sandbox)
        for row in Puppets(server.url).state()["webhooks"]
    }
    assert endpoints == {"http://127.0.0.1:9", "http://127.0.0.1:10"}


def test_what_was_tried_in_the_sandbox_goes_to_production_as_files(
    makegood: Run, settings: Settings, tmp_path: Path
) -> None:
    write_settings(Path("production.env"), settings)
    write_settings(Path("sandbox.env"), {**settings, "DATA_DIR": str(tmp_path / "sandbox")})
    for kind in PLACES:
        source = written(tmp_path / "in" / kind, kind)
        assert makegood("--env-file", "sandbox.env", kind, "import", source, "--publish").exit_code == 0
        makegood("--env-file", "sandbox.env", kind, "export", f"{kind}.zip")

    for kind, (place, _) in PLACES.items():
        planned = makegood("--env-file", "production.env", kind, "import", f"{kind}.zip", "--plan").output
        assert place in planned
        assert "  + " in planned
        taken = makegood("--env-file", "production.env", kind, "import", f"{kind}.zip", "--publish")
        assert "1 now in force." in taken.output
        again = makegood("--env-file", "production.env", kind, "import", f"{kind}.zip", "--plan").output
        assert "All of it is in force already." in again


def test_neither_can_read_the_others_secrets(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer
) -> None:
    makegood("connect", **settings)

    output = makegood("doctor", **{**settings, "SECRET_KEY": "s" * 40}).output

    assert "stored secrets cannot be read" in output
    assert "MAKEGOOD_SECRET_KEY has changed" in output
