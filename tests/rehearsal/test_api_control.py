"""The control endpoints, and the server itself."""

import subprocess
import sys
import threading
from pathlib import Path

import requests

from integration.rehearsal.server import RehearsalServer
from tests.rehearsal.outside import Outside


def test_the_state_holds_what_a_client_needs(outside: Outside) -> None:
    state = outside.control("GET", "state")

    assert state["url"] == outside.server.url
    assert state["oauth"]["client_id"] == "makegood"
    assert len(state["oauth"]["client_secret"]) == 64
    assert {"id", "name", "locale", "role"} == state["agents"][0].keys()
    assert state["service_user_id"] in {agent["id"] for agent in state["agents"]}


def test_the_clock_moves_and_solved_tickets_close(outside: Outside) -> None:
    ticket = outside.ticket(status="solved")

    moved = outside.control("POST", "clock", {"advance_seconds": 29 * 86_400})

    assert moved["offset_seconds"] > 29 * 86_400 - 5
    assert outside.account.ticket(ticket["id"])["status"] == "closed"
    outside.control("POST", "clock", {"set": "2030-01-01T00:00:00Z"})
    assert outside.control("GET", "clock")["now"].startswith("2030-01-01T00:00:0")


def test_a_customer_can_be_played(outside: Outside) -> None:
    rosa = {"name": "Rosa Diaz", "email": "rosa@example.org", "locale": "es"}
    ticket = outside.control("POST", "tickets", {"requester": rosa, "subject": "Tapa", "body": "Rota."})[
        "ticket"
    ]
    outside.control("PATCH", f"tickets/{ticket['id']}", {"actor_id": outside.agent_id, "status": "pending"})

    after = outside.control(
        "POST", f"tickets/{ticket['id']}/comments", {"author_id": outside.requester_id, "body": "¿Y?"}
    )["ticket"]

    assert ticket["via"]["channel"] == "email"
    assert ticket["requester_id"] == outside.requester_id
    assert after["status"] == "open"


def test_a_reply_to_a_closed_ticket_opens_a_follow_up_ticket(outside: Outside) -> None:
    ticket = outside.ticket(status="closed")

    after = outside.control(
        "POST", f"tickets/{ticket['id']}/comments", {"author_id": outside.requester_id, "body": "Again!"}
    )["ticket"]

    assert after["id"] != ticket["id"]
    assert after["via"]["source"]["from"]["ticket_id"] == ticket["id"]


def test_calls_of_clients_are_counted_and_those_of_puppeteers_are_not(outside: Outside) -> None:
    since = outside.control("GET", "calls")["n"]
    ticket = outside.ticket()
    for _ in range(2):
        outside.api(
            "PUT", f"tickets/{ticket['id']}.json", {"ticket": {"comment": {"body": "n", "public": False}}}
        )
    outside.api("GET", "tickets/999?include=users")

    report = outside.control("GET", f"calls?since={since}")

    assert report["by"] == {"PUT tickets/:id": 2, "GET tickets/:id": 1}
    assert report["total"] == 3
    last = report["calls"][-1]
    assert (last["status"], last["path"]) == (404, "/api/v2/tickets/999?include=users")


def test_connections_are_kept_and_sixteen_are_served_at_once(outside: Outside) -> None:
    ticket = outside.ticket()
    failures: list[str] = []

    def work() -> None:
        with requests.Session() as session:
            session.headers["Authorization"] = f"Bearer {outside.token}"
            for _ in range(10):
                url = f"{outside.server.url}/api/v2/tickets/{ticket['id']}"
                answer = session.put(
                    url, json={"ticket": {"comment": {"body": "n", "public": False}}}, timeout=30
                )
                if answer.status_code != 200 or answer.headers.get("Connection") == "close":
                    failures.append(answer.text)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(outside.account.comments(ticket["id"])) == 161


def test_a_stopped_server_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    with RehearsalServer(tmp_path / "r.db") as server, requests.Session() as session:
        session.get(f"{server.url}/rehearsal/api/state", timeout=10)

    server.stop()

    assert threading.active_count() == before


def test_the_server_runs_as_a_process_and_loads_its_history_once(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "integration.rehearsal",
        "--data",
        str(tmp_path / "r.db"),
        "--seed-history",
        "50",
    ]
    first, again = _counted(command), _counted(command)

    assert first["ticket"] > 30
    assert again == first


def _counted(command: list[str]) -> dict[str, int]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        counts: dict[str, int] = requests.get(f"{url}/rehearsal/api/state", timeout=10).json()["counts"]
        process.terminate()
        assert process.wait(10) == 0
    return counts
