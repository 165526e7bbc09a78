"""The admin page's editors as an admin uses them: in Zendesk's frame, by keyboard, light and dark, narrow."""

import io
import re
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, expect

from integration.domain.letter import is_unedited
from integration.store import editions, suggestion_uses
from integration.store.editions import POLICIES, TEMPLATES, State
from tests.browser.conftest import Workspace
from tests.browser.sidebar import composer, opened
from tests.web.installation import ROOT

pytestmark = pytest.mark.browser

APOLOGY = "templates/letter/apology/en"
HOUSE = "policies/text/house.yaml"
OLD = "I am sorry that this was your experience."
EDITOR = ROOT / "integration" / "web" / "editor"


@pytest.fixture(autouse=True)
def _nothing_published(workspace: Workspace) -> Iterator[None]:
    """Leave the installation as every other test expects it."""
    yield
    with workspace.site.parts.database.write() as conn:
        for prefix in (TEMPLATES, POLICIES):
            for path in editions.in_state(conn, prefix, State.DRAFT):
                editions.discard_draft(conn, path)
            for path in editions.in_state(conn, prefix, State.PUBLISHED):
                while editions.roll_back(conn, path, now=workspace.site.parts.clock()):
                    pass


@pytest.fixture
def admin(workspace: Workspace, page: Page) -> Frame:
    page.goto(f"{workspace.zendesk.url}/agent?agent={workspace.admin_id}")
    page.get_by_role("link", name="Makegood").first.click()
    frame = workspace.frame(page, "admin")
    expect(frame.locator(".board")).to_contain_text("Makegood observes")
    return frame


def go(admin: Frame, place: str) -> None:
    admin.evaluate("(place) => { location.hash = place }", place)
    expect(admin.locator(".board:not([aria-busy]) h2")).to_be_visible()


def edit(admin: Frame, place: str = APOLOGY) -> None:
    go(admin, place)
    expect(admin.locator(".cm-content")).to_be_visible()
    expect(admin.locator(".findings")).not_to_be_empty()


def replace(page: Page, admin: Frame, old: str, new: str) -> None:
    """Type `new` over the line that holds `old`."""
    admin.locator(".cm-line", has_text=old).first.click(click_count=3)
    page.keyboard.press("Delete")
    page.keyboard.insert_text(new)


def violations(admin: Frame, axe: str) -> list[object]:
    admin.evaluate(axe)
    found = admin.evaluate("() => axe.run()")
    return [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]]


def test_an_error_shows_by_its_line_as_one_types_and_goes_when_it_is_put_right(
    page: Page, admin: Frame
) -> None:
    edit(admin)

    replace(page, admin, OLD, "I am sorry about {{ mater.about }}.\n")
    expect(admin.locator(".findings")).to_contain_text("Line 13")
    expect(admin.locator(".findings")).to_contain_text("mater")
    expect(admin.locator("[data-act=publish]")).to_be_disabled()
    expect(admin.locator(".cm-lintRange-error")).to_be_visible()

    replace(page, admin, "mater.about", "I am sorry.\n")
    expect(admin.locator(".findings")).to_contain_text("Nothing to object to.")
    expect(admin.locator("[data-act=publish]")).to_be_enabled()


def test_the_preview_follows_the_text_on_a_past_ticket_in_any_language(page: Page, admin: Frame) -> None:
    edit(admin)
    preview = admin.locator(".preview")
    admin.get_by_label("Find by number or name").fill("12")
    expect(admin.get_by_label("Past ticket")).to_have_value("12")
    expect(preview).to_contain_text("AF-123456")

    replace(page, admin, OLD, "We are truly sorry, {{ requester.first_name }}.\n")
    expect(preview).to_contain_text("We are truly sorry, Mary.")

    admin.locator("#language").select_option("de")
    expect(preview.locator("[lang=de]")).to_be_visible()
    admin.get_by_role("button", name="Dark").click()
    expect(preview).to_have_attribute("data-color-scheme", "dark")


def test_values_are_completed_while_typing(page: Page, admin: Frame) -> None:
    edit(admin)

    replace(page, admin, OLD, "{{ ")
    page.keyboard.type("out")

    option = admin.locator(".cm-tooltip-autocomplete [role=option]").first
    expect(option).to_contain_text("outside_body")
    # A choice that has just appeared is not taken by a key that was meant for the text.
    page.wait_for_timeout(150)
    page.keyboard.press("Enter")
    expect(admin.locator(".cm-line", has_text="{{ outside_body")).to_be_visible()


def test_a_letter_is_published_compared_and_rolled_back(
    workspace: Workspace, page: Page, admin: Frame
) -> None:
    edit(admin)
    replace(page, admin, OLD, "We are truly sorry.\n")
    expect(admin.locator(".preview")).to_contain_text("We are truly sorry.")
    admin.get_by_label("What changed").fill("Warmer")

    admin.get_by_role("button", name="Publish").click()
    expect(admin.locator("[role=status].said")).to_contain_text("It is in force")
    expect(admin.locator(".versions")).to_contain_text("Warmer")
    card = next(c for c in workspace.site.parts.library.cards() if (c.id, c.locale) == ("apology", "en"))
    assert "We are truly sorry." in card.text

    edit(admin)
    replace(page, admin, "truly sorry", "Sorry.\n")
    page.keyboard.press("Control+s")
    expect(admin.locator("[role=status].said")).to_contain_text("draft is saved")
    expect(admin.locator(".preview")).to_contain_text("Sorry.")
    admin.get_by_role("link", name="Compare version 1").click()
    expect(admin.locator(".diff del")).to_have_text("We are truly sorry.")
    expect(admin.locator(".diff ins")).to_have_text("Sorry.")

    admin.get_by_role("button", name="Roll back").click()
    expect(admin.locator("[role=status].said")).to_contain_text("Rolled back")
    card = next(c for c in workspace.site.parts.library.cards() if (c.id, c.locale) == ("apology", "en"))
    assert OLD in card.text


def test_a_text_that_was_left_unsaved_is_there_again(page: Page, admin: Frame) -> None:
    edit(admin)
    replace(page, admin, OLD, "Unsaved words.\n")

    admin.get_by_role("link", name="Health").click()
    expect(admin.locator(".board")).to_contain_text("Makegood observes")
    edit(admin)

    expect(admin.locator(".cm-content")).to_contain_text("Unsaved words.")
    expect(admin.locator("[role=status].said")).to_contain_text("not saved yet")


def test_without_its_bundle_the_editor_is_a_text_area_that_works(page: Page, admin: Frame) -> None:
    page.context.route("**/vendor/editor.js*", lambda route: route.abort())
    go(admin, APOLOGY)
    area = admin.locator("textarea#text")
    expect(area).to_be_visible()

    area.fill(area.input_value().replace(OLD, "{{ nothing.here }}"))

    expect(admin.locator(".findings")).to_contain_text("nothing")
    admin.locator(".findings button").click()
    expect(area).to_be_focused()


def test_texts_are_exported_and_imported(page: Page, admin: Frame, tmp_path: Path) -> None:
    edit(admin)
    replace(page, admin, OLD, "Exported words.\n")
    admin.get_by_role("button", name="Publish").click()
    expect(admin.locator("[role=status].said")).to_contain_text("It is in force")
    go(admin, "templates")

    with page.expect_download() as download:
        admin.get_by_role("link", name="Export").click()
    exported = tmp_path / "exported.zip"
    download.value.save_as(exported)
    content = zipfile.ZipFile(io.BytesIO(exported.read_bytes())).read("apology/en.md.j2").decode()
    assert "Exported words." in content

    changed = tmp_path / "changed.zip"
    with zipfile.ZipFile(changed, "w") as archive:
        archive.writestr("apology/en.md.j2", content.replace("Exported words.", "Imported words."))
    admin.get_by_label("Zip of texts").set_input_files(changed)
    admin.get_by_role("button", name="Import as drafts").click()
    expect(admin.locator("#imported")).to_contain_text("One text differs")
    admin.locator("#imported summary").click()
    expect(admin.locator("#imported ins")).to_have_text("Imported words.")


def test_a_policy_is_changed_by_its_form_tried_on_the_past_and_published(
    workspace: Workspace, page: Page, admin: Frame
) -> None:
    edit(admin, HOUSE)
    publish = admin.get_by_role("button", name="Publish")
    expect(publish).to_be_disabled()

    step = admin.get_by_role("group", name="First reply").nth(1)
    step.get_by_label("Due after").fill("10")
    step.get_by_label("Unit").select_option("minutes")

    admin.get_by_role("button", name="Run it").click()
    expect(admin.locator("[data-rehearsal]")).to_contain_text(re.compile(r"Would have reminded \d+ times?\."))
    expect(publish).to_be_enabled()
    publish.click()
    expect(admin.locator("[role=status].said")).to_contain_text("It is in force")
    policy = workspace.site.parts.shelf.current(workspace.site.parts.clock())
    assert policy.version == 2
    assert policy.steps[1].limit.counts[0].delay.amount == 10


def test_a_value_that_does_not_fit_is_refused_in_words(admin: Frame) -> None:
    edit(admin, HOUSE)

    admin.get_by_label("Time zone").fill("Nowhere")
    admin.get_by_label("Title").focus()

    expect(admin.locator("[role=status].said")).to_contain_text("is no time zone")
    expect(admin.locator(".cm-content")).not_to_contain_text("Nowhere")


def test_a_template_is_edited_and_saved_with_the_keyboard_alone(page: Page, admin: Frame) -> None:
    go(admin, "templates")
    admin.get_by_label("Find a template").focus()
    page.keyboard.type("apology.warm")
    expect(admin.locator(".families > li:visible")).to_have_count(1)
    admin.locator(".families > li:visible a[title=English]").focus()
    page.keyboard.press("Enter")
    expect(admin.locator(".cm-content")).to_be_visible()
    expect(admin.locator("#heading")).to_be_focused()

    for _ in range(30):
        page.keyboard.press("Tab")
        if admin.evaluate("() => document.activeElement.classList.contains('cm-content')"):
            break
    page.keyboard.press("Control+End")
    page.keyboard.type(" ")
    page.keyboard.press("Tab")

    assert not admin.evaluate("() => document.activeElement.classList.contains('cm-content')")
    page.keyboard.press("Control+s")
    expect(admin.locator("[role=status].said")).to_contain_text("draft is saved")


def test_a_letter_that_was_sent_as_inserted_counts_as_unedited(workspace: Workspace, page: Page) -> None:
    sidebar = opened(workspace, page)
    sidebar.locator("[data-act=preview]").first.click()
    template_id = sidebar.locator("li[data-template]").first.get_attribute("data-template") or ""
    with page.expect_response("**/used"):
        sidebar.locator("[data-act=insert]").first.click()
    sent, now = composer(page).inner_text(), workspace.site.parts.clock()

    with workspace.site.parts.database.write() as conn:
        suggestion_uses.compare(conn, workspace.ticket_id, now, lambda letter: is_unedited(letter, sent))
        uses = suggestion_uses.counts(conn, since=now - timedelta(hours=1))[template_id]

    assert uses.unedited >= 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_overflows_on_any_page(
    page: Page, admin: Frame, axe: str, scheme: str
) -> None:
    admin.evaluate("(scheme) => { document.documentElement.dataset.colorScheme = scheme }", scheme)
    for place in ("templates", "policies"):
        go(admin, place)
        for summary in admin.locator("summary").all()[:3]:
            summary.click()
        assert violations(admin, axe) == [], place
    for place in (
        f"{APOLOGY}?compare=in_force",
        "templates/note/update/en",
        HOUSE,
        "policies/text/rules.yaml",
    ):
        edit(admin, place)
        replace(page, admin, "e", "{{ broken ")
        expect(admin.locator(".findings")).to_contain_text("cannot come into force")
        assert violations(admin, axe) == [], place
    page.set_viewport_size({"width": 400, "height": 900})
    for place in ("templates", APOLOGY, "policies", HOUSE):
        go(admin, place)
        admin.evaluate("() => { document.documentElement.style.width = '320px' }")
        assert admin.evaluate("() => document.body.scrollWidth") <= 320, place
        assert violations(admin, axe) == [], place


def test_the_bundle_in_the_package_is_built_from_its_source(tmp_path: Path) -> None:
    subprocess.run([str(EDITOR / "build.sh"), str(tmp_path)], check=True, timeout=240)

    for name in ("editor.js", "editor.LICENSE.txt"):
        shipped = ROOT / "integration" / "web" / "static" / "vendor" / name
        assert (tmp_path / name).read_bytes() == shipped.read_bytes(), f"run {EDITOR.name}/build.sh"
