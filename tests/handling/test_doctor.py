"""The doctor says of every part how it is, and the next step where it is not well."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.app import assemble
from integration.handling.doctor import Finding, Health, examine
from integration.rehearsal.server import RehearsalServer
from integration.store import executors
from integration.store.tables import inbox
from tests.handling.conftest import Install
from tests.handling.installation import ANGRY, Installation, settings_for


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def bad(findings: list[Finding]) -> set[str]:
    return {finding.name for finding in findings if finding.health is not Health.OK}


def start_worker(makegood: Installation, *, ago: timedelta = timedelta()) -> None:
    with makegood.parts.database.write() as conn:
        executors.register(conn, "one", "token", datetime.now(UTC) - ago, timedelta(minutes=1))


def test_a_connected_installation_with_a_worker_is_well(makegood_anywhere: Installation) -> None:
    start_worker(makegood_anywhere)

    findings = examine(makegood_anywhere.parts)

    # The tests serve no web part, so nothing answers at the public address.
    assert bad(findings) == {"public url"}
    assert by_name(findings)["connection"].measured == "5 ticket fields known"


def test_every_finding_that_is_not_well_names_a_next_step(makegood: Installation) -> None:
    findings = examine(makegood.parts)

    assert bad(findings) == {"public url", "worker"}
    assert all(finding.next_step for finding in findings if finding.health is not Health.OK)
    assert not any(finding.next_step for finding in findings if finding.health is Health.OK)


def test_a_worker_that_has_not_been_heard_of_for_a_minute_is_not_alive(makegood: Installation) -> None:
    start_worker(makegood, ago=timedelta(minutes=2))

    assert by_name(examine(makegood.parts))["worker"].health is Health.FAILURE


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_empty_database_is_told_apart_from_one_that_is_away(
    request: pytest.FixtureRequest, rehearsal: RehearsalServer, tmp_path: Path, kind: str
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        cluster = request.getfixturevalue("cluster")
        url = cluster.url(cluster.create())
    parts = assemble(settings_for(rehearsal, DATABASE_URL=url, DATA_DIR=str(tmp_path)))

    try:
        findings = examine(parts)
    finally:
        parts.close()

    assert by_name(findings)["database"].next_step == "Run `makegood db upgrade`."
    assert by_name(findings)["zendesk"].health is Health.OK
    assert not any("does not answer" in finding.measured for finding in findings)


def test_a_database_that_is_away_is_one_finding_and_not_the_end(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:9/nowhere"
    with RehearsalServer(tmp_path / "zendesk.db") as limited:
        parts = assemble(settings_for(limited, DATABASE_URL=url, DATA_DIR=str(tmp_path)))
        findings = examine(parts)
        parts.close()

    assert "MAKEGOOD_DATABASE_URL" in by_name(findings)["database"].next_step
    assert by_name(findings)["zendesk"].health is Health.OK


def test_a_wrong_client_secret_is_told_from_an_account_that_is_away(
    install: Install, sqlite_url: str, rehearsal: RehearsalServer, tmp_path: Path
) -> None:
    for more, step in (
        ({"OAUTH_CLIENT_SECRET": "wrong"}, "MAKEGOOD_OAUTH_CLIENT_ID"),
        ({"ZENDESK_URL": "http://127.0.0.1:9"}, "can be reached"),
    ):
        values = {"DATABASE_URL": sqlite_url, "DATA_DIR": str(tmp_path), **more}
        parts = assemble(settings_for(rehearsal, **values), clock=rehearsal.account.clock.now)

        finding = by_name(examine(parts))["zendesk"]

        parts.close()
        assert finding.health is Health.FAILURE
        assert step in finding.next_step


def test_a_service_user_without_the_role_is_a_failure(makegood: Installation) -> None:
    makegood.control("PATCH", f"users/{makegood.server.account.service_user_id}", role="agent")

    assert "administrator" in by_name(examine(makegood.parts))["zendesk"].next_step


def test_parked_work_and_broken_files_are_warnings(install: Install, sqlite_url: str) -> None:
    makegood = install(sqlite_url, with_own_files=True)
    template = makegood.parts.settings.data_dir / "templates" / "notes" / "en" / "complaint.md.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{% if %}")
    makegood.parts.library.refresh()
    makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    with makegood.parts.database.write() as conn:
        conn.execute(sa.update(inbox).values(state="parked", reason="unreadable"))

    findings = by_name(examine(makegood.parts))

    assert findings["parked"].health is Health.WARNING
    assert f"{template}:1" in findings["templates and policies"].measured


def test_observe_mode_is_said(install: Install, sqlite_url: str) -> None:
    makegood = install(sqlite_url, MODE="observe")

    assert "nothing is written" in by_name(examine(makegood.parts))["mode"].measured
