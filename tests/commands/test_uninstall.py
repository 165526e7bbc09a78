"""Leaving takes out what Makegood made and nothing else, and never before the ledger was written."""

from pathlib import Path

from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from tests.commands.conftest import Run
from tests.commands.test_data import ask

Settings = dict[str, str]


def test_a_plan_lists_everything_and_removes_nothing(
    makegood: Run, settings: Settings, zendesk: Puppets
) -> None:
    makegood("connect", **settings)
    before = zendesk.calls()["n"]

    result = makegood("uninstall", "--plan", **settings)

    assert result.output.count("would be deleted: ticket field") == 5
    assert result.output.count("would be deleted: webhook") == 2
    assert {call["method"] for call in zendesk.calls(before)["calls"] if "/api/" in call["path"]} == {"GET"}


def test_what_is_ours_goes_and_what_is_not_stays(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer
) -> None:
    fields = {field["title"] for field in rehearsal.account.resources("ticket_field")}
    makegood("connect", **settings)
    ask(settings, "INSERT INTO facts VALUES (7, 'plan', 'Gold', 'shop', '2026-03-10 09:00:00')")

    result = makegood("uninstall", "--yes", **settings)

    assert result.exit_code == 0, result.output
    assert result.output.count("deleted: webhook") == 2 + 2  # planned, then done
    assert {field["title"] for field in rehearsal.account.resources("ticket_field")} == fields
    ledger = (Path(settings["DATA_DIR"]) / "makegood-ledger.jsonl").read_text()
    assert '"table":"facts"' in ledger
    assert "signing" not in ledger
    assert "Nothing of Makegood's stands" in makegood("uninstall", "--yes", **settings).output
    assert makegood("connect", **settings).exit_code == 0


def test_an_admins_rule_that_calls_makegood_is_named_first(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer
) -> None:
    makegood("connect", **settings)
    rule = {
        "title": "Call back",
        "active": True,
        "conditions": {"all": [{"field": "current_tags", "operator": "includes", "value": "makegood_high"}]},
        "actions": [{"field": "priority", "value": "high"}],
    }
    rehearsal.account.save_resource("trigger", rule)

    result = makegood("uninstall", "--yes", **settings)

    assert result.exit_code == 1
    assert "trigger" in result.output
    assert "'Call back'" in result.output
    assert "deleted: webhook 'Makegood: Events'" not in result.output.replace("would be deleted", "")


def test_nothing_is_removed_where_the_ledger_cannot_be_written(makegood: Run, settings: Settings) -> None:
    makegood("connect", **settings)

    result = makegood("uninstall", "--yes", "--ledger", "/nowhere/at/all.jsonl", **settings)

    assert "nothing was removed" in result.output
    assert "would be deleted: webhook" in makegood("uninstall", "--plan", **settings).output
