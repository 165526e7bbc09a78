"""Clocks and warnings in the sidebar: worked on the page, and each step taken back there."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from integration.store import alerts, complaints
from tests.browser import states
from tests.browser.conftest import Workspace
from tests.browser.sidebar import opened, unfolded
from tests.web import scenario

pytestmark = pytest.mark.browser


def test_a_limit_is_extended_and_the_extension_taken_back(workspace: Workspace, page: Page) -> None:
    ticket_id, parts = workspace.complaint(), workspace.site.parts
    scenario.put_on_the_clock(parts, ticket_id)
    sidebar = opened(workspace, page, ticket_id)
    clocks = unfolded(sidebar, "clocks")
    extend = clocks.locator("details[data-key=extend-uk-psd-emd-final-response]")
    extend.locator("> summary").click()

    extend.get_by_label("Why the time does not suffice").fill("A report is missing")
    told = parts.clock() - timedelta(minutes=1)
    extend.get_by_label("When the requester was told").fill(told.strftime("%Y-%m-%dT%H:%M"))
    extend.locator("button[type=submit]").click()

    expect(clocks).to_contain_text("Extended because: A report is missing.")
    expect(extend).to_have_count(0)
    clocks.locator(".undo button").click()
    expect(extend).to_have_count(1)
    expect(clocks).not_to_contain_text("Extended because")


def test_a_clock_stands_still_and_runs_again(workspace: Workspace, page: Page) -> None:
    ticket_id = workspace.complaint()
    scenario.put_on_the_clock(workspace.site.parts, ticket_id)
    sidebar = opened(workspace, page, ticket_id)
    clocks = unfolded(sidebar, "clocks")
    stop = clocks.locator("details[data-key=stop-iso-10002]")
    stop.locator("> summary").click()

    stop.get_by_label("Waiting for").select_option("waiting_for_third_party")
    stop.get_by_label("What is missing").fill("the carrier's answer")
    stop.locator("button[type=submit]").click()

    expect(clocks.locator(".ask")).to_contain_text("because: the carrier's answer")
    expect(clocks.locator(".clock", has_text="stopped").first).to_be_visible()
    clocks.locator("[data-focus=restart-iso-10002]").click()
    expect(clocks.locator(".ask")).to_have_count(0)
    with workspace.site.parts.database.read() as conn:
        complaint = complaints.by_ticket(conn, ticket_id)
        assert complaint is not None
        kinds = [action.kind for action in complaints.actions(conn, complaint.id)]
    assert kinds[-2:] == ["clock_stopped", "clock_restarted"]


def test_a_warning_goes_through_its_steps_and_back(workspace: Workspace, page: Page) -> None:
    ticket_id, parts = workspace.complaint(), workspace.site.parts
    states.alarmed(parts, ticket_id)
    sidebar = opened(workspace, page, ticket_id)
    warning = sidebar.locator(".ask", has_text="Wrote again without an answer")

    warning.get_by_role("button", name="Seen").click()
    expect(warning.get_by_role("button", name="Seen")).to_have_count(0)
    warning.get_by_label("What was done about it").fill("Called her")
    warning.get_by_role("button", name="Save").click()
    warning.get_by_role("button", name="The requester knows").click()
    expect(warning).to_contain_text("Called her · the requester knows")
    warning.get_by_role("button", name="Settled").click()
    expect(warning).to_have_count(0)

    sidebar.locator(".undo button").click()
    expect(warning).to_contain_text("the requester knows")
    warning.get_by_role("button", name="Undo").click()
    expect(warning).not_to_contain_text("the requester knows")
    warning.get_by_role("button", name="Undo").click()
    expect(warning.get_by_label("What was done about it")).to_be_visible()
    with parts.database.read() as conn:
        found = next(a for a in alerts.of_ticket(conn, ticket_id) if a.kind == "repeat_contact")
    assert (found.stage, found.action) == ("seen", None)
