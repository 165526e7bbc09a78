"""`run`, `web`, `worker` and `db`: the processes of an installation."""

import os
import secrets
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from types import FrameType

import click
from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from integration.app import assemble, create_app
from integration.commands.context import Context, ready
from integration.commands.stopping import stop_signals
from integration.handling.suggesting import prepare
from integration.heaps import keep_heaps_small
from integration.parts import Parts
from integration.settings import Settings
from integration.worker import SlotTaken, Worker

THREADS = 8
KEEP_ALIVE_SECONDS = 15
RESTART_AFTER_SECONDS = 1.0
# Zendesk hangs up after ten seconds and sends again only what was answered 503.
ANSWER_WITHIN_SECONDS = 4
STOP_WITHIN_SECONDS = 15.0
PREPARED_WITHIN_SECONDS = 5.0
# Zendesk itself gives up after ten seconds or twelve.
PATIENCE_SECONDS = 20


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn over one Flask application, made after the fork."""

    def __init__(
        self,
        make_app: Callable[[], Flask],
        bind: str,
        *,
        processes: int = 1,
        patience: int = PATIENCE_SECONDS,
    ) -> None:
        self._make_app = make_app
        self._options = {
            "bind": bind,
            "workers": processes,
            "threads": THREADS,
            "worker_class": "gthread",
            "keepalive": KEEP_ALIVE_SECONDS,
            "timeout": 60,
            "graceful_timeout": 10,
            "loglevel": "warning",
            "proc_name": "makegood-web",
            # Its control socket is a way in that nobody needs here.
            "control_socket_disable": True,
            "when_ready": partial(_bound_waiting, patience),
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make_app()


def _bound_waiting(seconds: int, server: Arbiter) -> None:
    """Have no thread wait longer for a sender that fell silent, or for a reader that reads no more.

    gunicorn's threads would wait for good. On Linux an accepted connection takes over the limits of the
    socket that listens. Senders who drip are kept off by the reverse proxy in front.
    """
    limit = struct.pack("ll", seconds, 0)
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


@click.command()
@click.option("--workers", default=1, show_default=True, help="Web processes; keep 1 on SQLite.")
@click.pass_obj
def web(context: Context, workers: int) -> None:
    """Answer webhooks and the app's pages (any number of these, with PostgreSQL)."""
    keep_heaps_small()
    settings = context.settings()
    _refuse_many_on_sqlite(settings, workers)
    parts = assemble(settings)
    ready(parts)
    parts.close()
    Server(lambda: _prepared_app(settings), f"{settings.host}:{settings.port}", processes=workers).run()


def _prepared_app(settings: Settings) -> Flask:
    parts = assemble(settings, wait_seconds=ANSWER_WITHIN_SECONDS)
    _prepare(parts)
    return create_app(parts)


def _prepare(parts: Parts) -> threading.Thread:
    """Load beside the first requests what the first suggestion would wait for."""
    preparing = threading.Thread(target=prepare, args=(parts,), name="prepare", daemon=True)
    preparing.start()
    return preparing


@click.command()
@click.option(
    "--slot",
    default=None,
    help="Stable name of this worker; jobs of a crashed worker go on under it. Default: host name.",
)
@click.option("--slot-token", default=None, hidden=True)
@click.pass_obj
def worker(context: Context, slot: str | None, slot_token: str | None) -> None:
    """Work events, post notes and reminders (any number of these, with PostgreSQL)."""
    keep_heaps_small()
    with context.parts() as parts:
        one = Worker(parts, slot or socket.gethostname(), slot_token)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: one.stop())
        try:
            one.start()
            preparing = _prepare(parts)
            kept_slot = one.wait()
            # What it uses is closed below, and Python aborts where such a thread writes while all ends.
            preparing.join(PREPARED_WITHIN_SECONDS)
        except SlotTaken as error:
            raise click.ClickException(str(error)) from error
        finally:
            one.close()
    if not kept_slot:
        raise click.ClickException(
            "Another worker took this slot over; this one stopped so as not to double."
        )


@click.command()
@click.pass_obj
def run(context: Context) -> None:
    """Run web and worker together: all that a small team needs, on one SQLite file."""
    settings = context.settings()
    _refuse_taken_port(settings)
    with context.parts():
        pass
    click.echo(f"Makegood answers on http://{settings.host}:{settings.port} and works in the background.")
    # The token lets a worker that died take its slot again at once, and keeps a stranger's worker out.
    worker_command = ["worker", "--slot", "embedded", "--slot-token", secrets.token_hex(8)]
    if not supervise([*context.arguments, "web"], [*context.arguments, *worker_command]):
        raise click.ClickException("A part of Makegood could not be kept running; its last words are above.")


def supervise(*commands: list[str]) -> bool:
    """Keep one process for each command running until told to stop; False when one keeps dying."""
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in stop_signals():
        signal.signal(number, ask_to_stop)
    processes = {index: _start(command) for index, command in enumerate(commands)}
    deaths: list[float] = []
    healthy = True
    while not stop.wait(0.2):
        for index, command in enumerate(commands):
            if processes[index].poll() is None:
                continue
            deaths = [at for at in deaths if time.monotonic() - at < 60] + [time.monotonic()]
            if len(deaths) > 5:
                healthy = False
                stop.set()
                break
            time.sleep(RESTART_AFTER_SECONDS)
            processes[index] = _start(command)
    _end(list(processes.values()))
    return healthy


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C reaches the supervisor alone, which then stops its parts in order.
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own arguments
        [sys.executable, "-m", "integration", *command], env=os.environ.copy(), start_new_session=True
    )


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_WITHIN_SECONDS
    for process in processes:
        try:
            process.wait(timeout=max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _refuse_taken_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        raise click.ClickException(
            f"Nothing can answer on {settings.host}, port {settings.port}: {error.strerror or error}. "
            "Is Makegood running already? Stop it, or set MAKEGOOD_HOST and MAKEGOOD_PORT."
        ) from error


def _refuse_many_on_sqlite(settings: Settings, workers: int) -> None:
    if workers > 1 and settings.database_url.startswith("sqlite"):
        raise click.ClickException(
            "More than one web process needs PostgreSQL: set MAKEGOOD_DATABASE_URL, or leave --workers at 1."
        )
