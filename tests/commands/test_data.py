"""The commands that move data: import, parked work, the schema."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from tests.commands.conftest import Run

Settings = dict[str, str]


def ask(settings: Settings, statement: str) -> list[tuple[object, ...]]:
    """Ask, or tell, the SQLite file of the installation something."""
    with closing(sqlite3.connect(Path(settings["DATA_DIR"]) / "makegood.db")) as file, file:
        return file.execute(statement).fetchall()


def park_one(settings: Settings) -> None:
    ask(
        settings,
        "INSERT INTO inbox (event_id, kind, type, ticket_id, subject, event_order, body, received_at, "
        "not_before, state, attempts, reason) VALUES ('e', 'event', 'ticket.created', 7, 'ticket:7', '1', "
        "x'7b7d', '2026-03-10 09:00:00', '2026-03-10 09:00:00', 'parked', 1, 'complaint.md.j2:3: [/oh]')",
    )


def test_an_import_that_failed_goes_on_where_it_was(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer, zendesk: Puppets
) -> None:
    rehearsal.seed_history(150)
    zendesk.pass_time(seconds=120)  # exports leave out the latest minute
    tickets = zendesk.state()["counts"]["ticket"]
    zendesk.faults({"api": [{"kind": "503", "path": "/incremental/tickets", "times": 1}]})

    failed = makegood("backfill", **settings)
    users_read = zendesk.calls()["by"]["GET incremental/users/cursor"]
    done = makegood("backfill", **settings)

    assert failed.exit_code == 1
    assert "it goes on where it was" in failed.output
    assert f"{tickets} tickets" in done.output
    assert ask(settings, "SELECT count(*) FROM tickets") == [(tickets,)]
    assert zendesk.calls()["by"]["GET incremental/users/cursor"] <= users_read + 1


def test_a_short_rate_limit_is_waited_for(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer, zendesk: Puppets
) -> None:
    rehearsal.seed_history(60)
    zendesk.faults({"api": [{"kind": "429", "path": "/incremental/", "times": 1, "retry_after": 1}]})

    assert makegood("backfill", **settings).exit_code == 0


def test_parked_work_is_listed_with_its_reason_and_tried_again(makegood: Run, settings: Settings) -> None:
    makegood("db", "upgrade", **settings)
    assert "Nothing is parked." in makegood("parked", "list", **settings).output
    park_one(settings)

    (parked,) = json.loads(makegood("parked", "list", "--json", **settings).output)
    again = makegood("parked", "retry", parked["kind"], str(parked["id"]), **settings)

    assert (parked["ticket_id"], parked["reason"]) == (7, "complaint.md.j2:3: [/oh]")
    assert again.exit_code == 0
    assert ask(settings, "SELECT state FROM inbox") == [("new",)]


def test_parked_work_is_shown_to_people_with_the_next_step(makegood: Run, settings: Settings) -> None:
    makegood("db", "upgrade", **settings)
    park_one(settings)

    output = makegood("parked", "list", **settings).output

    assert "[/oh]" in output
    assert "makegood parked retry KIND ID" in output


@pytest.mark.parametrize(("kind", "status"), [("inbox", 1), ("letter", 2)])
def test_what_is_not_parked_is_not_tried_again(
    makegood: Run, settings: Settings, kind: str, status: int
) -> None:
    result = makegood("parked", "retry", kind, "9", **settings)

    assert result.exit_code == status
    assert "Traceback" not in result.output


def test_the_schema_goes_up_and_back_to_the_first(makegood: Run, settings: Settings) -> None:
    up = makegood("db", "upgrade", **settings)
    again = makegood("db", "upgrade", **settings)
    assert up.output == again.output

    steps = [makegood("db", "downgrade", **settings) for _ in range(12)]

    assert steps[0].exit_code == 0
    assert "0001" in [step.output for step in steps if step.exit_code == 0][-1]
    assert "nothing to go back to" in steps[-1].output
    assert steps[-1].exit_code == 1
    assert makegood("db", "upgrade", **settings).output == up.output


@pytest.mark.parametrize("command", ["connect", "parked list", "db upgrade", "db downgrade", "web"])
def test_a_newer_schema_is_left_alone_by_every_command(
    makegood: Run, settings: Settings, command: str
) -> None:
    makegood("db", "upgrade", **settings)
    ask(settings, "UPDATE alembic_version SET version_num = '9999_from_the_future'")

    result = makegood(*command.split(), **settings)

    assert result.exit_code == 1
    assert "9999_from_the_future" in result.output
    assert ask(settings, "SELECT version_num FROM alembic_version") == [("9999_from_the_future",)]
