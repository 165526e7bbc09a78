"""The README and what it points to: commands, places, links and examples are those of the program."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from integration.app import assemble, create_app
from integration.cli import main
from integration.handling.outside_facts import parse_facts
from integration.settings import parse_settings
from integration.zendesk.webhook import parse_follow_up_request
from tests.test_settings import COMPLETE

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = sorted(
    path for pattern in ("*.md", "docs/**/*.md", "integration/**/*.md") for path in ROOT.glob(pattern)
)
# What Zendesk puts in place of the placeholders that the example uses.
PLACEHOLDERS = {"{{ticket.id}}": "41", "{{ticket.requester.first_name}}": "Marta"}


def commands(group: click.Group, path: str = "makegood") -> Iterator[str]:
    """Yield every command that does something, with the groups it is in."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        elif not command.hidden:
            yield f"{path} {name}"


def section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", README, re.DOTALL | re.MULTILINE)
    assert found, f"the README has no section {title!r}"
    return found[1]


def json_example(title: str) -> str:
    found = re.search(r"```json\n(.*?)```", section(title), re.DOTALL)
    assert found, f"the section {title!r} has no JSON example"
    return found[1]


def test_the_table_of_commands_holds_every_command_and_no_other() -> None:
    rows = re.findall(r"^\| `(makegood [a-z -]+)` \|", section("Commands"), re.MULTILINE)

    assert sorted(rows) == sorted(commands(main))


def test_commands_in_the_text_exist() -> None:
    known = set(commands(main))
    named = re.findall(r"(?:`|^ *|/bin/)(makegood [a-z]+(?:-[a-z]+)*(?: [a-z]+)?)", README, re.MULTILINE)

    assert named
    assert [n for n in named if n not in known and n.rsplit(" ", 1)[0] not in known] == []


def test_every_place_on_the_module_map_exists() -> None:
    rows = re.findall(r"^\| (`.*?) \|", section("Module map"), re.MULTILINE)
    places = [place for row in rows for place in re.findall(r"`([^`]+)`", row)]

    assert len(places) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []


def test_every_room_of_the_package_is_on_the_module_map() -> None:
    rooms = [path.parent.name for path in (ROOT / "integration").glob("*/__init__.py")]

    assert [room for room in rooms if f"`integration/{room}/`" not in section("Module map")] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text("utf-8"))
    relative = [target for target in targets if not target.startswith(("https://", "http://"))]

    assert [target for target in relative if not (document.parent / target).exists()] == []


def test_the_files_that_recipes_name_exist() -> None:
    named = re.findall(r"`((?:integration|templates|tests|docs)/[^`]+)`", README)

    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []


def test_the_example_of_a_trigger_is_understood() -> None:
    body = json_example("Follow-ups from your own triggers")
    for placeholder, value in PLACEHOLDERS.items():
        body = body.replace(placeholder, value)

    request = parse_follow_up_request(body.encode())

    assert "{{" not in body
    assert (request.ticket_id, request.action, request.name) == (41, "start", "call back")
    assert request.due_in_hours == 24


def test_the_example_of_outside_facts_is_understood() -> None:
    body = json_example("Facts from outside")

    assert parse_facts(body.encode()).values == {"Plan": "Gold", "Orders": "14"}
    assert set(json.loads(body)) == {"requester_id", "source", "observed_at", "facts"}


def test_every_route_is_in_the_readme_and_every_one_there_is_served(tmp_path: Path) -> None:
    documented = set(re.findall(r"`(?:GET|POST) (/[a-z/-]+)`", section("Routes")))
    parts = assemble(parse_settings({**COMPLETE, "MAKEGOOD_DATA_DIR": str(tmp_path)}))
    try:
        served = {str(rule) for rule in create_app(parts).url_map.iter_rules()}
    finally:
        parts.close()

    assert documented == {path for path in served if not path.startswith(("/app/api/", "/app/static/"))}
