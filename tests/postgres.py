"""A throwaway PostgreSQL cluster from Debian's package, for as long as the tests run."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql

START_SECONDS = 30
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
}
# The cluster is thrown away, so it may lose what a power cut would take.
FORGETFUL: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Cluster:
    """One PostgreSQL server on a free port of 127.0.0.1, with a fresh database for whoever asks.

    `durable` makes every commit reach the disk, as in production.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._settings = dict(SETTINGS) if durable else {**SETTINGS, **FORGETFUL}
        self._bin = _programs()
        self._user = _server_user()
        self._folder = Path(tempfile.mkdtemp(prefix="makegood-postgres-"))
        self._made = 0
        if self._user:
            shutil.chown(self._folder, self._user)
        self.port = _free_port()
        self._server = self._start()

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://makegood@127.0.0.1:{self.port}/{name}"

    def create(self, template: str = "template1") -> str:
        """Make a database, a copy of `template`, and return its name."""
        self._made += 1
        name = f"test_{self._made}"
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._tell(command.format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Remove a database, along with connections that a failed test left open."""
        self._tell(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def stop(self) -> None:
        """Stop the server that this object started and remove its files."""
        # PostgreSQL's fast shutdown; SIGTERM would wait for connections that a failed test left open.
        self._server.send_signal(signal.SIGINT)
        try:
            self._server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-U", "makegood", "--auth=trust", "--encoding=UTF8", "--no-sync")
        options = [f"--{name}={value}" for name, value in self._settings.items()]
        log = open(self._folder / "log", "wb")  # noqa: SIM115
        with log:
            server = subprocess.Popen(
                [self._bin / "postgres", "-D", data, f"--port={self.port}", *options],
                user=self._user,
                cwd=self._folder,
                env=_environment(),
                stdout=log,
                stderr=log,
            )
        self._wait(server)
        return server

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._bin / program, *arguments],
            user=self._user,
            cwd=self._folder,
            env=_environment(),
            check=True,
            capture_output=True,
            timeout=120,
        )

    def _wait(self, server: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self._tell(sql.SQL("SELECT 1"))
                return
            except psycopg.OperationalError:
                if server.poll() is not None or time.monotonic() > until:
                    server.kill()
                    raise RuntimeError((self._folder / "log").read_text()) from None
                time.sleep(0.05)

    def _tell(self, command: sql.Composed | sql.SQL) -> None:
        place = f"host=127.0.0.1 port={self.port} user=makegood dbname=postgres connect_timeout=5"
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute(command)


def _programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if not versions:
        raise RuntimeError("PostgreSQL is missing: apt-get install postgresql, then run the tests again.")
    return versions[-1].parent


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
