"""The engine loses nothing and doubles nothing: real workers in processes of their own, on both databases."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from integration.settings import PREFIX, Settings
from integration.store import executors as executor_rows
from integration.store import outbox
from integration.store.engine import DatabaseUnavailable
from integration.store.migrate import downgrade_one, schema_state
from integration.store.tables import executors, inbox
from integration.worker import STALE_AFTER, Worker
from tests.handling.conftest import (
    encoder,
    install,
    library,
    makegood_anywhere,
    ranker,
    reader,
    rehearsal,
    shelf,
)
from tests.handling.installation import ANGRY, LEASE, Installation

__all__ = [
    "encoder",
    "install",
    "library",
    "makegood_anywhere",
    "ranker",
    "reader",
    "rehearsal",
    "shelf",
]

ROOT = Path(__file__).parent.parent
WITHIN_SECONDS = 60.0
SLOT = "one"
TOKEN = "kept-by-the-supervisor"

Process = subprocess.Popen[str]
StartWorker = Callable[..., Process]


@pytest.fixture
def makegood(makegood_anywhere: Installation) -> Installation:
    return makegood_anywhere


@pytest.fixture
def start_worker(makegood: Installation) -> Iterator[StartWorker]:
    """Start workers that end with the test; options without their dashes."""
    running: list[Process] = []

    def start(slot: str = SLOT, **options: object) -> Process:
        given = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        process = _python("-m", "tests.one_worker", slot, *given, installation=makegood)
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "works\n"
        return process

    yield start
    for process in running:
        process.terminate()
    for process in running:
        try:
            process.communicate(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def test_a_ticket_keeps_its_order_while_other_tickets_go_on(
    makegood: Installation, start_worker: StartWorker
) -> None:
    slow, quick = makegood.write_in(name="Marta Nowak"), makegood.write_in(name="Sven Berg")
    bodies = makegood.news()
    created = next(b for b in bodies if _speaks_of(b, slow) and json.loads(b)["type"].endswith("created"))
    person = makegood.requester_of(slow)
    makegood.zendesk.faults({"api": [{"kind": "timeout", "seconds": 8, "path": f"/users/{person}"}]})
    # Without the comment nobody knows who wrote, so that Zendesk must be asked, which takes its time.
    makegood.deliver([created])
    start_worker()
    _until(lambda: _states(makegood, slow) == {"claimed"})
    for status in ("open", "pending", "hold"):
        makegood.change(slow, status=status)
    changes = makegood.news()
    makegood.deliver([*(b for b in bodies if _speaks_of(b, quick)), *reversed(changes)])

    _until(lambda: makegood.complaint(quick))
    assert makegood.complaint(slow) is None

    makegood.zendesk.no_faults()
    makegood.pass_time(minutes=1)
    _until(lambda: _states(makegood, slow) == {"done"} and makegood.complaint(slow))
    assert makegood.ticket(slow).status == "hold"


def test_a_worker_killed_while_it_writes_goes_on_where_it_was(
    makegood: Installation, start_worker: StartWorker
) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    _let_the_answer_be_lost(makegood)

    worker = start_worker(token=TOKEN)
    _until(lambda: makegood.states(ticket_id) == [("enrich", "sending")])
    worker.kill()
    worker.wait()
    start_worker(token=TOKEN)
    makegood.pass_time(seconds=10)

    _until(lambda: makegood.states(ticket_id) == [("enrich", "done")])
    assert len(makegood.notes(ticket_id)) == 1


def test_jobs_that_waited_through_an_upgrade_are_run_by_the_new_version(
    makegood: Installation, start_worker: StartWorker
) -> None:
    begun, queued = makegood.write_in(ANGRY), makegood.write_in(ANGRY, name="Sven Berg")
    news = makegood.news()
    makegood.deliver(body for body in news if _speaks_of(body, begun))
    _let_the_answer_be_lost(makegood)
    worker = start_worker(token=TOKEN)
    _until(lambda: makegood.states(begun) == [("enrich", "sending")])
    worker.kill()
    worker.wait()
    makegood.deliver(body for body in news if _speaks_of(body, queued))
    before = Worker(makegood.parts, SLOT)
    before.dispatcher.dispatch()
    before.close()
    assert {"PENDING", "ENQUEUED"} <= _jobs(makegood)
    engine = makegood.parts.database.engine
    downgrade_one(engine)

    upgraded = _python(
        "-m", "integration", "worker", "--slot", SLOT, "--slot-token", TOKEN, installation=makegood
    )
    _until(lambda: schema_state(engine).is_ready)
    makegood.pass_time(seconds=10)
    _until(lambda: makegood.states(begun) + makegood.states(queued) == [("enrich", "done")] * 2)
    upgraded.terminate()
    upgraded.communicate(timeout=WITHIN_SECONDS)

    assert [len(makegood.notes(ticket)) for ticket in (begun, queued)] == [1, 1]


def test_a_survivor_takes_over_the_jobs_of_a_dead_worker(
    makegood: Installation, start_worker: StartWorker
) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    _let_the_answer_be_lost(makegood)
    worker = start_worker("first", stale_seconds=2)
    _until(lambda: makegood.states(ticket_id) == [("enrich", "sending")])

    start_worker("second", stale_seconds=2)
    worker.kill()
    worker.wait()
    _until(lambda: _slots(makegood) == ["second"])
    makegood.pass_time(seconds=10)

    _until(lambda: makegood.states(ticket_id) == [("enrich", "done")])
    assert len(makegood.notes(ticket_id)) == 1


def test_a_worker_that_was_thought_dead_stops_by_itself(
    makegood: Installation, start_worker: StartWorker
) -> None:
    worker = start_worker()

    with makegood.parts.database.write() as conn:
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        assert executor_rows.take_stale(conn, tomorrow, stale_after=STALE_AFTER) == [SLOT]

    assert worker.wait(timeout=WITHIN_SECONDS) == 1


def test_a_second_worker_on_one_slot_is_refused_until_the_first_has_ended(
    makegood: Installation, start_worker: StartWorker
) -> None:
    first = start_worker()

    second = _python("-m", "integration", "worker", "--slot", SLOT, installation=makegood)
    _, complaint = second.communicate(timeout=WITHIN_SECONDS)
    assert second.returncode == 1
    assert "A live worker holds the slot 'one'. Stop it, or give this one another --slot" in complaint

    first.terminate()
    assert first.wait(timeout=WITHIN_SECONDS) == 0
    assert _slots(makegood) == []


def test_the_slot_of_a_crashed_worker_is_waited_for(
    makegood: Installation, start_worker: StartWorker
) -> None:
    with makegood.parts.database.write() as conn:
        executor_rows.register(conn, SLOT, "of the dead", datetime.now(UTC), STALE_AFTER)

    start_worker(stale_seconds=2)

    assert _slots(makegood) == [SLOT]


def test_a_worker_that_stops_leaves_its_unfinished_job_to_the_others(
    makegood: Installation, start_worker: StartWorker
) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    makegood.api_faults("timeout", seconds=9, times=1)
    worker = start_worker()
    _until(lambda: makegood.states(ticket_id) == [("enrich", "sending")])

    worker.terminate()
    _until(lambda: _slots(makegood) == [])

    assert "PENDING" not in _jobs(makegood)


def test_what_is_refused_for_good_is_parked_until_somebody_tries_it_again(
    makegood: Installation, start_worker: StartWorker
) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    makegood.work_inbox()
    with makegood.parts.database.write() as conn:
        ((row_id, attempt),) = outbox.claim_due(conn, makegood.now, limit=1, lease=LEASE)
        outbox.park(conn, row_id, attempt=attempt, reason="Zendesk answered 422 RecordInvalid.")
    start_worker()

    (listed,) = json.loads(_command(makegood, "parked", "list", "--json"))
    assert (listed["kind"], listed["ticket_id"]) == ("outbox", ticket_id)
    assert "422" in listed["reason"]

    _command(makegood, "parked", "retry", "outbox", str(listed["id"]))
    _until(lambda: makegood.states(ticket_id) == [("enrich", "done")])
    assert len(makegood.notes(ticket_id)) == 1


def test_what_may_pass_is_tried_again_after_growing_waits(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    makegood.work_inbox()
    makegood.zendesk.faults({"api": [{"kind": "503", "path": "/tickets/"}]})

    waits = []
    for _ in range(6):
        makegood.work_outbox()
        waits.append((makegood.outbox(ticket_id)[0].not_before - makegood.now).total_seconds())
        makegood.pass_time(seconds=waits[-1] + 1)

    # The first is as long as a lost write may take to be seen.
    assert 3 < waits[0] < 6
    assert all(later > 1.4 * earlier for earlier, later in pairwise(waits[1:]))
    assert 50 < waits[-1] < 80
    assert makegood.parked() == []


def test_a_claim_whose_job_could_not_be_made_is_no_claim(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    # No worker has run yet, so the engine has no tables here and takes no job.
    worker = Worker(makegood.parts, SLOT)

    with pytest.raises((sa.exc.ProgrammingError, DatabaseUnavailable)):
        worker.dispatcher.dispatch()
    worker.close()

    assert _states(makegood, ticket_id) == {"new"}


def _let_the_answer_be_lost(makegood: Installation) -> None:
    """Have Zendesk keep one write waiting, longer than the worker will live."""
    makegood.api_faults("timeout", seconds=8, times=1)


def _python(*arguments: str, installation: Installation) -> Process:
    settings = installation.parts.settings
    values = {str(f.metadata["name"]): getattr(settings, f.name) for f in fields(Settings)}
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=others | {name: str(value) for name, value in values.items() if value is not None},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _command(makegood: Installation, *arguments: str) -> str:
    process = _python("-m", "integration", *arguments, installation=makegood)
    answer, complaint = process.communicate(timeout=WITHIN_SECONDS)
    assert process.returncode == 0, complaint
    return answer


def _until(look: Callable[[], Any]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not look():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def _speaks_of(body: bytes, ticket_id: int) -> bool:
    return str(json.loads(body)["detail"].get("id")) == str(ticket_id)


def _states(makegood: Installation, ticket_id: int) -> set[str]:
    with makegood.parts.database.read() as conn:
        return set(conn.scalars(sa.select(inbox.c.state).where(inbox.c.ticket_id == ticket_id)))


def _slots(makegood: Installation) -> list[str]:
    with makegood.parts.database.read() as conn:
        return sorted(conn.scalars(sa.select(executors.c.slot)))


def _jobs(makegood: Installation) -> set[str]:
    engine = makegood.parts.database.engine
    schema = "dbos." if engine.dialect.name == "postgresql" else ""
    with makegood.parts.database.read() as conn:
        return set(conn.scalars(sa.text(f"SELECT status FROM {schema}workflow_status")))
