"""The stage of a demo: a rehearsal Zendesk and Makegood's own processes, started and stopped in order."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from integration.app import assemble
from integration.demo.puppets import Puppets
from integration.parts import Parts
from integration.settings import PREFIX, Settings, parse_settings
from integration.store.migrate import migrate

START_WITHIN_SECONDS = 60.0
STOP_WITHIN_SECONDS = 15.0
APP_NAME = "Makegood"
WEB = "Makegood's web server"
WORKER = "Makegood's worker"
LAST_LINES = 12
ROOM_MB = 100


class StageError(Exception):
    """Something of the demo did not start; the message says what and where to look."""


class Stage:
    """Everything a demo runs, in processes of its own; use as a context manager."""

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        settings: Mapping[str, str] | None = None,
        rehearsal_options: tuple[str, ...] = (),
    ) -> None:
        """`port` is the rehearsal Zendesk's, and the next one Makegood's; free ones are found without it.

        `settings` (names without their prefix) replace those of the demo.
        """
        self.data_dir = data_dir
        self._settings_given = dict(settings or {})
        self._rehearsal_options = rehearsal_options
        self._ports = (port, port + 1) if port else (_free_port(), _free_port())
        self._processes: list[tuple[str, subprocess.Popen[str]]] = []
        self._environment: dict[str, str] = {}
        self._slot_token = secrets.token_hex(8)
        self.zendesk: Puppets
        self.parts: Parts

    def __enter__(self) -> "Stage":
        make_room(self.data_dir)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop what was started; the rehearsal Zendesk last, as the others may be writing to it."""
        first, others = self._processes[:1], self._processes[1:]
        for started in (others, first):
            for _, process in started:
                process.terminate()
            for name, process in started:
                self._end(name, process)
        self._processes.clear()
        if parts := self.__dict__.pop("parts", None):
            parts.close()

    def open_zendesk(self, *, seed_tickets: int) -> None:
        """Start the rehearsal account, with about so many tickets of history, and install the app there."""
        zendesk_port, web_port = self._ports
        url = f"http://127.0.0.1:{zendesk_port}"
        arguments = ["--port", str(zendesk_port), "--data", str(self.data_dir / "zendesk.db")]
        arguments += self._rehearsal_options
        arguments += ["--seed-history", str(seed_tickets)]
        self._start("the rehearsal Zendesk", [sys.executable, "-m", "integration.rehearsal", *arguments])
        self._wait_for("the rehearsal Zendesk", f"{url}/rehearsal/api/state")
        self.zendesk = Puppets(url)
        # The app comes from another site than the workspace, as it does in real life.
        public_url = f"http://localhost:{web_port}"
        self.zendesk.install_app(
            APP_NAME,
            {
                "ticket_sidebar": f"{public_url}/app/sidebar",
                "new_ticket_sidebar": f"{public_url}/app/sidebar",
                "nav_bar": f"{public_url}/app/admin",
            },
        )
        settings = self._settings(url, public_url, web_port)
        self.parts = assemble(settings)
        migrate(self.parts.database.engine)

    def open_makegood(self) -> None:
        """Start web and worker, each restartable by `kill_worker` and `start_worker`."""
        web = [sys.executable, "-m", "integration", "web"]
        self._start(WEB, web, self._environment)
        self.start_worker()
        self._wait_for(WEB, f"{self.parts.settings.public_url}/readyz")

    def start_worker(self) -> None:
        """Start the worker, again under its own slot after a crash."""
        command = [sys.executable, "-m", "integration", "worker", "--slot", "demo"]
        command += ["--slot-token", self._slot_token]
        self._start(WORKER, command, self._environment)

    def kill_worker(self) -> None:
        """End the worker as a power cut would: kill -9."""
        for name, process in [entry for entry in self._processes if entry[0] == WORKER]:
            process.kill()
            process.wait()
            self._processes.remove((name, process))

    def stop_worker(self) -> None:
        """End the worker in peace."""
        for name, process in [entry for entry in self._processes if entry[0] == WORKER]:
            self._end(name, process)
            self._processes.remove((name, process))

    def has_died(self) -> str | None:
        """Return the name of a process that ended by itself."""
        return next((name for name, process in self._processes if process.poll() is not None), None)

    def obituary(self, *, within: float = 0.0) -> str | None:
        """Say which process ended by itself, and what it said last; None where all of them live.

        A process that hung up needs a moment to be over: it is waited for `within` so many seconds.
        """
        deadline = time.monotonic() + within
        while not (dead := self.has_died()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return f"{dead} ended by itself.{self.last_words(dead)}" if dead else None

    def last_words(self, name: str) -> str:
        """Return the end of a process's log: a temporary folder is gone before anybody can look."""
        lines = self._log(name).read_text("utf-8", "replace").splitlines()[-LAST_LINES:]
        return " Its log ends with:" + "".join(f"\n  {line}" for line in lines) if lines else ""

    def _log(self, name: str) -> Path:
        return self.data_dir / f"{name.replace(' ', '-').replace(chr(39), '')}.log"

    def _settings(self, zendesk_url: str, public_url: str, port: int) -> Settings:
        oauth = self.zendesk.state()["oauth"]
        key_file = self.data_dir / "secret-key"
        if not key_file.exists():
            key_file.write_text(secrets.token_urlsafe(32))
        values = {
            "ZENDESK_URL": zendesk_url,
            "OAUTH_CLIENT_ID": oauth["client_id"],
            "OAUTH_CLIENT_SECRET": oauth["client_secret"],
            "PUBLIC_URL": public_url,
            "SECRET_KEY": key_file.read_text(),
            "MODE": "act",
            "DATA_DIR": str(self.data_dir),
            "PORT": str(port),
            "LOG_LEVEL": "WARNING",
            "REHEARSAL": "true",
            **self._settings_given,
        }
        given = {PREFIX + name: value for name, value in values.items()}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        self._environment = {**inherited, **given}
        return parse_settings(given)

    def _start(self, name: str, command: list[str], environment: dict[str, str] | None = None) -> None:
        with self._log(name).open("a") as log, _interrupts_later():
            # A session of its own: Ctrl-C reaches this process alone, which then ends the others in order.
            process = subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
                command,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                text=True,
            )
            self._processes.append((name, process))

    def _wait_for(self, name: str, url: str) -> None:
        deadline = time.monotonic() + START_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if dead := self.has_died():
                raise StageError(f"{dead} ended while it started.{self.last_words(dead)}")
            try:
                if requests.get(url, timeout=5).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        raise StageError(f"{name} did not answer within {START_WITHIN_SECONDS:.0f} s.{self.last_words(name)}")

    def _end(self, name: str, process: "subprocess.Popen[str]") -> None:
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            sys.stderr.write(f"{name} did not stop by itself and was killed.\n")


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Hold back what would interrupt: a process that nobody has noted down yet would never be ended."""
    held: list[int] = []
    # Other threads are never interrupted.
    here = threading.current_thread() is threading.main_thread()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if here else ()
    interrupting = [n for n in numbers if signal.getsignal(n) is signal.default_int_handler]
    for number in interrupting:
        signal.signal(number, lambda number, _frame: held.append(number))
    try:
        yield
    finally:
        for number in interrupting:
            signal.signal(number, signal.default_int_handler)
    if held:
        raise KeyboardInterrupt


def make_room(folder: Path, *, megabytes: int = ROOM_MB) -> None:
    """Make the folder; raises `StageError` where nothing, or too little, can be written into it."""
    elsewhere = "Choose another folder: makegood demo --data-dir FOLDER"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free // 1_000_000
    except OSError as error:
        raise StageError(f"{folder} cannot be used: {error.strerror}. {elsewhere}") from error
    if not os.access(folder, os.W_OK):
        raise StageError(f"{folder} cannot be written to. {elsewhere}")
    if free < megabytes:
        raise StageError(f"{folder} has {free} MB left, and {megabytes} are needed. {elsewhere}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
