"""Deliveries of the event webhook: what is kept, what is refused, and that nothing of it reaches the logs."""

import io
import json
import sqlite3
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from integration.store import inbox, kept
from integration.store.secrets import put_secret
from integration.web.site import ROUTINE
from tests.web.conftest import Deliver
from tests.web.installation import NOW, OURSELVES, SECRET, Site, event, signed, ticket_detail

TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="


def kept_bodies(here: Site) -> list[bytes]:
    with here.parts.database.read() as conn:
        return [row.body for row in inbox.waiting(conn, ticket_id=41)]


def test_a_signed_event_is_kept_as_it_came(here: Site, deliver: Deliver) -> None:
    raw = json.dumps(event(), indent=2).encode() + b"\n"

    answer = deliver(raw)

    assert (answer.status_code, answer.data) == (204, b"")
    assert kept_bodies(here) == [raw]


def test_the_same_event_again_is_welcome_and_kept_once(here: Site, deliver: Deliver) -> None:
    raw = json.dumps(event()).encode()

    first = deliver(raw)
    again = deliver(raw, signed(raw, at=NOW + timedelta(minutes=2)))

    assert (first.status_code, again.status_code) == (204, 204)
    assert len(kept_bodies(here)) == 1


def test_an_event_that_we_caused_is_welcome_and_not_kept(here: Site, deliver: Deliver) -> None:
    with here.parts.database.write() as conn:
        kept.put(conn, "service_user", OURSELVES, now=NOW)

    answer = deliver(event(detail=ticket_detail(actor_id=str(OURSELVES))))

    assert answer.status_code == 204
    assert kept_bodies(here) == []


def test_a_type_that_nobody_asked_for_is_welcome_and_not_kept(here: Site, deliver: Deliver) -> None:
    answer = deliver(event(type="zen:event-type:ticket.invented_yesterday"))

    assert answer.status_code == 204
    assert kept_bodies(here) == []


@pytest.mark.parametrize("fraction", ["", ".123", ".123456789"])
def test_times_with_any_fraction_are_read(deliver: Deliver, fraction: str) -> None:
    assert deliver(event(time=f"2026-03-10T08:59:58{fraction}Z")).status_code == 204


def test_null_tags_and_unset_ids_are_read(here: Site, deliver: Deliver) -> None:
    detail = ticket_detail(tags=None, organization_id="", group_id=None, form_id="0")

    assert deliver(event(detail=detail)).status_code == 204
    assert len(kept_bodies(here)) == 1


@pytest.mark.parametrize(
    "known", [{"status": "ON_FIRE"}, {"priority": "SOMEWHAT"}, {"via": {"channel": "pigeon"}}]
)
def test_words_that_zendesk_may_invent_lose_no_event(deliver: Deliver, known: dict[str, object]) -> None:
    assert deliver(event(detail=ticket_detail(**known))).status_code in {204, 400}


def test_an_escaped_nul_in_somebodys_words_loses_no_event(here: Site, deliver: Deliver) -> None:
    answer = deliver(event(id="with\0nul", detail=ticket_detail(subject="a\0b", tags=["c\0d"])))

    assert answer.status_code == 204
    assert len(kept_bodies(here)) == 1


UNSIGNED = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(UNSIGNED, id="unsigned"),
        pytest.param(signed(b"{}", secret="another secret"), id="wrong secret"),
        pytest.param(signed(b"{}", secret=TEST_SECRET), id="public test secret"),
        pytest.param(signed(b"{} "), id="signature of another body"),
        pytest.param(signed(b"{}", at=NOW - timedelta(minutes=6)), id="replayed later"),
        pytest.param(signed(b"{}", at=NOW + timedelta(minutes=6)), id="from the future"),
        pytest.param(signed(b"{}") | {"X-Zendesk-Webhook-Signature": "é"}, id="not base64"),
        pytest.param(signed(b"{}") | {"X-Zendesk-Webhook-Signature-Timestamp": "noon"}, id="not a time"),
    ],
)
def test_what_zendesk_did_not_sign_just_now_is_refused(deliver: Deliver, headers: dict[str, str]) -> None:
    answer = deliver(b"{}", headers)

    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"] == "invalid_signature"
    assert "makegood doctor" in answer.json["message"]


DEEP = b'{"detail":' * 20_000 + b"1" + b"}" * 20_000


@pytest.mark.parametrize(
    ("body", "names"),
    [
        pytest.param(b"", "JSON", id="empty"),
        pytest.param(b"{", "JSON", id="cut off"),
        pytest.param(b"[]", "object", id="a list"),
        pytest.param(b'"text"', "object", id="a text"),
        pytest.param(b"\xff\xfe{}", "UTF-8", id="not UTF-8"),
        pytest.param(b'{"id": "a\x00b"}', "JSON", id="a raw NUL"),
        pytest.param(DEEP, "deep", id="deep"),
        pytest.param(json.dumps(event(id=None)).encode(), "id", id="no id"),
        pytest.param(json.dumps(event(id=["x"])).encode(), "id", id="a list for an id"),
        pytest.param(json.dumps(event(id="x" * 5000)).encode(), "id", id="an endless id"),
        pytest.param(json.dumps(event(type=7)).encode(), "type", id="a number for a type"),
        pytest.param(json.dumps(event(time="yesterday")).encode(), "time", id="no time"),
        pytest.param(
            json.dumps(event(time="2026-13-45T99:99:99Z")).encode(), "time", id="an impossible time"
        ),
        pytest.param(json.dumps(event(detail="ticket")).encode(), "detail", id="a text for a ticket"),
        pytest.param(
            json.dumps(event(detail=ticket_detail(id="forty"))).encode(), "detail.id", id="no number"
        ),
        pytest.param(
            json.dumps(event(detail=ticket_detail(id="9" * 40))).encode(), "detail.id", id="too large"
        ),
        pytest.param(
            json.dumps(event(detail=ticket_detail(tags=[1, 2]))).encode(), "tags", id="tags of numbers"
        ),
        pytest.param(json.dumps(event(detail=ticket_detail(subject={}))).encode(), "subject", id="no text"),
    ],
)
def test_a_signed_body_of_the_wrong_shape_is_refused_by_the_name_of_its_field(
    here: Site, deliver: Deliver, body: bytes, names: str
) -> None:
    answer = deliver(body)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"] == "malformed_event"
    assert names in answer.json["message"]
    assert kept_bodies(here) == []


def test_a_body_above_the_limit_is_refused_before_it_is_read(deliver: Deliver) -> None:
    answer = deliver(b'"' + b"a" * 300_000 + b'"')

    assert answer.status_code == 413
    assert answer.json is not None
    assert "300000 bytes" in answer.json["message"]


def test_a_body_in_chunks_above_the_limit_is_refused_too(here: Site) -> None:
    in_chunks = {"wsgi.input": io.BytesIO(b'"' + b"a" * 300_000 + b'"'), "wsgi.input_terminated": True}

    answer = here.client.post(
        "/zendesk/events", content_type="application/json", environ_overrides=in_chunks, content_length=None
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("given", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused_with_the_right_one(deliver: Deliver, given: str) -> None:
    raw = json.dumps(event()).encode()

    answer = deliver(raw, signed(raw) | {"Content-Type": given})

    assert answer.status_code == 415
    assert answer.json is not None
    assert "application/json" in answer.json["message"]


def test_a_secret_that_was_stored_while_running_counts_within_a_second(here: Site, deliver: Deliver) -> None:
    raw = json.dumps(event()).encode()
    assert deliver(b"{}", signed(b"{}", secret="brand new")).status_code == 401
    with here.parts.database.write() as conn:
        key = here.parts.settings.secret_key
        put_secret(conn, "webhook:events", "brand new", secret_key=key, now=NOW)

    answers = wait_until_accepted(deliver, raw)

    assert answers[-1] == 204


def wait_until_accepted(deliver: Deliver, raw: bytes) -> list[int]:
    answers, until = [], time.monotonic() + 5
    while 204 not in answers and time.monotonic() < until:
        answers.append(deliver(raw, signed(raw, secret="brand new")).status_code)
        time.sleep(0.1)
    return answers


def test_a_database_that_is_away_asks_zendesk_to_send_again_soon(here: Site, deliver: Deliver) -> None:
    deliver(event())
    with here.parts.database.write() as conn:
        conn.execute(sa.text("ALTER TABLE inbox RENAME TO inbox_gone"))

    answer = deliver(event(id="another"))

    assert answer.status_code == 503
    assert 0 < int(answer.headers["Retry-After"]) < 60


def test_nothing_of_a_delivery_reaches_the_log(
    here: Site, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    words = "Eva Ender writes from Elm Street"
    detail = ticket_detail(description=words, subject=words, tags=[words])

    deliver(event(detail=detail))
    deliver(event(detail=detail), UNSIGNED)
    deliver(event(detail=ticket_detail(description=words, id=words)))
    with here.parts.database.write() as conn:
        conn.execute(sa.text("ALTER TABLE inbox RENAME TO inbox_gone"))
    deliver(event(detail=detail, id="another"))

    logged = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "Answered a request." in logged
    assert words not in logged
    assert SECRET not in logged


def test_an_event_survives_in_the_file_once_it_is_answered(
    here: Site, deliver: Deliver, tmp_path: Path
) -> None:
    deliver(event())

    with sqlite3.connect(tmp_path / "makegood.db") as other:
        rows = other.execute("SELECT kind, type, ticket_id FROM inbox").fetchall()
    other.close()
    assert rows == [("event", "ticket.created", 41)]


def test_the_answer_says_what_is_wrong_with_another_method(here: Site) -> None:
    answer = here.client.get("/zendesk/events")

    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_the_log_tells_of_refusals_and_not_of_every_delivery(
    here: Site, deliver: Deliver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")

    deliver(event())
    assert caplog.records == []

    deliver(event(), UNSIGNED)
    assert "A delivery was refused." in caplog.messages


def test_what_the_log_calls_routine_are_routes_that_exist(here: Site) -> None:
    assert set(here.app.view_functions) >= ROUTINE
