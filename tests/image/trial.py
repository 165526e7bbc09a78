"""All services of the compose file, run from the image against a rehearsal Zendesk."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import requests

from integration.demo.puppets import Puppets
from tests.image.docker import Composed
from tests.image.gate import Gate
from tests.image.seen import Seen, holds
from tests.soak.account import notes_by_ticket

WEBS = ("web-1", "web-2")
WORKERS = ("worker-1", "worker-2")
BURST = 20
NOTED_BEFORE_THE_KILL = 3
# A worker counts as dead after a minute; then the other goes on with its jobs.
WITHIN_SECONDS = 180.0
GRACE_SECONDS = 40.0
COMPLAINT = "The kettle arrived broken, for the second time. I am very disappointed. This is unacceptable!"
TROUBLE = ("Traceback (most recent call last)", "Read-only file system", "Permission denied")


class Trial:
    """Web processes, workers and the account that they serve; each step yields what was seen."""

    def __init__(
        self, compose: Composed, zendesk: Puppets, zendesk_file: Path, gate: Gate, ports: dict[str, int]
    ) -> None:
        self._compose = compose
        self._zendesk = zendesk
        self._zendesk_file = zendesk_file
        self._gate = gate
        self._ports = ports

    def play(self) -> Iterator[Seen]:
        """Start, connect, work, lose a worker, stop, start again."""
        yield self._start()
        yield from self._connect()
        for web in WEBS:
            yield self._event_through(web)
        yield self._lose_a_worker()
        yield self._stop()
        yield from self._start_again()
        yield self._restarts()
        yield self._logs()

    def _start(self) -> Seen:
        began = time.monotonic()
        self._compose("up", "--detach")
        _until(self._is_healthy, "both web processes to be healthy")
        states = {name: self._compose.told(name, "{{.State.Status}}") for name in WORKERS}
        ended = self._compose.told("migrate", "{{.State.Status}} {{.State.ExitCode}}")
        held = set(states.values()) == {"running"} and ended == "exited 0"
        spent = time.monotonic() - began
        return holds("everything starts in order", held, f"healthy after {spent:.0f} s; migrate {ended}")

    def _connect(self) -> Iterator[Seen]:
        told = self._compose("exec", "--no-TTY", "web-1", "makegood", "connect")
        last = told.strip().splitlines()
        yield holds(
            "makegood connect", "test event" in told and "Connected as user" in told, _line(last, "Connected")
        )
        version = self._compose("exec", "--no-TTY", "web-1", "makegood", "--version").strip()
        yield holds("makegood --version", version.startswith("makegood, version "), version)
        schema = self._compose("exec", "--no-TTY", "web-1", "makegood", "db", "upgrade").strip()
        yield holds("makegood db upgrade", "The schema is at" in schema, schema)
        doctor = self._compose("exec", "--no-TTY", "web-1", "makegood", "doctor")
        yield holds(
            "makegood doctor", "failure" not in doctor, f"{len(doctor.splitlines())} lines, no failure"
        )

    def _event_through(self, web: str) -> Seen:
        self._gate.leads_to = self._ports[web]
        before = self._kept_by(web)
        began = time.monotonic()
        ticket = self._complain(f"{web}@example.com")
        _until(lambda: self._notes(ticket) > 0, f"the note on the complaint through {web}")
        spent = time.monotonic() - began
        held = self._kept_by(web) > before and self._notes(ticket) == 1
        return holds(
            f"a signed event through {web} becomes one note", held, f"ticket {ticket}, {spent:.1f} s"
        )

    def _lose_a_worker(self) -> Seen:
        tickets = [self._complain(f"burst-{number}@example.com") for number in range(BURST)]
        _until(lambda: self._noted(tickets) >= NOTED_BEFORE_THE_KILL, "the first notes of a burst")
        noted = self._noted(tickets)
        self._compose("kill", "--signal", "KILL", "worker-1")
        began = time.monotonic()
        _until(lambda: self._noted(tickets) == BURST, f"the notes on all {BURST} complaints")
        spent = time.monotonic() - began
        once = all(self._notes(ticket) == 1 for ticket in tickets)
        seen = f"kill -9 after {noted} of {BURST} notes; all there, once, {spent:.0f} s later"
        return holds("one worker is killed and its jobs go on", once, seen)

    def _stop(self) -> Seen:
        began = time.monotonic()
        self._compose("stop")
        spent = time.monotonic() - began
        codes = {name: self._compose.told(name, "{{.State.ExitCode}}") for name in (*WEBS, "worker-2")}
        held = set(codes.values()) == {"0"} and spent < GRACE_SECONDS
        return holds("SIGTERM ends everything in time, with status 0", held, f"{spent:.0f} s, {codes}")

    def _start_again(self) -> Iterator[Seen]:
        before = notes_by_ticket(self._zendesk_file)
        self._compose("start")
        _until(self._is_healthy, "both web processes to be healthy again")
        _until(self._is_ready, "everything to be ready again")
        self._gate.leads_to = self._ports[WEBS[0]]
        ticket = self._complain(f"{WEBS[0]}@example.com")
        _until(lambda: self._notes(ticket) > 0, "the note on a complaint after the restart")
        line = _line(self._note(ticket).splitlines(), "Complaints before: ")
        yield holds("after a restart its data is there", line.startswith("Complaints before: 1,"), line)
        after = notes_by_ticket(self._zendesk_file)
        del after[ticket]
        yield holds("a restart writes nothing anew", after == before, f"{after.total()} notes as before")

    def _restarts(self) -> Seen:
        counts = {name: self._compose.told(name, "{{.RestartCount}}") for name in (*WEBS, *WORKERS)}
        return holds("nothing died by itself", set(counts.values()) == {"0"}, counts)

    def _logs(self) -> Seen:
        lines = self._compose("logs", "--no-color").splitlines()
        found = [number for number, line in enumerate(lines) if any(words in line for words in TROUBLE)]
        seen = "\n".join(lines[found[0] :][:30]) if found else f"{len(lines)} lines"
        return holds("the logs hold no trouble", not found, seen)

    def _complain(self, email: str) -> int:
        person = {"name": email.split("@")[0], "email": email, "locale": "en-GB"}
        written = self._zendesk.write_in(requester=person, subject="My kettle", body=COMPLAINT)
        return int(written["id"])

    def _kept_by(self, web: str) -> float:
        text = requests.get(f"http://127.0.0.1:{self._ports[web]}/metrics", timeout=10).text
        kept = [line for line in text.splitlines() if line.startswith("makegood_deliveries_total{")]
        return sum(float(line.rsplit(" ", 1)[1]) for line in kept if 'result="kept"' in line)

    def _is_healthy(self) -> bool:
        return all(self._compose.told(web, "{{.State.Health.Status}}") == "healthy" for web in WEBS)

    def _is_ready(self) -> bool:
        try:
            urls = (f"http://127.0.0.1:{self._ports[web]}/readyz" for web in WEBS)
            return all(requests.get(url, timeout=10).ok for url in urls)
        except requests.RequestException:
            return False

    def _notes(self, ticket: int) -> int:
        return notes_by_ticket(self._zendesk_file)[ticket]

    def _noted(self, tickets: list[int]) -> int:
        notes = notes_by_ticket(self._zendesk_file)
        return sum(ticket in notes for ticket in tickets)

    def _note(self, ticket: int) -> str:
        comments = self._zendesk.ticket_page(ticket)["comments"]
        return next(str(one["text"]) for one in comments if "Makegood · mg-" in one["text"])


def _line(lines: list[str], start: str) -> str:
    return next((line for line in lines if line.startswith(start)), lines[-1] if lines else "")


def _until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not look():
        if time.monotonic() > deadline:
            raise click.ClickException(f"Waited in vain for {what}.")
        time.sleep(0.3)
