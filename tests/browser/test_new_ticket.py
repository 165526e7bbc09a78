"""The sidebar beside a new ticket: whose history, which letters, and the ticket once it is saved."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from integration.domain.complaint import Category
from integration.domain.history import Outcome
from integration.domain.ticket import Requester
from integration.store import complaints, requesters, tickets
from tests.browser.conftest import Workspace
from tests.browser.sidebar import complaints_of_axe, composer, paint, sought
from tests.web import scenario

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def person(workspace: Workspace) -> int:
    """Somebody with an account, who complained once before, in German."""
    id: int = workspace.zendesk.account.create_user(
        {"name": "Paula Past", "email": "paula@mail.example", "locale": "de"}
    )["id"]
    number = 900_000 + id % 1000
    at = workspace.site.parts.clock() - timedelta(days=30)
    with workspace.site.parts.database.write() as conn:
        known = Requester(id, name="Paula Past", locale="de", created_at=at - timedelta(days=400))
        requesters.save(conn, known, order="1")
        ticket = replace(scenario.ticket(number, "Rechnung doppelt", at), requester_id=id)
        tickets.save(conn, ticket, order="1", with_custom_fields=False)
        before = scenario.past(number, Category.BILLING, at, Outcome.REFUND)
        complaints.add(conn, replace(before, requester_id=id))
    return id


def begun(workspace: Workspace, page: Page) -> Frame:
    """Begin a new ticket as the agent and return the sidebar's frame."""
    page.goto(f"{workspace.zendesk.url}/agent?agent={workspace.agent_id}")
    page.get_by_role("link", name="New ticket").click()
    return workspace.frame(page, "sidebar")


def choose(page: Page, words: str, name: str) -> None:
    """Look a person up and choose them."""
    page.get_by_label("Requester").fill(words)
    page.locator("#people").get_by_role("button", name=name).click()


def first_answer(sidebar: Frame) -> Locator:
    return sidebar.locator(".answer").first


def test_the_facts_are_those_of_the_requester_chosen_and_follow_the_choice(
    workspace: Workspace, page: Page, person: int, axe: str
) -> None:
    sidebar = begun(workspace, page)
    expect(sidebar.locator(".empty")).to_contain_text("Choose a requester")
    expect(sidebar.locator("[aria-busy]")).to_have_count(0)
    assert complaints_of_axe(sidebar, axe) == []

    choose(page, "paul", "Paula Past")
    expect(first_answer(sidebar)).to_contain_text("1 complaint before")
    expect(sidebar.locator(".past")).to_contain_text("Rechnung doppelt")
    for scheme in ("dark", "light"):
        paint(sidebar, scheme)
        assert complaints_of_axe(sidebar, axe) == []

    choose(page, "nobody@mail.example", "Add nobody@mail.example")
    expect(sidebar.locator(".empty")).to_contain_text("Choose a requester")
    expect(sidebar.locator(".past")).to_have_count(0)
    choose(page, "ada", "Ada Owner")
    expect(first_answer(sidebar)).to_contain_text("First contact")


def test_another_persons_facts_never_stay_while_the_server_is_away(
    workspace: Workspace, page: Page, person: int
) -> None:
    sidebar = begun(workspace, page)
    choose(page, "paul", "Paula Past")
    expect(first_answer(sidebar)).to_contain_text("1 complaint before")

    page.context.route("**/facts?*", lambda route: route.fulfill(status=503, body=""))
    choose(page, "ada", "Ada Owner")

    expect(sidebar.locator(".notice")).to_contain_text("Makegood does not answer")
    expect(sidebar.locator(".answer")).to_have_count(0)


def test_a_letter_found_by_searching_is_inserted_and_taken_out(
    workspace: Workspace, page: Page, person: int
) -> None:
    sidebar = begun(workspace, page)
    choose(page, "paul", "Paula Past")

    offer = sought(sidebar, "danke", "thanks-reply")
    offer.locator("[data-act=preview]").click()
    for gap in offer.locator("input[data-gap]").all():
        gap.fill("x")
    offer.locator("[data-act=insert]").click()

    expect(composer(page)).to_contain_text("Paula Past")
    sidebar.locator(".undo button").click()
    expect(composer(page)).to_have_text("")


def test_once_saved_the_ticket_is_shown_as_soon_as_it_has_arrived(
    workspace: Workspace, page: Page, person: int
) -> None:
    sidebar = begun(workspace, page)
    choose(page, "paul", "Paula Past")
    expect(first_answer(sidebar)).to_be_visible()
    page.get_by_label("Subject").fill("Rechnung")
    composer(page).fill("Wir prüfen das.")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url(re.compile(r"/agent/tickets/\d+$"))
    number = int(page.url.rsplit("/", 1)[1])
    saved = workspace.frame(page, "sidebar")
    expect(saved.locator("[data-unknown]")).to_be_visible()

    parts = workspace.site.parts
    with parts.database.write() as conn:
        ticket = replace(scenario.ticket(number, "Rechnung", parts.clock()), requester_id=person)
        tickets.save(conn, ticket, order="1", with_custom_fields=False)

    expect(first_answer(saved)).to_contain_text("1 complaint before")
    assert workspace.zendesk.account.ticket(number)["requester_id"] == person
    (comment,) = workspace.zendesk.account.comments(number)
    assert (comment["author_id"], comment["public"]) == (workspace.agent_id, True)


def test_a_ticket_without_requester_or_words_is_refused_in_words(
    workspace: Workspace, page: Page, person: int
) -> None:
    begun(workspace, page)
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#refused")).to_contain_text("Choose a requester first")

    choose(page, "paul", "Paula Past")
    page.get_by_role("button", name="Submit").click()
    expect(page.locator("#refused")).to_contain_text("cannot be blank")
