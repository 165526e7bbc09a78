"""What several tests of the sidebar do with it."""

from typing import Any

from playwright.sync_api import Frame, Locator, Page, expect

from tests.browser.conftest import Workspace


def opened(workspace: Workspace, page: Page, ticket_id: int | None = None) -> Frame:
    """Open a ticket and return the sidebar with its facts."""
    sidebar = workspace.open_ticket(page, ticket_id=ticket_id)
    expect(sidebar.locator(".answer").first).to_be_visible()
    return sidebar


def unfolded(sidebar: Frame, key: str) -> Locator:
    """Open a folded part and return it."""
    part = sidebar.locator(f"details[data-key={key}]")
    part.locator("> summary").click()
    return part


def sought(sidebar: Frame, words: str, template_id: str) -> Locator:
    """Search for a response and return it; which ones are suggested changes as agents choose."""
    sidebar.locator("[data-search]").fill(words)
    item = sidebar.locator(f"[data-found-list] li[data-template='{template_id}']")
    expect(item).to_be_visible()
    return item


def composer(page: Page) -> Locator:
    return page.locator("#rich")


def complaints_of_axe(sidebar: Frame, axe: str) -> list[Any]:
    """Return what axe finds in the frame as it is."""
    if not sidebar.evaluate("() => typeof axe !== 'undefined'"):
        sidebar.evaluate(axe)
    found = sidebar.evaluate("() => axe.run()")
    return [(v["id"], [n["html"][:200] for n in v["nodes"]]) for v in found["violations"]]


def paint(sidebar: Frame, scheme: str) -> None:
    """Show light or dark as the host's event would."""
    sidebar.evaluate("(scheme) => { document.documentElement.dataset.colorScheme = scheme }", scheme)
