"""Jobs: many tickets at once, in the background."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from integration.rehearsal.config import Limits
from tests.rehearsal.outside import TICKET, Outside


def finished(outside: Outside, answer: Any) -> tuple[dict[str, Any], list[str]]:
    """Poll a job to its end; return it and the states seen."""
    job = answer.json()["job_status"]
    states = [job["status"]]
    end = time.monotonic() + 10
    while job["status"] != "completed" and time.monotonic() < end:
        time.sleep(0.02)
        job = outside.api("GET", f"job_statuses/{job['id']}.json").json()["job_status"]
        states.append(job["status"])
    return job, list(dict.fromkeys(states))


def test_a_job_is_queued_then_working_then_completed(outside: Outside) -> None:
    tickets = [outside.ticket(tags=["a"]) for _ in range(2)]
    ids = ",".join(str(ticket["id"]) for ticket in tickets)

    answer = outside.api("PUT", f"tickets/update_many.json?ids={ids}", {"ticket": {"additional_tags": ["b"]}})
    assert answer.json()["job_status"]["results"] is None
    job, states = finished(outside, answer)

    assert states == ["queued", "working", "completed"]
    assert job["id"].startswith("V3-")
    assert [(r["id"], r["action"], r["success"]) for r in job["results"]] == [
        (ticket["id"], "update", True) for ticket in tickets
    ]
    assert outside.account.ticket(tickets[0]["id"])["tags"] == ["a", "b"]


def test_a_completed_job_can_hold_failures(outside: Outside) -> None:
    ticket, closed = outside.ticket(), outside.ticket()
    outside.api("PUT", f"tickets/{closed['id']}", {"ticket": {"status": "closed"}})
    batch = [{"id": n, "priority": "low"} for n in (ticket["id"], closed["id"], 999)]

    job, _ = finished(outside, outside.api("PUT", "tickets/update_many", {"tickets": batch}))

    good, locked, missing = job["results"]
    assert good["success"]
    assert "closed prevents ticket update" in locked["details"]
    assert missing["error"] == "TicketNotFound"


def test_a_bulk_update_overwrites_nothing_that_changed_after_it_was_asked_for(outside: Outside) -> None:
    ticket = outside.ticket()
    outside.account.clock.advance(timedelta(minutes=1))
    batch = [{"id": ticket["id"], "priority": "low"}, {"id": ticket["id"], "priority": "high"}]

    job, _ = finished(outside, outside.api("PUT", "tickets/update_many", {"tickets": batch}))

    assert [result["success"] for result in job["results"]] == [True, False]
    assert job["results"][1]["error"] == "UpdateConflict"
    assert outside.account.ticket(ticket["id"])["priority"] == "low"


def test_create_many_tells_the_new_ids(outside: Outside) -> None:
    job, _ = finished(outside, outside.api("POST", "tickets/create_many", {"tickets": [TICKET, TICKET]}))

    assert [result["index"] for result in job["results"]] == [0, 1]
    assert outside.account.ticket(job["results"][1]["id"])["subject"] == TICKET["subject"]


def test_more_than_a_hundred_values_are_refused(outside: Outside) -> None:
    answer = outside.api("POST", "tickets/create_many", {"tickets": [TICKET] * 101})

    assert (answer.status_code, answer.json()["error"]) == (400, "TooManyValues")


def test_more_than_thirty_jobs_are_refused(rehearse: Callable[..., Outside]) -> None:
    outside = rehearse(limits=Limits(plan=None, jobs=30), job_step_seconds=5)

    answers = [outside.api("POST", "tickets/create_many", {"tickets": [TICKET]}) for _ in range(31)]

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert answers[-1].json()["error"] == "TooManyJobs"


def test_jobs_are_forgotten_after_a_day(outside: Outside) -> None:
    job, _ = finished(outside, outside.api("POST", "tickets/create_many", {"tickets": [TICKET]}))
    outside.control("POST", "clock", {"advance_seconds": 90_000})
    token = outside.account.tokens.issue(outside.account.service_user_id, ["read"])

    answer = outside.api("GET", f"job_statuses/{job['id']}", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code == 404


def test_merging_is_a_job(outside: Outside) -> None:
    source, target = outside.ticket(), outside.ticket()

    job, _ = finished(outside, outside.api("POST", f"tickets/{target['id']}/merge", {"ids": [source["id"]]}))

    assert job["results"][0]["success"]
    assert outside.account.ticket(source["id"])["status"] == "closed"


def test_erasing_for_good_is_a_job(outside: Outside) -> None:
    ticket = outside.ticket()
    outside.api("DELETE", f"tickets/{ticket['id']}")

    finished(outside, outside.api("DELETE", f"deleted_tickets/{ticket['id']}"))

    assert outside.api("GET", "deleted_tickets").json()["deleted_tickets"] == []
    with outside.account.db.read() as connection:
        assert connection.execute("SELECT count(*) FROM comment").fetchone()[0] == 0
