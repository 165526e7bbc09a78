"""The settings: read once, checked as a whole."""

import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from dotenv import dotenv_values

from integration.settings import InvalidSettings, Mode, Settings, parse_settings, read_settings

ROOT = Path(__file__).parent.parent
COMPLETE = {
    "MAKEGOOD_ZENDESK_URL": "https://example.zendesk.com",
    "MAKEGOOD_OAUTH_CLIENT_ID": "makegood",
    "MAKEGOOD_OAUTH_CLIENT_SECRET": "s3cret-of-the-client",
    "MAKEGOOD_PUBLIC_URL": "https://makegood.example.com",
    "MAKEGOOD_SECRET_KEY": "k" * 32,
}
NAMES = [str(setting.metadata["name"]) for setting in fields(Settings)]


def test_everything_missing_is_named_at_once() -> None:
    with pytest.raises(InvalidSettings) as caught:
        parse_settings({})

    missing = [problem.split()[0] for problem in caught.value.problems]
    assert missing == list(COMPLETE)


def test_everything_wrong_is_named_with_what_to_do() -> None:
    wrong = {
        "MAKEGOOD_ZENDESK_URL": "example.zendesk.com",
        "MAKEGOOD_SECRET_KEY": "short",
        "MAKEGOOD_MODE": "fast",
        "MAKEGOOD_PORT": "99999",
        "MAKEGOOD_WRITE_SHARE": "2",
        "MAKEGOOD_DATABASE_URL": "mysql://x",
        "MAKEGOOD_LOG_LEVEL": "LOUD",
        "MAKEGOOD_REHEARSAL": "maybe",
    }
    with pytest.raises(InvalidSettings) as caught:
        parse_settings({**COMPLETE, **wrong})

    assert {problem.split()[0] for problem in caught.value.problems} == set(wrong)
    assert all("give" in problem or "it needs" in problem for problem in caught.value.problems)


def test_a_misspelled_setting_is_not_ignored() -> None:
    with pytest.raises(InvalidSettings, match="MAKEGOOD_MODUS is not a setting"):
        parse_settings({**COMPLETE, "MAKEGOOD_MODUS": "act"})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "\n".join(f"{name}={value}" for name, value in COMPLETE.items()) + "\nMAKEGOOD_PORT=9000\n"
    )

    assert read_settings({}, file).port == 9000
    assert read_settings({"MAKEGOOD_PORT": "9001"}, file).port == 9001


def test_nothing_is_written_to_zendesk_unless_somebody_says_so() -> None:
    assert parse_settings(COMPLETE).mode is Mode.OBSERVE


def test_outside_the_rehearsal_only_https_will_do() -> None:
    with pytest.raises(InvalidSettings, match=r"MAKEGOOD_ZENDESK_URL must start with https"):
        parse_settings({**COMPLETE, "MAKEGOOD_ZENDESK_URL": "http://example.zendesk.com"})


def test_a_rehearsal_takes_place_on_loopback_only() -> None:
    with pytest.raises(
        InvalidSettings, match="MAKEGOOD_REHEARSAL is only for a rehearsal Zendesk on loopback"
    ):
        parse_settings({**COMPLETE, "MAKEGOOD_REHEARSAL": "true"})


def test_a_database_url_is_given_to_the_driver_that_is_installed() -> None:
    settings = parse_settings({**COMPLETE, "MAKEGOOD_DATABASE_URL": "postgres://me@db.example.com/makegood"})

    assert settings.database_url == "postgresql+psycopg://me@db.example.com/makegood"


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    shown = repr(parse_settings({**COMPLETE, "MAKEGOOD_WEBHOOK_SECRET": "w3bhook"}))

    for secret in (COMPLETE["MAKEGOOD_OAUTH_CLIENT_SECRET"], COMPLETE["MAKEGOOD_SECRET_KEY"], "w3bhook"):
        assert secret not in shown


def test_the_example_file_holds_every_setting_with_its_default() -> None:
    example = dotenv_values(ROOT / ".env.example")

    assert list(example) == NAMES
    for setting in fields(Settings):
        if setting.default not in (MISSING, None, ""):
            default = (
                str(setting.default).lower() if isinstance(setting.default, bool) else str(setting.default)
            )
            assert example[str(setting.metadata["name"])] == default


def test_the_example_file_is_valid_as_it_stands() -> None:
    given = {name: value for name, value in dotenv_values(ROOT / ".env.example").items() if value}

    assert parse_settings(given).zendesk_url == "https://example.zendesk.com"


def test_the_readme_holds_every_setting_and_no_other() -> None:
    rows = re.findall(r"^\| `(MAKEGOOD_[A-Z_]+)` \| (.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE)

    assert [name for name, _ in rows] == NAMES
    assert [about for _, about in rows] == [str(setting.metadata["about"]) for setting in fields(Settings)]
