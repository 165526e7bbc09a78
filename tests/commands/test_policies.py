"""`makegood policies` and `makegood rehearse` from the command line."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from integration.cli import main
from integration.policies.shelf import SHIPPED
from tests.commands.conftest import Run


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"MAKEGOOD_DATA_DIR": str(folder)})


def test_policies_show_their_steps(tmp_path: Path) -> None:
    shown = run(tmp_path, "policies", "show").output

    assert shown.startswith("house 1  House rules, from 2020-01-01\n")
    assert "4 business hours after received, unless public_reply, resolved  [note]" in shown


def test_presets_show_source_grade_and_that_they_are_no_advice(tmp_path: Path) -> None:
    shown = run(tmp_path, "policies", "show", "--presets").output

    assert "uk-ofcom-6w 2  UK telecoms: letter on dispute resolution  [off, secondary, unreviewed]" in shown
    assert "Final response: 15 business days after received, may be extended to 35 business days" in shown
    assert "Acknowledge: 24 hours or, if later, 1 business day after received  [secondary]" in shown
    assert "None of this is legal advice." in shown


def test_presets_are_json_for_machines_and_say_what_is_on(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "clocks.yaml").write_text("presets: [{id: uk-housing}]\n")

    found = json.loads(run(tmp_path, "policies", "show", "--presets", "--json").output)

    assert [preset["id"] for preset in found if preset["is_on"]] == ["uk-housing"]
    assert len(found) == 29
    assert all(preset["source"] and preset["reviewed_on"] for preset in found)


def test_lint_names_what_cannot_be_switched_on(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "clocks.yaml").write_text("presets: [{id: in-rbi}]\n")

    result = run(tmp_path, "policies", "lint")

    assert result.exit_code == 1
    assert "in-rbi has not been checked at its source" in result.output


def test_a_dry_run_over_an_empty_store_says_that_there_was_nothing(makegood: Run, tmp_path: Path) -> None:
    settings = {
        "ZENDESK_URL": "https://example.zendesk.com",
        "OAUTH_CLIENT_ID": "client",
        "OAUTH_CLIENT_SECRET": "secret",
        "PUBLIC_URL": "https://makegood.example",
        "SECRET_KEY": "k" * 40,
        "DATA_DIR": str(tmp_path / "data"),
        "ENCODER": "off",
    }

    told = makegood("rehearse", "--days", "7", **settings)
    data = json.loads(makegood("rehearse", "--json", **settings).stdout)

    assert told.output == "0 tickets in the last 7 days, 0 of them complaints.\n"
    assert (data["days"], data["complaints"], data["policies"]) == (30, 0, {})


def test_lint_names_a_step_whose_text_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    house = (SHIPPED / "house.yaml").read_text("utf-8").replace("note: update", "note: upfate")
    (tmp_path / "policies" / "house.yaml").write_text(house)

    result = run(tmp_path, "policies", "lint")

    assert (result.exit_code, result.output) == (
        1,
        "house 1: update asks for upfate, and no note is called so.\n",
    )
