"""Every state of the sidebar in light and dark, unfolded: axe-core finds nothing, nothing overflows."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from integration.handling.switches import PUBLIC_MESSAGES, set_switch
from integration.parts import Parts
from integration.store import staff
from tests.browser import states
from tests.browser.conftest import Workspace
from tests.browser.sidebar import complaints_of_axe, opened, paint
from tests.web.installation import access

pytestmark = pytest.mark.browser

PREPARED: dict[str, Callable[[Parts, int], None]] = {
    "unsure": states.unsure,
    "alerts": states.alarmed,
    "detached": states.detached,
    "importing": lambda parts, _: states.importing(parts, is_running=True),
}
SHOWN = {
    "unsure": "Is this a complaint?",
    "alerts": "Called back and left a message",
    "detached": "written for somebody else",
    "importing": "The import of older tickets is still running",
}
# The last one is the language of the other tests.
LANGUAGES = ("es", "de", "fr", "pt-BR", "ru", "en-US")


def check(sidebar: Frame, axe: str) -> None:
    """Look at the panel as it is, in both colours and 320 pixels wide."""
    for scheme in ("light", "dark"):
        paint(sidebar, scheme)
        assert complaints_of_axe(sidebar, axe) == [], scheme
    assert width_of(sidebar) <= 320


def width_of(sidebar: Frame) -> int:
    sidebar.evaluate("() => { document.body.style.width = '320px' }")
    return int(sidebar.evaluate("() => document.body.scrollWidth"))


def unfold_everything(sidebar: Frame) -> None:
    sidebar.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true })")


@pytest.mark.parametrize("name", PREPARED)
def test_axe_finds_nothing_in_what_a_ticket_can_be(
    workspace: Workspace, page: Page, axe: str, name: str
) -> None:
    parts, ticket_id = workspace.site.parts, workspace.complaint()
    PREPARED[name](parts, ticket_id)
    try:
        sidebar = opened(workspace, page, ticket_id)
        expect(sidebar.locator(".answers")).to_contain_text(SHOWN[name])
        unfold_everything(sidebar)
        check(sidebar, axe)
    finally:
        states.importing(parts, is_running=False)


@pytest.fixture
def busy(workspace: Workspace) -> Iterator[int]:
    """A ticket with everything in its panel."""
    ticket_id = workspace.complaint()
    states.busy(workspace.site.parts, ticket_id)
    yield ticket_id
    set_switch(workspace.site.parts, PUBLIC_MESSAGES, False, admin_id=1)


def test_axe_finds_nothing_with_everything_there(
    workspace: Workspace, page: Page, axe: str, busy: int
) -> None:
    sidebar = opened(workspace, page, busy)
    unfold_everything(sidebar)
    expect(sidebar.locator(".clock").first).to_be_visible()

    check(sidebar, axe)


def test_no_language_is_too_wide_for_the_panel(workspace: Workspace, page: Page, busy: int) -> None:
    for language in LANGUAGES:
        states.speaks(workspace.site.parts, workspace.agent_id, language)
        sidebar = opened(workspace, page, busy)
        expect(sidebar.locator("html")).to_have_attribute("lang", language[:2])
        unfold_everything(sidebar)

        assert width_of(sidebar) <= 320, language


def test_axe_finds_nothing_in_a_ticket_nobody_knows(workspace: Workspace, page: Page, axe: str) -> None:
    account = workspace.zendesk.account
    data = {"subject": "New", "requester": {"name": "N"}, "comment": {"body": "Hello"}}
    made = account.create_ticket(data, actor_id=account.admin_user_id, channel="web")
    sidebar = workspace.open_ticket(page, ticket_id=made["id"])
    expect(sidebar.locator("[data-unknown]")).to_be_visible()

    check(sidebar, axe)


@pytest.mark.parametrize(
    ("status", "shown"),
    [(401, "Reload all apps"), (503, "Makegood does not answer"), (403, "not your ticket")],
)
def test_axe_finds_nothing_when_nothing_can_be_shown(
    workspace: Workspace, page: Page, axe: str, status: int, shown: str
) -> None:
    def answer(route: Route) -> None:
        route.fulfill(status=status, json={"message": "not your ticket"})

    page.context.route("**/facts?*", answer)
    sidebar = workspace.open_ticket(page)

    expect(sidebar.locator(".panel")).to_contain_text(shown)
    check(sidebar, axe)


def test_axe_finds_nothing_when_the_server_goes_away_under_open_parts(
    workspace: Workspace, page: Page, axe: str
) -> None:
    sidebar = opened(workspace, page, workspace.complaint())
    page.context.route("**/facts?*", lambda route: route.abort())
    unfold_everything(sidebar)
    sidebar.locator("[data-focus=correct]").click()

    expect(sidebar.locator(".notice--offline")).to_be_visible()
    check(sidebar, axe)


def test_axe_finds_nothing_on_the_page_of_somebody_who_may_not_open_it(
    workspace: Workspace, page: Page, axe: str
) -> None:
    parts = workspace.site.parts
    with parts.database.write() as conn:
        staff.save_access(conn, access(workspace.agent_id, "end-user", parts.clock()))
    try:
        sidebar = workspace.open_ticket(page)
        expect(sidebar.locator(".message")).to_contain_text("Your role in Zendesk")
        check(sidebar, axe)
    finally:
        with parts.database.write() as conn:
            staff.save_access(conn, access(workspace.agent_id, "agent", parts.clock()))
