"""A form changes one value of a YAML text; comments and everything else stay."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.policies.rewrite import NoSuchPlace, add, drop, put
from integration.policies.shelf import SHIPPED

HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")
RULES = (SHIPPED / "rules.yaml").read_text("utf-8")


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.lstrip().startswith("#")]


def at(text: str, *path: Any) -> Any:
    found = yaml.safe_load(text)
    for step in path:
        found = found[step]
    return found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("title",), "Our: own # rules"),
        (("steps", 0, "delay", "amount"), 6),
        (("steps", 1, "bands"), ["low"]),
        (("steps", 3, "bands"), ["high"]),
        (("business_hours", "opens"), "08:30"),
        (("holidays",), ["2026-12-25"]),
        (("applies_to", "tags"), ["vip", "no"]),
        (("time_zone",), "Europe/Berlin"),
    ],
)
def test_one_value_changes_and_everything_else_stays(path: tuple[Any, ...], value: Any) -> None:
    changed = put(HOUSE, path, value)

    assert at(changed, *path) == value
    assert comments(changed) == comments(HOUSE)
    before, after = yaml.safe_load(HOUSE), yaml.safe_load(changed)
    for data in (before, after):
        data.pop(path[0], None)
    assert before == after or path[0] == "steps"


@pytest.mark.parametrize(
    "text", [RULES, "always: []\n", "threshold: 0.4\n", "always: [{id: a, tags: [x]}]\n"]
)
def test_an_item_is_added_to_a_list_however_it_is_written(text: str) -> None:
    item = {"id": "legal", "tags": ["lawyer", "court"]}

    changed = add(text, ("always",), item)

    assert at(changed, "always")[-1] == item
    assert comments(changed) == comments(text)


@pytest.mark.parametrize("number", range(4))
def test_an_item_is_taken_from_a_list(number: int) -> None:
    changed = drop(HOUSE, ("steps", number))

    expected = at(HOUSE, "steps")
    del expected[number]
    assert at(changed, "steps") == expected
    assert comments(changed) == comments(HOUSE)


def test_the_last_item_leaves_an_empty_list() -> None:
    assert at(drop(RULES, ("always", 0)), "always") == []
    assert at(drop("presets:\n- id: a\n- id: b\n", ("presets", 0)), "presets") == [{"id": "b"}]


def test_a_key_is_taken_away() -> None:
    assert "social" not in at(drop(RULES, ("severity_by_channel", "social")), "severity_by_channel")
    assert "bands" not in at(drop(HOUSE, ("steps", 0, "bands")), "steps", 0)


@pytest.mark.parametrize("text", ["", "a: [", "- 1\n"])
def test_a_text_that_cannot_be_changed_so_is_refused(text: str) -> None:
    with pytest.raises(NoSuchPlace):
        put(text, ("title",), "x")


@pytest.mark.parametrize("preset", sorted((SHIPPED / "presets").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_file_can_be_changed_in_place(preset: Path) -> None:
    text = preset.read_text("utf-8")

    changed = put(text, ("title",), "Other")

    assert {**yaml.safe_load(text), "title": "Other"} == yaml.safe_load(changed)
