"""The pages in docs/ tell what the program does: its tables, settings, routes, commands, files."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from integration.app import assemble, create_app
from integration.cli import main
from integration.settings import Settings, parse_settings
from integration.store.tables import metadata
from tests.test_readme import commands
from tests.test_settings import COMPLETE

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))


def first_cells(page: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", (DOCS / page).read_text("utf-8"), re.MULTILINE)


def test_every_table_of_the_database_is_accounted_for() -> None:
    told = [name for name in first_cells("data.md") if "." not in name]

    assert told == sorted(metadata.tables)


def test_every_setting_is_in_the_reference_with_its_sentence() -> None:
    text = (DOCS / "reference.md").read_text("utf-8")

    missing = [
        setting.metadata["name"]
        for setting in fields(Settings)
        if f"| `{setting.metadata['name']}` | {setting.metadata['about']} |" not in text
    ]
    assert missing == []
    told = [name for name in first_cells("reference.md") if name.startswith("MAKEGOOD_")]
    assert len(told) == len(fields(Settings))


def test_every_route_that_others_may_call_is_in_the_reference(tmp_path: Path) -> None:
    parts = assemble(parse_settings({**COMPLETE, "MAKEGOOD_DATA_DIR": str(tmp_path)}))
    try:
        rules = list(create_app(parts).url_map.iter_rules())
    finally:
        parts.close()
    served = {
        f"{method} {rule}"
        for rule in rules
        if not str(rule).startswith("/app/")
        for method in rule.methods or set()
        if method in {"GET", "POST"}
    }

    assert {cell for cell in first_cells("reference.md") if cell.startswith(("GET ", "POST "))} == served


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_commands_and_settings_named_in_the_pages_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    known = set(commands(main))
    named = re.findall(r"(?:`|^)(makegood [a-z]+(?:-[a-z]+)*(?: (?!run$)[a-z]+)?)", text, re.MULTILINE)
    settings = {str(setting.metadata["name"]) for setting in fields(Settings)}

    assert [n for n in named if n not in known and n.rsplit(" ", 1)[0] not in known] == []
    assert set(re.findall(r"MAKEGOOD_[A-Z_]+", text)) <= settings


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_page_is_reached_from_the_readme_or_another_page(page: Path) -> None:
    others = [ROOT / "README.md", *(other for other in PAGES if other != page)]

    assert any(f"{page.name})" in other.read_text("utf-8") for other in others)
