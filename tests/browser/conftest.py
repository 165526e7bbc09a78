"""A real Chromium, a rehearsal Zendesk that frames the app, and the app on another site of this machine."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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

    def open_ticket(self, page: Page, *, ticket_id: int | None = None) -> Frame:
        """Open the ticket as the agent and return the sidebar's frame."""
        number = ticket_id or self.ticket_id
        page.goto(f"{self.zendesk.url}/agent/tickets/{number}?agent={self.agent_id}")
        return self.frame(page, "sidebar")

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
            locations = {"ticket_sidebar": f"{app_url}/app/sidebar", "nav_bar": f"{app_url}/app/admin"}
            apps.install(account, "Makegood", locations)
            yield _furnish(zendesk, site, app_url)


def _furnish(zendesk: RehearsalServer, site: Site, app_url: str) -> Workspace:
    account = zendesk.account
    agent = next(iter(account.users(role="agent")))
    data = {
        "subject": scenario.SUBJECT,
        "requester": {"name": "Mary Jane Poppins", "email": "mary@mail.example"},
        "comment": {"body": "My parcel AF-123456 is lost again. This is outrageous, third time now."},
    }
    ticket = account.create_ticket(data, actor_id=account.admin_user_id, channel="web")
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
    # Chromium reports each answer above 399 as an error; some tests want those.
    return said.type == "error" and not said.text.startswith("Failed to load resource")


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page whose console errors fail the test."""
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if _is_defect(said) else None)
    yield opened
    assert complaints == []
