"""Suggested responses in the sidebar: found by typing, filled or shortened, inserted and taken out again."""

import re

import pytest
from playwright.sync_api import Page, expect

from integration.store import choices, suggestion_uses
from tests.browser.conftest import Workspace
from tests.browser.sidebar import composer, opened, sought

pytestmark = pytest.mark.browser


def test_a_response_is_found_by_typing_and_learned_as_found(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)
    sidebar.locator(".chips").click()
    page.keyboard.press("/")
    expect(sidebar.locator("[data-search]")).to_be_focused()

    page.keyboard.type("money ba")

    found = sidebar.locator("[data-found-list] li")
    expect(found.first).to_have_attribute("data-template", "refund")
    expect(sidebar.locator("[data-offer-list]")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(found.first.locator("[data-act=preview]")).to_be_focused()
    sidebar.locator("[data-search]").fill("zzzz")
    expect(sidebar.locator("[data-found-list]")).to_contain_text("Nothing found")
    sidebar.locator("[data-search]").fill("")
    expect(sidebar.locator("[data-offer-list]")).to_be_visible()


def test_a_gap_left_out_opens_the_insert_and_leaves_no_trace(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)
    offer = sought(sidebar, "money back", "refund")
    offer.locator("[data-act=preview]").click()
    expect(offer.locator("[data-act=insert]")).to_be_disabled()

    for button in offer.locator("[data-act=leave-out]").all():
        button.click()

    expect(offer.locator("[data-act=insert]")).to_be_enabled()
    offer.locator("[data-act=insert]").click()
    expect(composer(page)).to_contain_text("Hello Mary")
    written = composer(page).inner_text()
    assert "⟦" not in written
    assert "  " not in written.replace("\u00a0", "")


def test_an_insert_keeps_what_was_written_stays_internal_and_is_undone(
    workspace: Workspace, page: Page
) -> None:
    ticket_id = workspace.complaint()
    sidebar = opened(workspace, page, ticket_id)
    page.locator("#comment-type").select_option("internalNote")
    composer(page).click()
    page.keyboard.type("Before. After.")
    for _ in range(7):
        page.keyboard.press("ArrowLeft")
    offer = sidebar.locator("li[data-template]").first
    template_id = offer.get_attribute("data-template") or ""

    offer.locator("[data-act=preview]").click()
    for gap in offer.locator("input[data-gap]").all():
        gap.fill("x")
    offer.locator("[data-act=insert]").click()
    expect(sidebar.locator(".undo")).to_contain_text("Nothing was sent")

    with workspace.site.parts.database.read() as conn:
        assert suggestion_uses.is_used(conn, ticket_id, template_id)
    text = composer(page).inner_text()
    assert text.index("Before.") < text.index("Mary") < text.index("After.")
    assert page.locator("#comment-type").input_value() == "internalNote"
    sidebar.locator(".undo button").click()
    expect(composer(page)).to_have_text("Before. After.")
    # The way back goes away once the server has forgotten the letter too.
    expect(sidebar.locator(".undo")).to_have_count(0)
    with workspace.site.parts.database.read() as conn:
        assert not suggestion_uses.is_used(conn, ticket_id, template_id)
        assert ticket_id not in {choice.ticket_id for choice in choices.of_templates(conn)}


def test_a_plain_composer_gets_plain_text(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)
    page.locator("#use-rich").uncheck()
    offer = sidebar.locator("li[data-template]").first
    offer.locator("[data-act=preview]").click()
    for gap in offer.locator("input[data-gap]").all():
        gap.fill("<b>1</b>")
    offer.locator("[data-act=insert]").click()

    expect(page.locator("#plain")).to_have_value(re.compile("Hello Mary"))
    written = page.locator("#plain").input_value()
    assert "<p>" not in written
    assert "\n\n" in written
