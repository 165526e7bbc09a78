"""The processes that are measured: Makegood's own web server and worker, and the bare server beside it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from integration.settings import PREFIX, Settings, parse_settings
from tests.bench.wire import Line, request

ROOT = Path(__file__).parents[2]
START_WITHIN_SECONDS = 60.0
QUIET_SECONDS = 0.03
IDLE_WORKER_SECONDS = 0.2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers on a port."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time that the server and its workers have used."""
        own = {self.pid}
        stats = [_stat(folder) for folder in Path("/proc").glob("[0-9]*")]
        return sum(ticks for pid, parent, ticks in stats if pid in own or parent in own) / TICKS


def settings(folder: Path, database_url: str, secret: str, port: int) -> Settings:
    """Return the settings of an installation as it ships; its Zendesk does not exist and is never asked."""
    return parse_settings(environment(folder, database_url, secret, port))


def environment(folder: Path, database_url: str, secret: str, port: int) -> dict[str, str]:
    """Return the same settings as variables for a process."""
    values = {
        "ZENDESK_URL": "https://zendesk.invalid",
        "PUBLIC_URL": "https://makegood.invalid",
        "OAUTH_CLIENT_ID": "bench",
        "OAUTH_CLIENT_SECRET": "not used here",
        "SECRET_KEY": "b" * 40,
        "WEBHOOK_SECRET": secret,
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "PORT": str(port),
    }
    return {PREFIX + name: value for name, value in values.items()}


@contextmanager
def makegood(folder: Path, database_url: str, secret: str) -> Iterator[Running]:
    """Run `makegood web`."""
    port = _free_port()
    command = [sys.executable, "-m", "integration", "web"]
    with _process(folder / "web.log", command, environment(folder, database_url, secret, port), port) as it:
        yield it


@contextmanager
def bare(folder: Path, database_url: str, secret: str) -> Iterator[Running]:
    """Run the bare endpoint."""
    port = _free_port()
    command = [sys.executable, "-m", "tests.bench.bare", "--port", str(port)]
    command += ["--database", database_url, "--secret", secret]
    with _process(folder / "bare.log", command, {}, port) as it:
        yield it


@contextmanager
def worker(folder: Path, database_url: str, more: dict[str, str]) -> Iterator[Running]:
    """Run `makegood worker`, with `more` settings."""
    given = environment(folder, database_url, "not used here", _free_port())
    given |= {PREFIX + name: value for name, value in more.items()}
    command = [sys.executable, "-m", "integration", "worker", "--slot", "bench"]
    with _spawned(folder / "worker.log", command, given) as process:
        running = Running(0, process.pid)
        # Even an idle worker asks its queues and its clock several times a second.
        _settle(running, quiet_seconds=IDLE_WORKER_SECONDS)
        if process.poll() is not None:
            raise RuntimeError(f"A worker did not start: {_words(folder / 'worker.log')}")
        yield running


@contextmanager
def _process(log: Path, command: list[str], given: dict[str, str], port: int) -> Iterator[Running]:
    with _spawned(log, command, given) as process:
        _wait(process, port, log)
        running = Running(port, process.pid)
        _settle(running)
        yield running


@contextmanager
def _spawned(log: Path, command: list[str], given: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    with log.open("ab") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=inherited | given, stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with Line(port) as line:
                if line.ask(request("GET", "/healthz", {}))[0] == 200:
                    return
        except (OSError, IndexError):
            time.sleep(0.05)
    raise RuntimeError(f"A server did not start: {_words(log)}")


def _words(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]


def _settle(running: Running, *, quiet_seconds: float = QUIET_SECONDS) -> None:
    """Wait until nothing is being prepared any more: what is measured is the days after, not the start."""
    until = time.monotonic() + START_WITHIN_SECONDS
    worked, before = running.cpu_seconds(), -1.0
    while worked - before > quiet_seconds and time.monotonic() < until:
        time.sleep(1.0)
        worked, before = running.cpu_seconds(), worked


def _stat(folder: Path) -> tuple[int, int, int]:
    """Return pid, parent and used ticks of a process, zeros for one that has just ended."""
    try:
        words = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0, 0
    return int(folder.name), int(words[1]), int(words[11]) + int(words[12])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
