"""`makegood run`: web and worker under one supervisor, from the first event to a clean end."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from integration.settings import PREFIX
from tests.commands.conftest import Run
from tests.handling.installation import ANGRY

Settings = dict[str, str]
WITHIN_SECONDS = 45.0


def until(look: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not look():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


@pytest.fixture
def reachable(settings: Settings) -> Settings:
    """Settings with a free port that Zendesk can reach."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {**settings, "PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}


@pytest.fixture
def running(reachable: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`makegood run` as an operator starts it."""
    environment = {**os.environ, **{PREFIX + name: value for name, value in reachable.items()}}
    with (tmp_path / "run.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "integration", "run"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).parents[2],
        )
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait(30)


def answers(settings: Settings, path: str) -> bool:
    try:
        return requests.get(f"{settings['PUBLIC_URL']}{path}", timeout=5).ok
    except requests.RequestException:  # a killed server may leave its last caller waiting
        return False


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def notes(zendesk: Puppets, ticket_id: int) -> int:
    comments = zendesk.ticket_page(ticket_id)["comments"]
    return sum("Makegood · mg-" in comment["text"] for comment in comments)


def test_it_works_events_survives_the_death_of_its_parts_and_stops_cleanly(
    makegood: Run,
    reachable: Settings,
    rehearsal: RehearsalServer,
    zendesk: Puppets,
    running: subprocess.Popen[bytes],
    tmp_path: Path,
) -> None:
    assert makegood("connect", **reachable).exit_code == 0
    rehearsal.sender.resume()
    until(lambda: answers(reachable, "/readyz"), "readiness")
    requester = {"name": "Marta Nowak", "email": "marta@example.com", "locale": "en-GB"}

    first = zendesk.write_in(requester=requester, subject="Broken", body=ANGRY)["id"]
    until(lambda: notes(zendesk, first), "the note on the first complaint")

    parts = children(running.pid)
    for pid in parts:
        os.kill(pid, signal.SIGKILL)
    until(lambda: len(children(running.pid)) == 2 and answers(reachable, "/readyz"), "new parts")
    second = zendesk.write_in(requester=requester, subject="Broken", body=ANGRY)["id"]
    until(lambda: notes(zendesk, second), "the note on the second complaint")

    grandchildren = [pid for part in children(running.pid) for pid in (part, *children(part))]
    running.send_signal(signal.SIGTERM)
    assert running.wait(30) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in grandchildren)
    assert (notes(zendesk, first), notes(zendesk, second)) == (1, 1)
    assert "Traceback" not in (tmp_path / "run.log").read_text()
