"""Reports and health as an admin uses them: by keyboard, in both colours, at 320 pixels, file in hand."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from integration.clock import system_clock
from integration.handling import reviews
from integration.handling.digest_teams import Team, save_team, team_of
from tests.browser.conftest import Workspace
from tests.browser.sidebar import complaints_of_axe, paint
from tests.web import reported, waiting

pytestmark = pytest.mark.browser
PLACES = (
    "reports?period=90",
    "reports/cases?period=90&figure=promises_kept",
    "reports/detection",
    "health",
    "health/reviews",
    "health/audit",
    "health/overdue",
    "privacy",
    "switches",
    "switches/digest?team=Depot",
)


@pytest.fixture(scope="module")
def busy(workspace: Workspace) -> Workspace:
    """The workspace after a quarter of complaints and a bad day."""
    reported.tell(workspace.site.parts.database, system_clock(), first=700_000)
    waiting.tell(workspace.site.parts.database, system_clock())
    with workspace.site.parts.database.write() as conn:
        assert reviews.consider(conn, "slow_answer", system_clock())
    save_team(workspace.site.parts, Team("Depot", ("late_delivery",)), admin_id=workspace.admin_id)
    return workspace


@pytest.fixture
def admin(busy: Workspace, page: Page) -> Frame:
    page.goto(f"{busy.zendesk.url}/agent?agent={busy.admin_id}")
    page.get_by_role("link", name="Makegood").first.click()
    frame = busy.frame(page, "admin")
    settled(frame)
    return frame


def settled(frame: Frame) -> None:
    expect(frame.locator(".board[aria-busy]")).to_have_count(0)


def go(frame: Frame, place: str) -> None:
    frame.evaluate("(place) => { location.hash = place }", place)
    frame.wait_for_function("(place) => decodeURI(location.hash) === '#' + place", arg=place)
    settled(frame)
    expect(frame.locator(".board h2")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_reports_and_health(admin: Frame, axe: str, scheme: str) -> None:
    found = {}
    for place in PLACES:
        go(admin, place)
        paint(admin, scheme)
        for summary in admin.locator(".board summary").all():
            summary.click()
        found[place] = complaints_of_axe(admin, axe)

    assert found == {place: [] for place in PLACES}


def test_a_number_leads_to_its_cases_and_back_by_keyboard_alone(admin: Frame, page: Page) -> None:
    go(admin, "reports?period=90")
    number = admin.locator(".tile a", has_text="not kept")
    count = re.findall(r"\d+", number.inner_text())[0]

    number.focus()
    page.keyboard.press("Enter")
    expect(admin.locator("h2")).to_have_text("Promises kept: not kept")
    expect(admin.locator("h2")).to_be_focused()
    expect(admin.locator(".cases tbody tr")).to_have_count(int(count))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")

    expect(admin.locator("h2")).to_have_text("Reports")


def test_another_period_is_shown_as_soon_as_it_is_chosen(admin: Frame) -> None:
    go(admin, "reports?period=90")
    before = admin.locator(".tile__value").first.inner_text()

    admin.get_by_label("Period", exact=True).select_option("30")

    expect(admin.locator(".tile__value").first).not_to_have_text(before)
    expect(admin.get_by_label("Period", exact=True)).to_have_value("30")


def test_a_day_that_is_written_counts_although_a_period_was_chosen(admin: Frame) -> None:
    go(admin, "reports?period=90")
    last = admin.get_by_label("To", exact=True).input_value()

    admin.get_by_label("From", exact=True).fill(last)
    admin.get_by_role("button", name="Show").click()

    expect(admin.get_by_label("Period", exact=True)).to_have_value("custom")
    expect(admin.get_by_label("From", exact=True)).to_have_value(last)


def test_the_cases_come_as_a_file(admin: Frame, page: Page, tmp_path: Path) -> None:
    go(admin, "reports?period=90")

    with page.expect_download() as waited:
        admin.get_by_role("link", name="Cases as CSV").click()
    waited.value.save_as(tmp_path / "cases.csv")

    assert waited.value.suggested_filename.startswith("makegood-complaints-")
    assert len((tmp_path / "cases.csv").read_text("utf-8-sig").splitlines()) > 60


def test_parked_work_is_tried_again_and_the_page_says_so(admin: Frame) -> None:
    go(admin, "health")
    again = admin.get_by_role("button", name=re.compile("^Try again: "))
    before = again.count()
    assert before > 0

    again.first.click()

    expect(again).to_have_count(before - 1)
    expect(admin.get_by_role("status")).to_have_text("It is in line again.")


def test_the_log_is_filtered_from_its_form(admin: Frame) -> None:
    go(admin, "health/audit")

    admin.get_by_label("Who").fill("cli")
    admin.get_by_role("button", name="Show").click()

    expect(admin.get_by_label("Who")).to_have_value("cli")
    expect(admin.locator(".log tbody tr").first).to_contain_text("policy published")
    assert {cell.inner_text() for cell in admin.locator(".log tbody td:nth-child(2)").all()} == {"cli"}


def test_what_is_sought_is_sought_as_it_was_written(admin: Frame) -> None:
    go(admin, "health/audit")

    admin.get_by_label("About").fill("50%20off & more")
    admin.get_by_role("button", name="Show").click()

    expect(admin.locator("[data-download*='50%2520off']")).to_be_visible()
    expect(admin.get_by_label("About")).to_have_value("50%20off & more")


def test_a_team_gets_its_digest_from_the_form_and_loses_it_again(busy: Workspace, admin: Frame) -> None:
    go(admin, "switches")
    admin.locator("summary", has_text="Add a team").click()
    form = admin.locator("form", has=admin.locator("#digest-new-name"))

    form.get_by_label("Team", exact=True).fill("Night shift")
    form.get_by_label("Late delivery").check()
    form.get_by_label("Slow answer").check()
    form.get_by_role("button", name="Save the digest").click()

    expect(admin.locator(".said")).to_have_text("The digest is saved.")
    with busy.site.parts.database.read() as conn:
        assert team_of(conn, "Night shift").causes == ("late_delivery", "slow_answer")
    admin.locator("summary", has_text="Night shift").click()
    admin.get_by_role("button", name="End the digest: Night shift").click()
    expect(admin.locator(".said")).to_have_text("The team gets no digest any more.")
    expect(admin.locator("summary", has_text="Night shift")).to_have_count(0)


def test_nothing_overflows_320_pixels(admin: Frame) -> None:
    for place in PLACES:
        go(admin, place)
        admin.evaluate("() => { document.body.style.width = '320px' }")

        assert (place, admin.evaluate("() => document.body.scrollWidth <= 320")) == (place, True)
