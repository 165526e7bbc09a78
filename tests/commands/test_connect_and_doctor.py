"""`connect` changes what it must and no more; `doctor` answers whatever the state."""

import json

import pytest

from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from tests.commands.conftest import Run

Settings = dict[str, str]


def findings(output: str) -> dict[str, dict[str, str]]:
    return {finding["name"]: finding for finding in json.loads(output)}


def test_a_plan_names_every_change_and_makes_none(
    makegood: Run, settings: Settings, zendesk: Puppets
) -> None:
    result = makegood("connect", "--plan", **settings)

    assert result.exit_code == 0
    assert result.output.count("would be created") == 7
    assert {call["method"] for call in zendesk.calls()["calls"] if "/api/" in call["path"]} == {"GET"}


def test_connecting_twice_changes_nothing_the_second_time(makegood: Run, settings: Settings) -> None:
    first = makegood("connect", **settings)
    second = makegood("connect", **settings)

    assert first.output.count("was created") == 7
    assert (second.exit_code, "Everything is there already." in second.output) == (0, True)


def test_a_deleted_field_is_made_anew(makegood: Run, settings: Settings, rehearsal: RehearsalServer) -> None:
    makegood("connect", **settings)
    field = next(f for f in rehearsal.account.resources("ticket_field") if "deadline" in f["title"])
    rehearsal.account.delete_resource("ticket_field", field["id"])

    result = makegood("connect", **settings)

    assert result.output.splitlines()[0].startswith("ticket field 'Makegood: Complaint deadline' was created")


def test_zendesk_away_is_told_without_a_traceback(makegood: Run, settings: Settings) -> None:
    result = makegood("connect", **{**settings, "ZENDESK_URL": "http://127.0.0.1:9"})

    assert result.exit_code == 1
    assert "Zendesk is unavailable" in result.output
    assert "run the command again" in result.output


def test_the_doctor_answers_where_nothing_is_configured(makegood: Run) -> None:
    result = makegood("doctor", "--json")

    assert result.exit_code == 1
    found = json.loads(result.output)
    assert len(found) == 5
    assert {finding["name"] for finding in found} == {"settings"}
    assert all(finding["health"] == "failure" and finding["next_step"] for finding in found)


def test_the_doctor_finds_what_is_missing_after_connecting(makegood: Run, settings: Settings) -> None:
    makegood("connect", **settings)

    result = makegood("doctor", "--json", **settings)

    found = findings(result.output)
    assert result.exit_code == 1
    assert [name for name, finding in found.items() if finding["health"] == "failure"] == ["worker"]
    assert found["connection"]["measured"] == "5 ticket fields known"


def test_the_doctor_for_people_says_the_same(makegood: Run, settings: Settings) -> None:
    result = makegood("doctor", **settings)

    assert result.exit_code == 1
    assert "makegood db upgrade" in result.output


def test_the_doctor_leaves_an_empty_database_as_it_is(makegood: Run, settings: Settings) -> None:
    first = findings(makegood("doctor", "--json", **settings).output)
    second = findings(makegood("doctor", "--json", **settings).output)

    assert first["database"] == second["database"]
    assert first["database"]["measured"].startswith("schema empty")


@pytest.mark.parametrize("command", ["connect", "parked list", "db upgrade"])
def test_a_database_that_is_away_is_told_without_a_traceback(
    makegood: Run, settings: Settings, command: str
) -> None:
    away = {**settings, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nowhere"}

    result = makegood(*command.split(), **away)

    assert result.exit_code == 1
    assert "MAKEGOOD_DATABASE_URL" in result.output
