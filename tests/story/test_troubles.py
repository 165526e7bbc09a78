"""What befalls an installation in its years, played with real processes: nothing lost or doubled."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
import requests

from integration.app import assemble
from integration.demo.puppets import Puppets
from integration.handling.connect import connect
from integration.handling.doctor import examine
from integration.handling.findings import Finding, Health
from integration.handling.reconcile import reconcile
from integration.handling.standing import TroubleCode, troubles
from integration.parts import Parts
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from integration.settings import parse_settings
from integration.zendesk import provision
from tests.handling.installation import ANGRY

pytestmark = pytest.mark.story
ROOT = Path(__file__).parents[2]
WITHIN_SECONDS = 60.0
NEW_NAME = "acme-new.zendesk.com"
# Every process tells where it connects to; the file is read when all is over.
WITNESS = """
import os, sys
def witness(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        with open(os.environ["CONNECTIONS"], "a") as file:
            file.write(f"{arguments[1][0]}:{arguments[1][1]}\\n")
sys.addaudithook(witness)
"""


class FormerName(BaseHTTPRequestHandler):
    """What Zendesk answers under a name that an account had before."""

    protocol_version = "HTTP/1.1"
    account_url = ""
    asked: ClassVar[list[str]] = []

    def send_on(self) -> None:
        self.asked.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # The rehearsal's clock is no part of Zendesk, and goes on wherever its account is.
        there = self.account_url if self.path.startswith("/rehearsal") else f"https://{NEW_NAME}"
        self.send_response(301)
        self.send_header("Location", f"{there}{self.path}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = send_on

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


class Site:
    """A rehearsal account and Makegood beside it, as processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = self._account()
        self.zendesk = Puppets(self.server.url)
        self.hosts = {urlsplit(self.server.url).netloc}
        self.former_name: ThreadingHTTPServer | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.names = {
            "ZENDESK_URL": self.server.url,
            "OAUTH_CLIENT_ID": self.server.account.config.oauth_client_id,
            "OAUTH_CLIENT_SECRET": self.server.account.config.oauth_client_secret,
            "PUBLIC_URL": self.url,
            "PORT": str(port),
            "SECRET_KEY": "k" * 40,
            "DATA_DIR": str(folder / "data"),
            "MODE": "act",
            "ENCODER": "off",
            "REHEARSAL": "true",
            "LOG_LEVEL": "DEBUG",
        }
        self.parts = self._parts()
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "sitecustomize.py").write_text(WITNESS)

    def _account(self) -> RehearsalServer:
        return RehearsalServer(self.folder / "zendesk.db", limits=Limits.none()).start()

    def _parts(self) -> Parts:
        settings = parse_settings({f"MAKEGOOD_{name}": value for name, value in self.names.items()})
        return assemble(settings, can_write=True)

    def rename_account(self) -> None:
        """Move the account to another address; those who call under the former one are sent on."""
        self.server.stop()
        former = ("127.0.0.1", int(self.server.url.rsplit(":", 1)[1]))
        self.former_name = ThreadingHTTPServer(former, FormerName)
        threading.Thread(target=self.former_name.serve_forever, daemon=True).start()
        self.server = self._account()
        FormerName.account_url = self.server.url
        self.zendesk = Puppets(self.server.url)
        self.hosts.add(urlsplit(self.server.url).netloc)

    def set_new_name(self) -> None:
        """Do what the doctor says: change the setting and start again."""
        self.stop()
        self.parts.close()
        self.names["ZENDESK_URL"] = self.server.url
        self.parts = self._parts()
        self.start()

    def close(self) -> None:
        self.stop()
        self.parts.close()
        self.server.stop()
        if self.former_name is not None:
            self.former_name.shutdown()
            self.former_name.server_close()

    def start(self) -> None:
        """Start `makegood run` and wait until it is ready."""
        environment = {**os.environ, **{f"MAKEGOOD_{name}": value for name, value in self.names.items()}}
        environment |= {"PYTHONPATH": str(self.folder), "CONNECTIONS": str(self.folder / "connections")}
        with (self.folder / "run.log").open("ab") as log:
            command = [sys.executable, "-m", "integration", "run"]
            self.process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=ROOT)
        until(self.is_ready, "readiness")

    def stop(self) -> None:
        """Stop it as an operator does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(40)
            self.process = None

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def write_in(self, name: str) -> int:
        """Let somebody complain."""
        requester = {"name": name, "email": f"{name.split()[0].lower()}@example.com", "locale": "en-GB"}
        return int(self.zendesk.write_in(requester=requester, subject="My kettle", body=ANGRY)["id"])

    def notes(self, ticket_id: int) -> int:
        comments = self.zendesk.ticket_page(ticket_id)["comments"]
        return sum("Makegood · mg-" in comment["text"] for comment in comments)

    def gets_its_note(self, ticket_id: int) -> None:
        until(lambda: self.notes(ticket_id), f"the note on ticket {ticket_id}")
        assert self.notes(ticket_id) == 1

    def service_user(self, **fields: object) -> None:
        url = f"{self.server.url}/rehearsal/api/users/{self.server.account.service_user_id}"
        requests.patch(url, json=fields, timeout=10).raise_for_status()

    def catch_up(self) -> None:
        """Do what every worker does each five minutes of real time."""
        self.zendesk.pass_time(seconds=120)
        reconcile(self.parts)

    def codes(self) -> set[TroubleCode]:
        return {trouble.code for trouble in troubles(self.parts)}

    def failing(self) -> dict[str, Finding]:
        return {f.name: f for f in examine(self.parts) if f.health is not Health.OK}


def until(look: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not look():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One installation for all troubles; each leaves it as it was."""
    one = Site(tmp_path_factory.mktemp("site"))
    one.parts.settings.data_dir.mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "integration", "db", "upgrade"],
        env={**os.environ, **{f"MAKEGOOD_{name}": value for name, value in one.names.items()}},
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    connect(one.parts)
    one.start()
    reconcile(one.parts)
    yield one
    one.close()


def test_a_service_user_who_is_gone_pauses_all_writes_until_they_are_back(site: Site) -> None:
    site.service_user(suspended=True)
    waiting = [site.write_in("Ada Early"), site.write_in("Ben Later")]
    until(lambda: TroubleCode.WRITES_PAUSED in site.codes(), "the pause")
    site.catch_up()

    assert TroubleCode.ACCESS_REFUSED in site.codes()
    assert {"zendesk", "writes"} <= set(site.failing())
    assert [site.notes(ticket_id) for ticket_id in waiting] == [0, 0]

    site.service_user(suspended=False)
    site.catch_up()
    site.zendesk.pass_time(seconds=360)
    for ticket_id in waiting:
        site.gets_its_note(ticket_id)
    until(lambda: site.codes() == set(), "the end of the banner")


def test_a_role_that_was_taken_away_is_named_and_comes_back(site: Site) -> None:
    site.service_user(role="agent")
    site.catch_up()

    assert TroubleCode.ACCESS_REFUSED in site.codes()
    assert "administrator" in site.failing()["zendesk"].next_step

    site.service_user(role="admin")
    site.catch_up()
    assert TroubleCode.ACCESS_REFUSED not in site.codes()


def test_a_rotated_secret_costs_no_complaint(site: Site) -> None:
    session = site.parts.zendesk.session
    ours = provision.find(session, site.url)
    session.post(f"/api/v2/webhooks/{ours.webhook_ids['events']}/signing_secret")
    refused = site.write_in("Cleo Refused")
    site.zendesk.wait_until_delivered()
    assert "signing secrets" in site.failing()

    site.catch_up()

    site.gets_its_note(refused)
    assert "signing secrets" not in site.failing()
    # Strangers could make the web read its secrets without end, so it reads them five times a second at most.
    time.sleep(0.3)
    site.gets_its_note(site.write_in("Dan Direct"))


def test_an_address_that_changed_is_told_and_repaired(site: Site) -> None:
    session = site.parts.zendesk.session
    webhook_id = provision.find(session, site.url).webhook_ids["events"]
    elsewhere = {"webhook": {"endpoint": "http://127.0.0.1:9/zendesk/events"}}
    session.patch(f"/api/v2/webhooks/{webhook_id}", json=elsewhere)
    unheard = site.write_in("Eve Unheard")
    assert "endpoint changed" in site.failing()["webhooks and fields"].measured

    site.catch_up()
    site.gets_its_note(unheard)
    assert [change.why for change in connect(site.parts).changes] == ["endpoint changed"]
    assert "webhooks and fields" not in site.failing()


def test_zendesk_away_for_a_day_leaves_one_message_a_ticket(site: Site) -> None:
    before = site.write_in("Finn Before")
    site.gets_its_note(before)
    site.server.sender.pause()
    site.zendesk.faults({"api": [{"kind": "503", "path": "/api/v2/", "times": 100_000}]})
    during = site.write_in("Gus During")
    site.zendesk.pass_time(seconds=86_400)
    site.catch_up()
    assert TroubleCode.ZENDESK_AWAY in site.codes()

    site.zendesk.no_faults()
    site.server.sender.resume()
    site.catch_up()

    assert TroubleCode.ZENDESK_AWAY not in site.codes()
    until(lambda: site.notes(during), "the note on the complaint that came in meanwhile")
    until(lambda: site.notes(before) == 2, "the reminder that fell due meanwhile")
    time.sleep(1.0)
    assert site.notes(before) == 2
    # Its first reply is overdue by now, and the note says so.
    assert site.notes(during) == 1


def test_our_machine_down_for_a_day_loses_nothing_and_repeats_nothing(site: Site) -> None:
    before = site.write_in("Hal Before")
    site.gets_its_note(before)
    site.stop()
    meanwhile = [site.write_in("Ida Meanwhile"), site.write_in("Jo Meanwhile")]
    site.zendesk.pass_time(seconds=86_400)
    assert TroubleCode.NO_WORKER in site.codes()

    site.start()
    site.catch_up()

    for ticket_id in meanwhile:
        until(lambda ticket_id=ticket_id: site.notes(ticket_id), f"the note on ticket {ticket_id}")
    until(lambda: site.notes(before) == 2, "the reminder that fell due meanwhile")
    time.sleep(1.0)
    assert [site.notes(ticket_id) for ticket_id in (before, *meanwhile)] == [2, 1, 1]
    assert TroubleCode.NO_WORKER not in site.codes()


def test_a_renamed_account_waits_under_its_former_name_and_goes_on_under_the_new_one(site: Site) -> None:
    before = site.write_in("Kim Before")
    site.gets_its_note(before)
    site.rename_account()
    during = site.write_in("Lou During")
    site.zendesk.pass_time(seconds=86_400)
    until(lambda: any(f"/tickets/{before}" in path for path in FormerName.asked), "the follow-up's look")
    site.catch_up()

    assert TroubleCode.ZENDESK_AWAY in site.codes()
    assert f"set MAKEGOOD_ZENDESK_URL to https://{NEW_NAME}" in site.failing()["zendesk"].measured
    assert (site.notes(before), site.notes(during)) == (1, 0)

    site.set_new_name()
    site.catch_up()
    site.zendesk.pass_time(seconds=900)
    until(lambda: site.notes(during), "the note on the complaint that came in meanwhile")
    until(lambda: site.notes(before) == 2, "the reminder that fell due meanwhile")
    assert site.codes() == set()
    assert "parked" not in site.failing()


def test_afterwards_no_log_quotes_anybody_and_nobody_else_was_called(site: Site) -> None:
    site.stop()
    log = (site.folder / "run.log").read_text()
    called = set((site.folder / "connections").read_text().split())

    assert log.count("\n") > 50
    secrets = (site.names["OAUTH_CLIENT_SECRET"], site.names["SECRET_KEY"], "Bearer ")
    people = ("Early", "Refused", "Unheard", "Meanwhile", "During", "@example.com", "kettle", "disappointed")
    assert [word for word in (*secrets, *people) if word in log] == []
    assert called == site.hosts
