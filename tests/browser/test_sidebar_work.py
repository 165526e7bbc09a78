"""The agent's work in the sidebar: what it is, what was done, what is promised, and each taken back."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from integration.domain.complaint import Band, State, Verdict
from integration.domain.followup import Satisfier
from integration.domain.remedy import Decision, RemedyKind, read_money
from integration.handling.outcomes import add_remedy
from integration.store import audit_log, complaints, follow_ups, opinions, outcomes, staff
from integration.store.complaints import Complaint
from integration.store.opinions import Opinion
from tests.browser.conftest import Workspace
from tests.browser.sidebar import opened, unfolded
from tests.web import scenario
from tests.web.installation import access

pytestmark = pytest.mark.browser


def stored(workspace: Workspace, ticket_id: int) -> Complaint:
    with workspace.site.parts.database.read() as conn:
        found = complaints.by_ticket(conn, ticket_id)
    assert found is not None
    return found


def test_what_was_done_is_recorded_with_who_and_taken_back(workspace: Workspace, page: Page) -> None:
    ticket_id = workspace.complaint()
    sidebar = opened(workspace, page, ticket_id)
    work = unfolded(sidebar, "work")

    work.locator("#remedy-amount").fill("25,50")
    work.locator("#remedy-currency").fill("eur")
    work.locator("#remedy-note").fill("<b>by</b> card")
    work.locator("[data-focus=remedy-add]").click()

    record = work.locator(".record li").first
    expect(record).to_contain_text("Refund €25.50 · <b>by</b> card")
    expect(record).to_contain_text("you")
    work.locator(".undo button").click()
    expect(work.locator(".record__undone")).to_contain_text("Refund")
    with workspace.site.parts.database.read() as conn:
        complaint = stored(workspace, ticket_id)
        assert outcomes.remedies_of(conn, [complaint.id]) == {}
        logged = [entry.action for entry in audit_log.entries(conn, subject=f"ticket:{ticket_id}")]
    assert logged == ["complaint undone", "remedy recorded"]


def test_a_complaint_closes_only_once_the_requester_was_told(workspace: Workspace, page: Page) -> None:
    ticket_id = workspace.complaint()
    sidebar = opened(workspace, page, ticket_id)
    work = unfolded(sidebar, "work")
    close = work.locator("[data-focus=resolve]")
    expect(close).to_be_disabled()
    expect(work.locator("#missing")).to_have_text("First choose a decision.")

    work.locator("#decision").select_option("upheld")
    expect(work.locator("#missing")).to_contain_text("First tell the requester")
    work.locator("#cause").select_option("lost_in_transit")
    work.locator("#not-told").fill("asked for no contact")
    work.locator("[data-focus=not-told]").click()
    expect(close).to_be_enabled()
    close.click()

    expect(sidebar.locator(".chip--state-resolved")).to_be_visible()
    complaint = stored(workspace, ticket_id)
    assert (complaint.state, complaint.decision) == (State.RESOLVED, Decision.UPHELD)
    assert (complaint.cause, complaint.is_satisfied) == ("lost_in_transit", None)


def test_an_unsure_machine_asks_and_goes_by_the_answer(workspace: Workspace, page: Page) -> None:
    ticket_id = workspace.complaint()
    with workspace.site.parts.database.write() as conn:
        now = workspace.site.parts.clock()
        opinions.save(
            conn,
            Opinion(
                ticket_id=ticket_id,
                verdict=Verdict.UNSURE,
                probability=0.5,
                score=0.5,
                threshold=0.5,
                band=Band.LOW,
                language="en",
                model=None,
                by_rule=None,
                read_at=now,
            ),
        )
    sidebar = opened(workspace, page, ticket_id)
    expect(sidebar.locator(".ask")).to_contain_text("Is this a complaint?")

    sidebar.locator("[data-focus=ask-no]").click()

    expect(sidebar.locator(".ask")).to_have_count(0)
    expect(sidebar.locator(".chip--state-not_a_complaint")).to_be_visible()
    sidebar.locator(".undo button").click()
    expect(sidebar.locator(".chip--state-suspected")).to_be_visible()


def test_matter_person_and_severity_are_corrected_in_one_step_each(workspace: Workspace, page: Page) -> None:
    ticket_id = workspace.complaint()
    sidebar = opened(workspace, page, ticket_id)
    why = unfolded(sidebar, "why")

    why.locator("[data-focus=other-matter]").click()
    expect(sidebar.locator(".answer").first).not_to_contain_text("Repeat of")
    why.locator("#matter").fill(f"#{scenario.OLDEST}")
    why.locator("[data-focus=matter]").click()
    expect(sidebar.locator(".answer").first).to_contain_text(f"Repeat of #{scenario.OLDEST}")
    why.locator("#severity").select_option("high")
    expect(sidebar.locator(".chip--band-high")).to_be_visible()
    why.locator("[data-focus=wrong-person]").click()
    expect(sidebar.locator(".ask")).to_contain_text("written for somebody else")
    expect(sidebar.locator(".answer").first).not_to_contain_text("Repeat of")

    complaint = stored(workspace, ticket_id)
    assert (complaint.assessment.band, complaint.is_band_said, complaint.is_repeat_said) == (
        "high",
        True,
        True,
    )
    sidebar.locator("[data-focus=right-person]").click()
    expect(sidebar.locator(".answer").first).to_contain_text(f"Repeat of #{scenario.OLDEST}")


def test_a_promise_is_made_moved_and_kept(workspace: Workspace, page: Page) -> None:
    ticket_id = workspace.complaint()
    sidebar = opened(workspace, page, ticket_id)
    due = unfolded(sidebar, "due")
    expect(due.locator("#promise-zone")).to_contain_text("UTC")
    soon = workspace.site.parts.clock() + timedelta(days=2)
    later = soon + timedelta(days=1)

    due.locator("#promise-what").fill("Call back")
    due.locator("#promise-due").fill(soon.strftime("%Y-%m-%dT12:00"))
    due.locator("[data-focus=promise-make]").click()

    expect(sidebar.locator(".answers")).to_contain_text("Call back")
    with workspace.site.parts.database.read() as conn:
        (planned,) = follow_ups.running(conn, ticket_id)
    assert (planned.due_at.hour, planned.owner_id) == (12, workspace.agent_id)
    owed = due.locator(".due").first
    owed.locator("input[type=datetime-local]").fill(later.strftime("%Y-%m-%dT12:00"))
    owed.locator("input[type=checkbox]").check()
    owed.locator("button[type=submit]").click()
    expect(owed.locator("time")).to_have_attribute("datetime", later.strftime("%Y-%m-%dT12:00:00+00:00"))
    owed.locator("[data-focus^=keep]").click()
    expect(due.locator(".due--over")).to_contain_text("kept")
    due.locator(".undo button").click()
    expect(due.locator(".due--over")).to_have_count(0)


def test_a_follow_up_is_put_off_done_and_taken_up_again(workspace: Workspace, page: Page) -> None:
    ticket_id = workspace.complaint()
    now = workspace.site.parts.clock()
    with workspace.site.parts.database.write() as conn:
        follow_ups.plan(
            conn,
            ticket_id=ticket_id,
            complaint_id=None,
            name="first_reply",
            note="first-reply",
            due_at=now + timedelta(hours=2),
            now=now,
            satisfied_by=frozenset({Satisfier.PUBLIC_REPLY}),
        )
    sidebar = opened(workspace, page, ticket_id)
    due = unfolded(sidebar, "due")

    due.locator("[data-days='3']").click()
    expect(due.locator(".undo")).to_contain_text("The follow-up was moved.")
    due.locator("[data-focus^=done]").click()
    expect(sidebar.locator(".answers")).to_contain_text("Nothing is due.")
    due.locator(".undo button").click()
    expect(sidebar.locator(".answers")).not_to_contain_text("Nothing is due.")

    with workspace.site.parts.database.read() as conn:
        (again,) = follow_ups.running(conn, ticket_id)
    assert again.due_at > now + timedelta(days=2)


def test_money_is_shown_only_to_the_roles_that_may_see_it(workspace: Workspace, page: Page) -> None:
    parts = workspace.site.parts
    past, ticket_id = workspace.complaint(), workspace.complaint()
    money = read_money("19.90", "EUR")
    add_remedy(parts, past, RemedyKind.REFUND, money, "", agent_id=workspace.agent_id)
    sidebar = opened(workspace, page, ticket_id)
    history = unfolded(sidebar, "past")
    expect(history.locator(".given")).to_contain_text("refund €19.90")
    expect(history.locator(".given")).to_contain_text("same reference: AF-123456")

    with parts.database.write() as conn:
        staff.save_access(conn, access(workspace.agent_id, "agent", parts.clock(), is_light=True))
    try:
        sidebar = opened(workspace, page, ticket_id)
        history = unfolded(sidebar, "past")
        expect(history.locator(".past").first).to_contain_text("refund")
        expect(history).not_to_contain_text("19.90")
    finally:
        with parts.database.write() as conn:
            staff.save_access(conn, access(workspace.agent_id, "agent", parts.clock()))
