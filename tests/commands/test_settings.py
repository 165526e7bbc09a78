"""Every command explains itself without settings, and names all that is missing at once."""

import click
import pytest

from integration.cli import main
from tests.commands.conftest import Run

REQUIRED = ("ZENDESK_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "PUBLIC_URL", "SECRET_KEY")


def every_command(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += every_command(command, (*path, name))
    return found


@pytest.mark.parametrize("path", every_command(), ids=" ".join)
def test_help_needs_no_settings(makegood: Run, path: tuple[str, ...]) -> None:
    result = makegood(*path, "--help")

    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: main {' '.join(path)}")


@pytest.mark.parametrize(
    "command", ["connect", "backfill", "run", "web", "worker", "parked list", "db upgrade", "db downgrade"]
)
def test_every_missing_setting_is_named_at_once(makegood: Run, command: str) -> None:
    result = makegood(*command.split())

    assert result.exit_code == 1
    assert all(f"MAKEGOOD_{name} is missing" in result.output for name in REQUIRED)
    assert ".env.example" in result.output


def test_settings_come_from_a_file_and_the_environment_wins(makegood: Run, settings: dict[str, str]) -> None:
    lines = {**settings, "ZENDESK_URL": "http://127.0.0.1:9"}
    with open("mine.env", "w") as file:
        file.writelines(f"MAKEGOOD_{name}={value}\n" for name, value in lines.items())

    assert makegood("--env-file", "mine.env", "connect").exit_code == 1
    assert makegood("--env-file", "mine.env", "connect", ZENDESK_URL=settings["ZENDESK_URL"]).exit_code == 0


def test_an_unknown_setting_is_named(makegood: Run, settings: dict[str, str]) -> None:
    result = makegood("connect", **settings, ZENDESK_TOKEN="x")

    assert result.exit_code == 1
    assert "MAKEGOOD_ZENDESK_TOKEN is not a setting" in result.output
