"""A real Chromium, a rehearsal Zendesk that frames the app, and the app on another site of this machine."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Frame, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from integration.clock import system_clock
from integration.domain.ticket import Requester
from integration.rehearsal import apps
from integration.rehearsal.config import Limits
from integration.rehearsal.server import RehearsalServer
from integration.responses.library import Library
from integration.store import requesters, staff
from tests.web import scenario
from tests.web.installation import ROOT, Site, access, installed

SDK_FOLDER = ROOT / "tests" / "rehearsal" / "sdk" / "build"


@pytest.fixture(scope="session")
def library() -> Iterator[Library]:
    with Library.load(ROOT / "templates") as shipped:
        yield shipped


@dataclass(frozen=True)
class Workspace:
    """An agent's workspace with a ticket that has a past, and Makegood beside it."""

    zendesk: RehearsalServer
    site: Site
    app_url: str
    ticket_id: int
    agent_id: int
    admin_id: int

    def complaint(self, *, body: str = scenario.BODY, subject: str = "Parcel lost") -> int:
        """Return a ticket of the same requester, a complaint that continues ticket 12, with nothing due."""
        account = self.zendesk.account
        requester = {"name": "Mary Jane Poppins", "email": "mary@mail.example"}
        data = {"subject": subject, "requester": requester, "comment": {"body": body}}
        made = account.create_ticket(data, actor_id=account.admin_user_id, channel="web")
        scenario.add(self.site.parts.database, self.site.parts.clock(), made["id"], subject, body)
        return int(made["id"])

    def open_ticket(self, page: Page, *, ticket_id: int | None = None) -> Frame:
        """Open the ticket as the agent and return the sidebar's frame."""
        number = ticket_id or self.ticket_id
        page.goto(f"{self.zendesk.url}/agent/tickets/{number}?agent={self.agent_id}")
        return self.frame(page, "sidebar")

    @contextmanager
    def app_at(self, app_url: str) -> Iterator["Workspace"]:
        """Install the app under another name of this machine for a while."""
        account = self.zendesk.account
        try:
            apps.install(account, "Makegood", _locations(app_url))
            yield replace(self, app_url=app_url)
        finally:
            apps.install(account, "Makegood", _locations(self.app_url))

    def frame(self, page: Page, location: str) -> Frame:
        """Return the frame of a location of the app once its page is there."""
        address = f"{self.app_url}/app/{location}"
        page.wait_for_function(
            "(address) => [...document.querySelectorAll('iframe')].length > 0 && address", arg=address
        )
        for _ in range(100):
            for frame in page.frames:
                if frame.url.startswith(address):
                    return frame
            page.wait_for_timeout(50)
        raise AssertionError(f"no frame of {location} among {[frame.url for frame in page.frames]}")


@pytest.fixture(scope="session")
def workspace(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, library: Library
) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("browser")
    file = folder / "makegood.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with RehearsalServer(folder / "rehearsal.sqlite3", limits=Limits.none()) as zendesk:
        account = zendesk.account
        placeholder = {"ticket_sidebar": "http://localhost:1/app/sidebar"}
        private = apps.install(account, "Makegood", placeholder).private_key
        key = serialization.load_pem_private_key(private.encode(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        url = f"sqlite:///{file}"
        with (
            installed(url, folder, library, key, account=zendesk.url, clock=system_clock) as site,
            _served(site) as app_url,
        ):
            apps.install(account, "Makegood", _locations(app_url))
            yield _furnish(zendesk, site, app_url)


def _locations(app_url: str) -> dict[str, str]:
    sidebar = f"{app_url}/app/sidebar"
    return {"ticket_sidebar": sidebar, "new_ticket_sidebar": sidebar, "nav_bar": f"{app_url}/app/admin"}


def _furnish(zendesk: RehearsalServer, site: Site, app_url: str) -> Workspace:
    account = zendesk.account
    agent = next(iter(account.users(role="agent")))
    data = {
        "subject": scenario.SUBJECT,
        "requester": {"name": "Mary Jane Poppins", "email": "mary@mail.example"},
        "comment": {"body": scenario.BODY},
    }
    ticket = account.create_ticket(data, actor_id=account.admin_user_id, channel="web")
    # The tickets of the past, which this account does not have, keep their numbers.
    while account.create_ticket(data, actor_id=account.admin_user_id, channel="web")["id"] < scenario.TICKET:
        pass
    scenario.tell(site.parts.database, site.parts.clock(), ticket_id=ticket["id"])
    with site.parts.database.write() as conn:
        for user_id, role in ((agent["id"], "agent"), (account.admin_user_id, "admin")):
            requesters.save(conn, Requester(user_id, name="Ana Agent", locale="en-US", role=role), order="1")
            staff.save_access(conn, access(user_id, role, site.parts.clock()))
    return Workspace(zendesk, site, app_url, ticket["id"], agent["id"], account.admin_user_id)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@contextmanager
def _served(site: Site) -> Iterator[str]:
    # Bound to the number, reached by the name: for the browser that is another site than 127.0.0.1.
    server = make_server("127.0.0.1", 0, site.app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def context(chromium: Browser, workspace: Workspace) -> Iterator[BrowserContext]:
    """A fresh profile that reaches this machine and nothing else."""
    opened = chromium.new_context(viewport={"width": 1280, "height": 900}, timezone_id="UTC")
    own = (workspace.zendesk.url, workspace.app_url)
    opened.route(lambda url: not url.startswith(own), lambda route: route.abort())
    yield opened
    opened.close()


def _is_defect(said: ConsoleMessage) -> bool:
    # Chromium reports each answer above 399 as an error, and some tests want those. Its own editing commands
    # write style attributes into the host's composer, which the host's policy forbids.
    if said.type != "error" or said.text.startswith("Failed to load resource"):
        return False
    is_ours = "/app/" in (said.location or {}).get("url", "")
    return is_ours or not said.text.startswith("Applying inline style")


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's source; built when it is not there."""
    if not (SDK_FOLDER / "axe.min.js").exists():
        subprocess.run([str(SDK_FOLDER.parent / "build.sh")], check=True, timeout=240)
    return (SDK_FOLDER / "axe.min.js").read_text()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose console errors fail the test."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if _is_defect(said) else None)
    yield opened
    assert complaints == []
