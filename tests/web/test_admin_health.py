"""The admin page's health: what waits and why, trying again, and the audit log with its filter and files."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.app import assemble, create_app
from integration.domain.followup import Satisfier
from integration.handling import standing
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from integration.settings import PREFIX, parse_settings
from integration.statements import Statement, packed
from integration.store import audit_log, follow_ups, parked, write_pause
from integration.store.engine import Database
from integration.store.migrate import migrate
from integration.store.tables import outbox as outbox_rows
from integration.zendesk.errors import NotAuthorised
from integration.zendesk.launch import mint_session
from tests.web import waiting
from tests.web.asking import Asking, speaks
from tests.web.installation import ADMIN, AGENT, NOW, Site

ADDRESSES = (
    "health", "health/doctor", "health/overdue", "health/audit", "health/audit.csv", "health/audit.jsonl",
)  # fmt: skip


@pytest.fixture
def admin(here: Site) -> Asking:
    waiting.tell(here.parts.database, NOW)
    return Asking(here, ADMIN, "admin")


def page(admin: Asking, path: str) -> str:
    answer = admin.get(f"/app/api/admin/{path}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", answer.text)


def parked_now(database: Database) -> int:
    with database.read() as conn:
        return len(parked.everything(conn))


def test_webhooks_tell_the_last_one_the_rate_and_the_lag(admin: Asking) -> None:
    html = page(admin, "health")

    assert "<dt>In the last hour</dt><dd>12</dd>" in html
    assert "<dt>On the way for</dt><dd>3 seconds</dd>" in html


def test_the_write_budget_tells_what_was_spent_and_what_zendesk_says_is_left(admin: Asking) -> None:
    html = page(admin, "health")

    assert "<dt>Spent in the last minute</dt><dd>1 of 60</dd>" in html
    assert "<dt>Left of Zendesk’s limit</dt><dd>74 of 100</dd>" in html


def test_what_waits_is_listed_with_its_reason(admin: Asking) -> None:
    html = page(admin, "health")

    assert "2 writes wait" in html
    assert "is next" in html
    assert "Promise not kept" in html
    assert "<dt>Tickets that webhooks missed</dt><dd>2</dd>" in html


def test_parked_work_is_tried_again_one_by_one(here: Site, admin: Asking) -> None:
    html = page(admin, "health")
    assert "Zendesk refused it: the ticket is closed" in html

    for action in re.findall(r'data-post="(parked/(?:inbox|outbox)/\d+/try-again)"', html):
        assert admin.post(f"/app/api/admin/{action}", {}).status_code == 204

    assert parked_now(here.parts.database) == 0
    assert admin.post("/app/api/admin/parked/outbox/1/try-again", {}).status_code == 404


def test_all_parked_work_is_tried_again_at_once_and_the_log_says_by_whom(here: Site, admin: Asking) -> None:
    assert admin.post("/app/api/admin/parked/try-all-again", {}).status_code == 204

    assert parked_now(here.parts.database) == 0
    with here.parts.database.read() as conn:
        newest = audit_log.entries(conn, limit=1)[0]
    assert (newest.actor, newest.action) == (f"agent:{ADMIN}", "everything tried again")


def test_nothing_that_waits_is_said_to_be_well_only_when_it_is(here: Site, admin: Asking) -> None:
    # No worker runs beside this test, and the page says so.
    assert "No worker has started" in page(admin, "health")
    assert "verdict--bad" in page(admin, "health")


def test_the_doctors_lines_tell_what_was_measured_and_the_next_step(tmp_path: Path) -> None:
    with RehearsalServer(tmp_path / "zendesk.db", limits=Limits.none()) as zendesk:
        config = zendesk.account.config
        settings = {
            "ZENDESK_URL": zendesk.url,
            "OAUTH_CLIENT_ID": config.oauth_client_id,
            "OAUTH_CLIENT_SECRET": config.oauth_client_secret,
            "PUBLIC_URL": "http://127.0.0.1:9",
            "SECRET_KEY": "k" * 40,
            "DATA_DIR": str(tmp_path),
            "REHEARSAL": "true",
            "ENCODER": "off",
        }
        parts = assemble(parse_settings({PREFIX + name: value for name, value in settings.items()}))
        migrate(parts.database.engine)
        session = mint_session(
            "k" * 40, user_id=ADMIN, role="admin", tenant=parts.settings.zendesk_host, now=parts.clock()
        )
        client = create_app(parts).test_client()
        html = client.get("/app/api/admin/health/doctor", headers={"Authorization": f"Bearer {session}"}).text
        parts.close()

    assert "<b>Database</b> · schema" in html
    assert "acts as administrator" in html
    assert "Start `makegood run`" in html


def test_what_is_wrong_and_why_is_said_in_the_admins_language(here: Site, admin: Asking) -> None:
    refusal = NotAuthorised(Statement("token_refused"))
    rejected = packed(str(Statement("zendesk_rejected", status=422, error="RecordInvalid")), most=300)
    with here.parts.database.write() as conn:
        write_pause.begin(conn, str(refusal), NOW)
        standing.note_failure(conn, refusal, NOW)
        stopped = sa.update(outbox_rows).where(outbox_rows.c.key == "remind:0")
        conn.execute(stopped.values(reason=rejected))
    speaks(here, ADMIN, "de")

    html = page(admin, "health")

    assert "Noch kein Worker ist gestartet" in html
    assert "Zendesk verweigert den Zugang: das Zugriffstoken gilt nicht." in html
    assert "Zendesk hat mit 422 RecordInvalid geantwortet." in html
    assert "Zugang zu Zendesk: verweigert seit heute" in html
    assert "No worker" not in html


def test_the_token_has_its_own_line(here: Site, admin: Asking) -> None:
    assert "no token was needed yet" in page(admin, "health")

    with here.parts.database.write() as conn:
        standing.note_token(conn, 1800.0)

    assert "the token counts until" in page(admin, "health")


def test_overdue_follow_ups_are_listed_with_the_tickets_to_open(here: Site, admin: Asking) -> None:
    assert "Nothing is overdue." in page(admin, "health/overdue")
    with here.parts.database.write() as conn:
        for ticket_id, days in ((43, 1), (42, 3), (44, -1)):
            follow_ups.plan(
                conn,
                ticket_id=ticket_id,
                complaint_id=None,
                name="update",
                note="update",
                due_at=NOW - timedelta(days=days),
                now=NOW - timedelta(days=4),
                satisfied_by=[Satisfier.RESOLVED],
            )

    html = page(admin, "health/overdue")

    assert re.findall(r"/agent/tickets/(\d+)", html) == ["42", "43"]
    assert "Update the requester" in html
    assert "3 days" in html
    assert '<a href="#health/overdue">2' in page(admin, "health")


def test_the_log_is_filtered_by_who_what_and_about_what(admin: Asking) -> None:
    html = page(admin, "health/audit?actor=cli&action=PUBLISHED&subject=ticket:43")

    rows = re.findall(r"<tr> <td><time.*?</tr>", html)
    assert len(rows) == 3
    assert all(">cli<" in row and "policy published" in row and ">ticket:43<" in row for row in rows)
    assert "3 entries" in html


def test_the_log_is_filtered_by_day_in_the_admins_zone(admin: Asking) -> None:
    html = page(admin, "health/audit?since=2026-03-10&until=2026-03-10&zone=Europe/Berlin")

    days = re.findall(r'<time datetime="([^"]+)"', html)
    assert days
    assert min(days) >= "2026-03-09T23:00:00"


def test_older_entries_are_a_page_away(admin: Asking) -> None:
    first = page(admin, "health/audit")
    below = re.search(r"below=(\d+)", first)
    assert below

    second = page(admin, f"health/audit?below={below[1]}")

    assert (first.count("<tr> <td><time"), second.count("<tr> <td><time")) == (50, 10)


def test_what_the_log_holds_is_text_in_the_page_and_in_the_file(admin: Asking) -> None:
    assert "<b>no</b>" not in page(admin, "health/audit")

    answer = admin.get("/app/api/admin/health/audit.csv?actor=makegood")

    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(rows) == 20
    assert not [
        c for row in rows for c in row.values() if c.startswith(("=", "+", "-", "@")) or "\u202e" in c
    ]


def test_the_whole_log_comes_with_its_chain(admin: Asking) -> None:
    lines = admin.get("/app/api/admin/health/audit.jsonl?actor=cli").text.splitlines()

    told = [json.loads(line) for line in lines]
    assert len(told) == 60
    assert [link["seq"] for link in told] == list(range(1, 61))
    assert "The chain holds to entry 60" in page(admin, "health/audit")


@pytest.mark.parametrize("wrong", ["since=yesterday", "until=2026-13-01"])
def test_a_day_that_is_none_is_refused_with_the_next_step(admin: Asking, wrong: str) -> None:
    answer = admin.get(f"/app/api/admin/health/audit?{wrong}")

    assert answer.status_code == 400
    assert "write it as 2026-01-31" in answer.text


def test_agents_who_are_no_admins_see_and_do_nothing_here(here: Site) -> None:
    agent = Asking(here, AGENT)

    assert [agent.get(f"/app/api/admin/{path}").status_code for path in ADDRESSES] == [403] * len(ADDRESSES)
    assert agent.post("/app/api/admin/parked/try-all-again", {}).status_code == 403
