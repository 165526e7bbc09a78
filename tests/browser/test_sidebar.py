"""The sidebar as an agent uses it: in Zendesk's frame, by keyboard, light and dark, server up and down."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Workspace
from tests.browser.sidebar import opened, sought

pytestmark = pytest.mark.browser


def test_the_first_line_answers_when_a_ticket_is_opened(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)

    expect(sidebar.locator(".answer").first).to_contain_text("Repeat of #12, which ended with: replacement")
    expect(sidebar.locator("template[data-session]")).to_have_count(0)


def test_a_letter_is_inserted_with_the_keyboard_alone_and_never_sent(
    workspace: Workspace, page: Page
) -> None:
    sidebar = opened(workspace, page)

    sidebar.locator("[data-act=preview]").first.focus()
    page.keyboard.press("Enter")
    expect(sidebar.locator("[data-act=insert]")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("[contenteditable=true]").first).to_contain_text("Hello Mary")
    comments = workspace.zendesk.account.comments(workspace.ticket_id)
    assert len(comments) == 1


def test_a_letter_with_a_gap_waits_until_the_gap_is_filled(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)
    offer = sought(sidebar, "money back", "refund")
    offer.locator("[data-act=preview]").click()
    gaps = offer.locator("input[name]")
    expect(gaps.first).to_be_focused()
    expect(offer.locator("[data-act=insert]")).to_be_disabled()

    for gap in gaps.all():
        gap.fill("<b>12</b>")

    expect(offer.locator("[data-act=insert]")).to_be_enabled()
    expect(offer.locator("mark").first).to_have_text("<b>12</b>")
    offer.locator("[data-act=insert]").click()
    composer = page.locator("[contenteditable=true]").first
    expect(composer).to_contain_text("<b>12</b>")
    assert "⟦" not in composer.inner_text()


def test_when_the_server_goes_away_the_last_facts_stay_with_their_age(
    workspace: Workspace, page: Page
) -> None:
    sidebar = opened(workspace, page)
    page.context.route("**/facts?*", lambda route: route.fulfill(status=503, body=""))

    sidebar.locator("details[data-key=why] summary").click()
    sidebar.locator("[data-focus=correct]").click()

    expect(sidebar.locator(".notice--offline")).to_contain_text("Makegood does not answer")
    expect(sidebar.locator(".answer").first).to_be_visible()
    page.context.unroute("**/facts?*")
    sidebar.locator("[data-act=retry]").click()
    expect(sidebar.locator(".notice--offline")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_with_everything_open(
    workspace: Workspace, page: Page, axe: str, scheme: str
) -> None:
    sidebar = opened(workspace, page)
    sidebar.evaluate("(scheme) => { document.documentElement.dataset.colorScheme = scheme }", scheme)
    sought(sidebar, "money back", "refund").locator("[data-act=preview]").click()
    expect(sidebar.locator(".letter")).to_be_visible()
    for summary in sidebar.locator("summary").all():
        summary.click()

    sidebar.evaluate(axe)
    found = sidebar.evaluate("() => axe.run()")

    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_nothing_overflows_320_pixels(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)
    for summary in sidebar.locator("summary").all():
        summary.click()
    sidebar.evaluate("() => { document.body.style.width = '320px' }")

    assert sidebar.evaluate("() => document.body.scrollWidth") <= 320


def test_an_admin_opens_the_overview_from_the_navigation_bar(
    workspace: Workspace, page: Page, axe: str
) -> None:
    page.goto(f"{workspace.zendesk.url}/agent?agent={workspace.admin_id}")
    page.get_by_role("link", name="Makegood").first.click()
    admin = workspace.frame(page, "admin")

    expect(admin.locator(".board")).to_contain_text("Makegood observes")
    admin.evaluate(axe)
    found = admin.evaluate("() => axe.run()")
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_the_answers_need_no_scrolling_at_320_pixels(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)

    assert sidebar.evaluate("() => document.documentElement.clientWidth") <= 320
    box = sidebar.locator(".answers .answer").last.bounding_box()
    frame = page.locator("iframe").first.bounding_box()
    assert box is not None
    assert frame is not None
    # An app's pane in a workspace on a small laptop shows about this much.
    assert box["y"] + box["height"] - frame["y"] < 320
