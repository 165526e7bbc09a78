"""The deadline presets as shipped, and the file that switches them on."""

from datetime import date
from pathlib import Path

import pytest

from integration.domain.deadline import Pick
from integration.domain.policy import NOTED_BY_AGENTS, Start
from integration.domain.preset import Clocks, Grade, Preset
from integration.policies.load import Problems, load_presets, parse
from integration.policies.shelf import SHIPPED, PolicyShelf

FILES = sorted((SHIPPED / "presets").glob("*.yaml"))
VERSIONS = [preset for file in FILES for preset in load_presets(file)]
PRESET = """\
id: own
title: Ours
source: A rule
reviewed_on: 2026-11-22
time_zone: Europe/London
versions:
  - version: 1
    effective_from: 2020-01-01
    grade: verified
    limits:
      - {id: ack, title: Acknowledge, start: received, within: {amount: 1, unit: days}, met_by: acknowledged}
"""


def named(preset: Preset) -> str:
    return f"{preset.id} {preset.version}"


def said(text: str, name: str = "presets/own.yaml") -> list[tuple[int, str]]:
    parsed = parse(text, name)
    assert isinstance(parsed, Problems), "nothing is wrong with it"
    return [(problem.line, problem.message) for problem in parsed.problems]


def test_there_is_one_for_every_rule_that_was_studied() -> None:
    assert len(FILES) == 27
    assert [file.stem for file in FILES] == sorted({preset.id for preset in VERSIONS})


@pytest.mark.parametrize("preset", VERSIONS, ids=named)
def test_a_preset_says_where_it_comes_from_and_until_when_it_was_read(preset: Preset) -> None:
    assert preset.source
    assert preset.reviewed_on == date(2026, 11, 22)
    assert preset.limits or "number" in (preset.remarks or "").lower()
    assert preset.link is None or preset.link.startswith("https://")


@pytest.mark.parametrize("preset", VERSIONS, ids=named)
def test_every_limit_can_be_met_by_something_that_is_known_or_noted(preset: Preset) -> None:
    told_by_zendesk = {Start.ACKNOWLEDGED, Start.LAST_PUBLIC_REPLY, Start.ANSWERED, Start.RESOLVED}

    assert {limit.met_by for limit in preset.limits} <= told_by_zendesk | NOTED_BY_AGENTS


def test_a_preset_is_only_as_well_known_as_its_weakest_figure() -> None:
    found = {preset.id: preset for preset in VERSIONS}

    assert found["sg-faa"].grade is Grade.KNOWN
    assert [limit.id for limit in found["sg-faa"].limits if limit.grade is not Grade.VERIFIED] == ["outer"]
    assert found["uk-psd-emd"].is_reviewed
    assert not found["ie-cpc"].is_reviewed


def test_none_is_on_as_shipped() -> None:
    assert PolicyShelf().clocks() == Clocks()


def test_either_of_two_limits_is_written_as_the_text_has_it() -> None:
    (preset,) = load_presets(SHIPPED / "presets" / "au-rg271.yaml")
    acknowledge = preset.limit("acknowledgement")

    assert acknowledge is not None
    assert (acknowledge.limit.pick, len(acknowledge.limit.counts)) == (Pick.LATEST, 2)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("start: received", "after: never", 7, "which is no limit above it"),
        ("start: received, ", "", 11, "needs start"),
        ("source: A rule\n", "", 1, "source is missing"),
        ("grade: verified", "grade: sure", 9, "verified"),
        ("source: A rule", "source: A rule\nlink: example.com", 4, "link"),
        ("version: 1", "version: 1\n    color: red", 8, "color is not known here"),
    ],
)
def test_a_mistake_in_a_preset_is_named_with_its_line(old: str, new: str, line: int, says: str) -> None:
    assert old in PRESET
    found = said(PRESET.replace(old, new))

    assert any(at == line and says in message for at, message in found), found


def test_versions_must_go_upwards() -> None:
    second = PRESET[PRESET.index("  - version") :].replace("2020-01-01", "2019-01-01")

    assert "versions go upwards" in said(PRESET + second)[0][1]


def test_a_preset_of_one_s_own_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "presets").mkdir()
    text = PRESET.replace("id: own", "id: uk-fca-disp", 1)
    (tmp_path / "presets" / "uk-fca-disp.yaml").write_text(text)
    shelf = PolicyShelf([SHIPPED, tmp_path])

    assert [preset.title for preset in shelf.presets()["uk-fca-disp"]] == ["Ours"]
    assert len(shelf.presets()) == 27


@pytest.mark.parametrize(
    ("clocks", "says"),
    [
        ("presets: [{id: uk-fca}]", "there is no preset uk-fca"),
        ("presets: [{id: ie-cpc}]", "has not been checked at its source and stays off"),
    ],
)
def test_a_preset_that_cannot_be_switched_on_says_why(clocks: str, says: str) -> None:
    problems = PolicyShelf().overlaid({"clocks.yaml": clocks}).problems

    assert [says in problem.message for problem in problems] == [True]


def test_a_preset_that_an_admin_checked_can_be_switched_on() -> None:
    shelf = PolicyShelf().overlaid({"clocks.yaml": "presets: [{id: ie-cpc, checked_on: 2026-11-30}]"})

    assert shelf.problems == ()
    assert [switch.preset_id for switch in shelf.clocks().switches] == ["ie-cpc"]


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("presets:\n  - {id: uk-fca-disp, holiday_sets: [Mars]}\n", 2, "is no set of holidays"),
        (
            "presets:\n  - {id: uk-fca-disp, applies_to: {jurisdictions: [uk]}}\n",
            1,
            "no jurisdiction is called uk",
        ),
        ("jurisdictions:\n  uk: {jurisdictions: [ie]}\n", 1, "cannot depend on another"),
        ("days_off: [soon]\n", 1, "days_off.0"),
    ],
)
def test_a_mistake_in_the_clocks_is_named_with_its_line(text: str, line: int, says: str) -> None:
    found = said(text, "clocks.yaml")

    assert any(at == line and says in message for at, message in found), found
