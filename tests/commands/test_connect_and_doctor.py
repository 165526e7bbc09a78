"""`connect` changes what it must and no more; `doctor` answers whatever the state."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from integration.app import assemble, create_app
from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from integration.rehearsal.wsgi import WsgiServer
from integration.settings import parse_settings
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
    calls = [call for call in zendesk.calls()["calls"] if "/api/" in call["path"]]
    assert not [call for call in calls if call["method"] != "GET" and call["status"] < 400]


def test_connecting_twice_changes_nothing_the_second_time(makegood: Run, settings: Settings) -> None:
    first = makegood("connect", **settings)
    second = makegood("connect", **settings)

    assert first.output.count("created: ") == 7
    assert (second.exit_code, "Everything is there already." in second.output) == (0, True)


def test_a_deleted_field_is_made_anew(makegood: Run, settings: Settings, rehearsal: RehearsalServer) -> None:
    makegood("connect", **settings)
    field = next(f for f in rehearsal.account.resources("ticket_field") if "deadline" in f["title"])
    rehearsal.account.delete_resource("ticket_field", field["id"])

    result = makegood("connect", **settings)

    assert "created: ticket field 'Makegood: Complaint deadline', not there yet" in result.output


def test_zendesk_away_is_told_without_a_traceback(makegood: Run, settings: Settings) -> None:
    result = makegood("connect", **{**settings, "ZENDESK_URL": "http://127.0.0.1:9"})

    assert result.exit_code == 1
    assert "Zendesk is unavailable" in result.output
    assert "then run the command again" in result.output


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
    assert {"scopes", "clock", "limits", "signing secrets", "audit log", "erasures", "history"} <= set(found)


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


def test_settings_are_asked_for_and_written_for_the_owner_alone(
    makegood: Run, settings: Settings, tmp_path: Path
) -> None:
    lines = ["no url", "https://acme.zendesk.com", "makegood", "its secret", "https://makegood.example.com"]

    result = makegood("connect", "--ask", typed="\n".join([*lines, ""]))

    written = (tmp_path / ".env").read_text()
    assert "give a URL such as" in result.output
    assert "MAKEGOOD_ZENDESK_URL=https://acme.zendesk.com\n" in written
    assert "MAKEGOOD_MODE=observe\n" in written
    assert (tmp_path / ".env").stat().st_mode & 0o77 == 0
    assert "its secret" not in result.output


def test_answers_count_beside_what_the_environment_says(makegood: Run, settings: Settings) -> None:
    names = ("ZENDESK_URL", "OAUTH_CLIENT_ID", "OAUTH_CLIENT_SECRET", "PUBLIC_URL")
    typed = "".join(f"{settings[name]}\n" for name in names)
    others = {name: settings[name] for name in ("REHEARSAL", "DATA_DIR")}

    result = makegood("connect", "--ask", typed=typed, **others)

    # A rehearsal on loopback has no https.
    assert "must start with https" not in result.output
    assert (result.exit_code, "Connected as user" in result.output) == (0, True)


def test_a_test_event_goes_through_zendesk_and_back(makegood: Run, settings: Settings) -> None:
    nobody = makegood("connect", **settings).output

    with serving({**settings, "PUBLIC_URL": "http://127.0.0.1:0"}) as here:
        somebody = makegood("connect", **here).output

    assert "warning  test event: it did not get through" in nobody
    assert "ok       test event: Zendesk sent it" in somebody
    assert "repaired: webhook 'Makegood: Events', endpoint changed" in somebody


def test_a_missing_scope_is_named_with_its_reason_and_nothing_is_made(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer
) -> None:
    # Whatever is asked for, this client is granted reading alone.
    rehearsal.account.tokens.issue = narrowed(rehearsal)  # type: ignore[method-assign]

    result = makegood("connect", **settings)

    assert result.exit_code == 1
    assert "the scope write is missing: it is for ticket fields and webhooks" in result.output
    assert not [f for f in rehearsal.account.resources("ticket_field") if "Makegood" in f["title"]]


def test_observing_needs_no_scope_but_reading(
    makegood: Run, settings: Settings, rehearsal: RehearsalServer
) -> None:
    makegood("connect", **settings)
    rehearsal.account.tokens.issue = narrowed(rehearsal)  # type: ignore[method-assign]

    found = findings(makegood("doctor", "--json", **{**settings, "MODE": "observe"}).output)

    assert found["scopes"] == found["scopes"] | {"health": "ok", "measured": "read; observing needs no other"}


def narrowed(rehearsal: RehearsalServer) -> Callable[..., str]:
    issue = rehearsal.account.tokens.issue
    return lambda user_id, _scopes, lifetime=None: issue(user_id, ["read"], lifetime)


@contextmanager
def serving(settings: Settings) -> Iterator[Settings]:
    """Answer with Makegood's web part on a free port, in a thread."""
    values = {f"MAKEGOOD_{name}": value for name, value in settings.items()}
    parts = assemble(parse_settings(values))
    server = WsgiServer(0, create_app(parts), max_body_bytes=2**20)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield {**settings, "PUBLIC_URL": f"http://127.0.0.1:{server.port}"}
    finally:
        server.close()
        thread.join()
        parts.close()
