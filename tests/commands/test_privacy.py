"""People's data and the record of changes, from the command line."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Run
from tests.commands.test_data import ask

Settings = dict[str, str]


@pytest.fixture
def person(makegood: Run, settings: Settings) -> int:
    """Requester 7, of whom something is stored."""
    makegood("db", "upgrade", **settings)
    ask(
        settings,
        "INSERT INTO requesters (id, name, role, is_active, seen_order) "
        "VALUES (7, 'Xanthippe', 'end-user', 1, '')",
    )
    ask(settings, "INSERT INTO facts VALUES (7, 'plan', 'Gold', 'shop', '2026-03-10 09:00:00')")
    return 7


def test_a_person_is_exported_planned_erased_and_proven_to_be(
    makegood: Run, settings: Settings, person: int, tmp_path: Path
) -> None:
    exported = makegood("export", "7", "--output", str(tmp_path / "person.json"), **settings)
    planned = makegood("erase", "7", "--plan", "--json", **settings)
    erased = json.loads(makegood("erase", "7", "--json", **settings).output)

    assert "Xanthippe" in (tmp_path / "person.json").read_text()
    assert (tmp_path / "person.json").stat().st_mode & 0o77 == 0
    assert "holds personal data" in exported.output
    assert {"facts": 1, "requesters": 1}.items() <= json.loads(planned.output)["rows"].items()
    assert erased["removed"]["facts"] == 1
    assert ask(settings, "SELECT name FROM requesters") == [(None,)]
    proof = makegood("erasures", "7", **settings).output
    assert "genuine" in proof
    assert erased["receipt"] in proof
    assert "Nothing was erased" in makegood("erasures", "8", **settings).output
    assert makegood("erase", "8", **settings).exit_code == 1


def test_facts_of_somebody_else_unknown_are_erased_too(
    makegood: Run, settings: Settings, person: int
) -> None:
    ask(settings, "INSERT INTO facts VALUES (9, 'plan', 'Gold', 'shop', '2026-03-10 09:00:00')")

    assert '"Gold"' in makegood("export", "9", **settings).output
    assert makegood("erase", "9", **settings).exit_code == 0

    assert ask(settings, "SELECT requester_id FROM facts") == [(7,)]


def test_an_erasure_names_the_copies_that_it_cannot_reach(
    makegood: Run, settings: Settings, person: int
) -> None:
    makegood("db", "downgrade", **settings)

    told = makegood("erase", "7", **settings).output

    assert "may still hold it: " in told
    assert f"{settings['DATA_DIR']}/makegood.db.before-" in told


def test_what_is_on_hold_is_not_erased(makegood: Run, settings: Settings, person: int) -> None:
    assert makegood("hold", "add", "requester:7", "--why", "file 12", **settings).exit_code == 0

    refused = makegood("erase", "7", **settings)

    assert refused.exit_code == 1
    assert "legal hold on requester:7" in refused.output
    assert "file 12" in makegood("hold", "list", **settings).output
    assert makegood("hold", "lift", "requester:7", **settings).exit_code == 0
    assert makegood("erase", "7", **settings).exit_code == 0
    assert makegood("hold", "add", "person:7", "--why", "x", **settings).exit_code == 1


def test_a_hold_on_somebody_unknown_is_placed_and_said(
    makegood: Run, settings: Settings, person: int
) -> None:
    known = makegood("hold", "add", "requester:7", "--why", "file 12", **settings)
    unknown = makegood("hold", "add", "ticket:70", "--why", "file 12", **settings)

    assert "Nothing is stored" not in known.output
    assert "Nothing is stored of ticket:70 yet" in unknown.output
    assert unknown.exit_code == 0


def test_the_record_is_exported_and_verified_without_the_database(
    makegood: Run, settings: Settings, person: int, tmp_path: Path
) -> None:
    makegood("hold", "add", "requester:7", "--why", "file 12", **settings)
    makegood("hold", "lift", "requester:7", **settings)
    file = tmp_path / "audit.jsonl"
    makegood("audit", "export", "--output", str(file), **settings)

    whole = makegood("audit", "verify", str(file))
    file.write_text(file.read_text().replace("file 12", "file 13"))
    changed = makegood("audit", "verify", str(file))

    assert "2 entries, the chain is whole" in whole.output
    assert changed.exit_code == 1
    assert "Entry 1 does not hold" in changed.output
    assert "not a line of an exported" in makegood("audit", "verify", str(Path(__file__))).output


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit_log SET actor = 'agent:9' WHERE seq = 1", "entry 1: its moment, actor or action"),
        ("DELETE FROM audit_log WHERE seq = 2", "the entry that the last check ended at has gone"),
        ("UPDATE kept SET value = '{\"seq\": 1}' WHERE name = 'audit_checkpoint'", "not signed with this"),
    ],
)
def test_the_doctor_notices_a_record_that_was_changed_or_cut(
    makegood: Run, settings: Settings, person: int, statement: str, told: str
) -> None:
    makegood("hold", "add", "requester:7", "--why", "file 12", **settings)
    makegood("hold", "lift", "requester:7", **settings)
    assert "2 entries, the chain holds" in makegood("doctor", **settings).output
    for trigger in ("audit_log_is_unchanged", "audit_log_is_kept"):
        ask(settings, f"DROP TRIGGER {trigger}")

    ask(settings, statement)

    assert told in makegood("doctor", **settings).output


def test_a_changed_secret_key_is_told_from_a_changed_record(
    makegood: Run, settings: Settings, person: int
) -> None:
    makegood("hold", "add", "requester:7", "--why", "file 12", **settings)
    makegood("audit", "verify", **settings)
    renewed = {**settings, "SECRET_KEY": "n" * 40}

    told = makegood("audit", "verify", **renewed)
    doctor = makegood("doctor", **renewed).output

    assert (told.exit_code, "audit verify --anew" in told.output) == (1, True)
    assert "audit verify --anew" in doctor
    assert makegood("audit", "verify", "--anew", **renewed).exit_code == 0
    assert "audit verify --anew" not in makegood("doctor", **renewed).output


def test_the_daily_round_can_be_gone_by_hand(makegood: Run, settings: Settings, person: int) -> None:
    assert "0 tickets and 0 requesters are past their time" in makegood("retention", **settings).output
