"""The sidebar as an agent uses it: in Zendesk's frame, with the keyboard, light and dark, server up and down."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Workspace

pytestmark = pytest.mark.browser


def test_the_first_line_answers_when_a_ticket_is_opened(workspace: Workspace, page: Page) -> None:
    sidebar = workspace.open_ticket(page)

    first = sidebar.locator(".answer").first
    expect(first).to_contain_text("Repeat of #12, which ended with: replacement")
    expect(sidebar.locator("template[data-session]")).to_have_count(0)
