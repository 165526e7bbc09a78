"""Liveness, readiness and figures."""

from datetime import timedelta

from integration.store import executors
from tests.web.conftest import Deliver
from tests.web.installation import NOW, Site, event


def beat(here: Site) -> None:
    with here.parts.database.write() as conn:
        executors.register(conn, "worker-1", "token", NOW, timedelta(seconds=60))


def test_the_process_is_alive_whatever_the_database_does(here: Site) -> None:
    assert here.client.get("/healthz").json == {"status": "ok"}


def test_it_is_ready_once_a_worker_beats_and_not_any_more_when_it_stops(here: Site) -> None:
    before = here.client.get("/readyz")
    beat(here)
    during = here.client.get("/readyz")
    here.clock.now += timedelta(minutes=2)
    after = here.client.get("/readyz")

    assert [before.status_code, during.status_code, after.status_code] == [503, 200, 503]
    assert before.json is not None
    assert "makegood worker" in before.json["checks"]["worker"]["message"]


def test_the_figures_count_deliveries_and_tell_what_waits(here: Site, deliver: Deliver) -> None:
    deliver(event())
    here.clock.now += timedelta(seconds=30)

    text = here.client.get("/metrics").text

    assert 'makegood_waiting{kind="inbox"} 1.0' in text
    assert 'makegood_oldest_seconds{kind="inbox"} 30.0' in text
    assert 'makegood_deliveries_total{result="kept",route="events"}' in text


def test_every_answer_carries_the_headers_of_safety(here: Site) -> None:
    for path in ("/healthz", "/nowhere", "/zendesk/events", "/app/api/tickets/1/facts"):
        answer = here.client.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers


def test_an_unknown_address_is_refused_without_repeating_it(here: Site) -> None:
    answer = here.client.get("/nowhere/<script>")

    assert answer.status_code == 404
    assert answer.json is not None
    assert "script" not in answer.text
