"""Mistakes that admins make: each ends with what happened and the next step, and with nothing changed."""

import json
import socket
from pathlib import Path

import pytest

from integration.commands.context import Context
from tests.commands.conftest import Run

Settings = dict[str, str]
ELSEWHERE = {
    "ZENDESK_URL": "http://127.0.0.1:9",
    "OAUTH_CLIENT_ID": "makegood",
    "OAUTH_CLIENT_SECRET": "a-client-secret",
    "PUBLIC_URL": "http://127.0.0.1:9",
    "SECRET_KEY": "k" * 40,
    "DATA_DIR": "data",
    "REHEARSAL": "true",
    "LOG_LEVEL": "ERROR",
}


@pytest.fixture
def shut(tmp_path: Path) -> Path:
    """A place where nobody, not even root, can make a folder."""
    place = tmp_path / "a-file"
    place.write_text("in the way")
    return place / "data"


def test_an_env_file_that_is_named_and_missing_is_not_passed_over(makegood: Run) -> None:
    result = makegood("--env-file", "producton.env", "erase", "5", **ELSEWHERE)

    assert result.exit_code == 1
    assert "producton.env does not exist" in result.output
    assert not Path("data").exists()


def test_the_doctor_and_lint_name_a_missing_env_file_too(makegood: Run) -> None:
    for command in (["doctor"], ["templates", "lint"]):
        result = makegood("--env-file", "producton.env", *command)

        assert (result.exit_code, "producton.env does not exist" in result.output) == (1, True)


def test_asking_writes_the_env_file_that_was_named(makegood: Run, settings: Settings) -> None:
    asked = ("ZENDESK_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "PUBLIC_URL")
    typed = "".join(f"{settings[name]}\n" for name in asked)

    result = makegood(
        "--env-file", "sandbox.env", "connect", "--ask", "--plan", typed=typed, REHEARSAL="true"
    )

    assert result.exit_code == 0
    assert "Wrote sandbox.env" in result.output
    assert (Path("sandbox.env").exists(), Path(".env").exists()) == (True, False)


def test_parts_of_a_run_are_started_with_the_file_that_is_there() -> None:
    Path("mine.env").touch()

    assert Context(Path("mine.env"), is_named=True).arguments == ["--env-file", "mine.env"]
    assert Context(Path(".env"), is_named=False).arguments == []


@pytest.mark.parametrize(
    "command",
    [
        "erase 5",
        "export 5",
        "erasures",
        "hold list",
        "retention",
        "audit verify",
        "audit export",
        "parked list",
    ],
)
def test_in_the_wrong_folder_nothing_is_said_of_an_empty_database(makegood: Run, command: str) -> None:
    result = makegood(*command.split(), **ELSEWHERE)

    assert result.exit_code == 1
    assert f"There is no database of Makegood's at {Path('data').resolve()}" in result.output
    assert not Path("data").exists()


@pytest.mark.parametrize("command", ["connect", "db upgrade", "backfill"])
def test_a_data_folder_that_cannot_be_made_is_named(makegood: Run, shut: Path, command: str) -> None:
    result = makegood(*command.split(), **{**ELSEWHERE, "DATA_DIR": str(shut)})

    assert result.exit_code == 1
    assert f"Error: {shut}: Not a directory. Check the path" in result.output


def test_the_doctor_names_a_data_folder_that_cannot_be_made(makegood: Run, shut: Path) -> None:
    result = makegood("doctor", "--json", **{**ELSEWHERE, "DATA_DIR": str(shut)})

    finding = json.loads(result.output)[-1]
    assert (finding["name"], finding["health"]) == ("data folder", "failure")
    assert "MAKEGOOD_DATA_DIR" in finding["next_step"]


@pytest.mark.parametrize("command", ["connect", "db upgrade", "db downgrade", "erase 5"])
def test_a_file_that_is_no_database_is_named(makegood: Run, command: str) -> None:
    Path("data").mkdir()
    Path("data/makegood.db").write_bytes(b"Not a database, but quite long. " * 200)

    result = makegood(*command.split(), **ELSEWHERE)

    assert result.exit_code == 1
    assert "its file is damaged, or no SQLite database" in result.output
    assert "replaced by a backup" in result.output


def test_the_data_folder_is_for_its_owner_alone(makegood: Run) -> None:
    assert makegood("db", "upgrade", **ELSEWHERE).exit_code == 0

    assert Path("data").stat().st_mode & 0o777 == 0o700


def test_the_database_is_for_its_owner_alone_in_any_folder(makegood: Run) -> None:
    Path("data").mkdir(mode=0o755)

    assert makegood("db", "upgrade", **ELSEWHERE).exit_code == 0

    assert Path("data/makegood.db").stat().st_mode & 0o777 == 0o600


def test_a_file_that_only_the_doctor_has_made_is_no_database(makegood: Run) -> None:
    makegood("doctor", **ELSEWHERE)

    result = makegood("erase", "5", **ELSEWHERE)

    assert result.exit_code == 1
    assert "There is no database of Makegood's" in result.output


def test_a_port_that_is_taken_is_named_before_anything_starts(makegood: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = makegood("run", **ELSEWHERE, PORT=str(port))

    assert result.exit_code == 1
    assert f"port {port}: Address already in use" in result.output
    assert "MAKEGOOD_PORT" in result.output
    assert not Path("data").exists()
