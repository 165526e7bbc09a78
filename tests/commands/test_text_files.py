"""Texts published in one installation, such as a sandbox, arrive in another by way of files."""

from pathlib import Path

import pytest

from integration.policies.shelf import SHIPPED
from tests.commands.conftest import Run
from tests.commands.test_templates_reset import SETTINGS
from tests.web.installation import ROOT

LETTER = (ROOT / "templates/apology/en.md.j2").read_text("utf-8").replace("I am sorry", "We are sorry")
HOUSE = (SHIPPED / "house.yaml").read_text("utf-8").replace("version: 1", "version: 2")
PLACES = {"templates": ("apology/en.md.j2", LETTER), "policies": ("house.yaml", HOUSE)}


def written(folder: Path, kind: str, text: str | None = None) -> str:
    place, ours = PLACES[kind]
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_text(text or ours, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("target", ["out", "out.zip"])
def test_what_is_published_here_is_published_there(
    makegood: Run, tmp_path: Path, sqlite_url: str, kind: str, target: str
) -> None:
    taken = makegood(
        kind, "import", written(tmp_path / "in", kind), "--publish", DATABASE_URL=sqlite_url, **SETTINGS
    )
    makegood(kind, "export", target, DATABASE_URL=sqlite_url, **SETTINGS)

    there = makegood(kind, "import", target, "--plan", **SETTINGS)
    again = makegood(kind, "import", target, DATABASE_URL=sqlite_url, **SETTINGS)

    assert "1 now in force." in taken.output
    assert PLACES[kind][0] in there.output
    assert "+ " in there.output
    assert "All of it is in force already." in again.output


def test_an_import_is_drafts_unless_it_says_publish(makegood: Run, tmp_path: Path, sqlite_url: str) -> None:
    source = written(tmp_path / "in", "templates")

    result = makegood("templates", "import", source, DATABASE_URL=sqlite_url, **SETTINGS)

    assert "1 now drafts" in result.output
    export = makegood("templates", "export", "out", DATABASE_URL=sqlite_url, **SETTINGS)
    assert export.exit_code == 1
    assert "Nothing is published" in export.output


def test_a_broken_text_stops_the_whole_import(makegood: Run, tmp_path: Path, sqlite_url: str) -> None:
    source = written(tmp_path / "in", "templates", "---\ntitel: x\n---\n")

    result = makegood("templates", "import", source, "--publish", DATABASE_URL=sqlite_url, **SETTINGS)

    assert result.exit_code == 1
    assert "there is no such key" in result.output


def test_a_folder_without_our_texts_is_refused(makegood: Run, tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("x")

    result = makegood("policies", "import", str(tmp_path), **SETTINGS)

    assert result.exit_code == 1
    assert "no text in it that Makegood knows" in result.output
