"""From nothing to the first enriched ticket: a fresh clone beside a fresh rehearsal account, timed.

`python -m tests.bench.install` types what docs/installing.md says, three commands, with nothing taken from
pip's cache. It needs the network for the packages.
"""

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import requests

from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from integration.settings import PREFIX

ROOT = Path(__file__).parents[2]
INSTALL = ("make", "--silent", "install")
CONNECT = (".venv/bin/makegood", "connect", "--ask")
RUN = (".venv/bin/makegood", "--env-file", ".env", "run")
WITHIN_SECONDS = 60.0
INSTALL_SECONDS = 900
COMPLAINT = "The kettle arrived broken, for the second time. I am very disappointed. This is unacceptable!"


@click.command()
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
def main(folder: Path | None) -> None:
    """Install, connect, run, and wait for the note on the first complaint."""
    with tempfile.TemporaryDirectory(prefix="makegood-install-", dir=folder) as name:
        place = Path(name) / "makegood"
        subprocess.run(
            ["git", "-c", "advice.detachedHead=false", "clone", "--quiet", ROOT, place], check=True
        )
        with RehearsalServer(Path(name) / "zendesk.db") as zendesk:
            click.echo(json.dumps(_install(place, zendesk), indent=2))


def _install(place: Path, zendesk: RehearsalServer) -> dict[str, object]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    public_url = f"http://127.0.0.1:{port}"
    environment = _environment(port)
    config = zendesk.account.config
    answers = (zendesk.url, config.oauth_client_id, config.oauth_client_secret, public_url)
    began = time.monotonic()
    seconds: dict[str, float] = {}
    _do(INSTALL, place, environment)
    seconds["install"] = time.monotonic() - began
    _do(CONNECT, place, environment, typed="\n".join(answers) + "\n")
    seconds["connect"] = time.monotonic() - began - seconds["install"]
    with _running(place, environment):
        _until(lambda: _is_up(public_url), "the web server")
        puppets = Puppets(zendesk.url)
        person = {"name": "Marta Nowak", "email": "marta@example.com", "locale": "en-GB"}
        written = time.monotonic()
        ticket = int(puppets.write_in(requester=person, subject="My kettle", body=COMPLAINT)["id"])
        _until(lambda: _is_enriched(puppets, ticket), "the note on the first complaint")
        seconds["complaint to note"] = time.monotonic() - written
    return {
        "commands": [" ".join(each) for each in (INSTALL, CONNECT, RUN)],
        "seconds": {name: round(spent, 1) for name, spent in seconds.items()},
        "seconds_in_all": round(time.monotonic() - began, 1),
    }


def _environment(port: int) -> dict[str, str]:
    """Return an environment without settings, but for what a rehearsal in place of a real account needs."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    given = {"REHEARSAL": "true", "MODE": "act", "PORT": str(port)}
    return inherited | {PREFIX + name: value for name, value in given.items()} | {"PIP_NO_CACHE_DIR": "1"}


def _do(command: tuple[str, ...], place: Path, environment: dict[str, str], typed: str = "") -> None:
    # Without a terminal of its own the secret, too, is read from what was typed.
    done = subprocess.run(
        command,
        cwd=place,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        start_new_session=True,
        check=False,
    )
    if done.returncode:
        raise click.ClickException(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


@contextmanager
def _running(place: Path, environment: dict[str, str]) -> Iterator[None]:
    with (place / "run.log").open("wb") as log:
        process = subprocess.Popen(RUN, cwd=place, env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def _is_enriched(zendesk: Puppets, ticket_id: int) -> bool:
    page = zendesk.ticket_page(ticket_id)
    return any("Makegood · mg-" in comment["text"] for comment in page["comments"])


def _until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not look():
        if time.monotonic() > deadline:
            raise click.ClickException(f"Waited in vain for {what}.")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
