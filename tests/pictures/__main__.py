"""Builds a demo, photographs every state and writes the pictures into a folder."""

import argparse
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from playwright.sync_api import Browser, Error, Frame, Page, sync_playwright
from rich.console import Console

from integration.commands.backfill import run_backfill
from integration.demo.live import write_again
from integration.demo.stage import Stage
from integration.domain.ticket import Requester
from integration.handling.connect import connect
from integration.store import requesters
from integration.store.tables import complaints
from integration.web.words import words_for
from tests.chromium import FLAGS
from tests.pictures.states import FOR_THE_README, OFFLINE, STATES, State
from tests.web import reported

SEED_TICKETS = 700
CALM = "Could you tell me which sizes the blue jacket comes in? Thank you."
REPORTED = 900_000
OTHERS = ("first", "second", "third", "fourth", "fifth")
SETTLED = "() => !document.querySelector('[aria-busy=true]')"


def main() -> int:
    """Return the number of states that could not be photographed."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("pictures"), help="folder (default: pictures)")
    parser.add_argument("--only", default="", help="part of the names of the states to photograph")
    parser.add_argument("--for-readme", action="store_true", help="the few that the README shows")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    wanted = [state for state in (FOR_THE_README if given.for_readme else STATES) if given.only in state.name]
    with tempfile.TemporaryDirectory() as folder, Stage(Path(folder)) as stage:
        tickets = furnish(stage)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            failed = [state for state in wanted if not taken(browser, stage, tickets, state, given.output)]
            browser.close()
    sys.stdout.write(f"{len(wanted) - len(failed)} of {len(wanted)} pictures in {given.output}\n")
    return len(failed)


def furnish(stage: Stage) -> dict[str, int]:
    """Set the stage up like the demo, with a report worth looking at; return its tickets by name."""
    stage.open_zendesk(seed_tickets=SEED_TICKETS)
    connect(stage.parts)
    run_backfill(stage.parts, Console(stderr=True, quiet=True))
    reported.tell(stage.parts.database, stage.parts.clock(), count=160, first=REPORTED, is_hostile=False)
    stage.open_makegood()
    repeat, _ = write_again(stage)
    stranger = {"name": "Noa Newcomer", "email": "noa@mail.example", "locale": "en-GB"}
    calm = stage.zendesk.write_in(requester=stranger, subject="Sizes", body=CALM, channel="email")
    stage.zendesk.wait_until_delivered()
    return {"repeat": repeat, "calm": int(calm["id"])} | others(stage)


def others(stage: Stage) -> dict[str, int]:
    """Return complaints that are still open, to bring into the states that the demo does not have."""
    # The report's complaints are none of Zendesk's tickets.
    open_ones = sa.select(complaints.c.ticket_id).where(
        complaints.c.state.in_(("suspected", "confirmed")), complaints.c.ticket_id < REPORTED
    )
    with stage.parts.database.read() as conn:
        found = conn.scalars(open_ones.order_by(complaints.c.received_at.desc()).limit(len(OTHERS) + 1))
        return dict(zip(OTHERS, list(found)[1:], strict=True))


def taken(browser: Browser, stage: Stage, tickets: dict[str, int], state: State, output: Path) -> bool:
    """Photograph one state; False, with a word on why, where it did not come about."""
    height = min(1000, state.tallest) if state.is_whole else 1400
    # The panel stands beside the conversation; only its own frame is 320 pixels wide.
    width = max(1160, state.width) if state.ticket else state.width
    context = browser.new_context(
        viewport={"width": width, "height": height}, timezone_id="Europe/Berlin", color_scheme="light"
    )
    page = context.new_page()
    try:
        if state.prepare:
            state.prepare(stage.parts, tickets[state.ticket or "calm"])
        if state.answer:
            refused = words_for(state.locale)("refusal.not_your_ticket")
            answer = {"status": state.answer, "json": {"message": refused}}
            context.route(OFFLINE, lambda route: route.fulfill(**answer))
        frame = opened(page, stage, tickets, state)
        if state.act:
            state.act(page, frame)
        frame.wait_for_function(SETTLED)
        page.wait_for_timeout(400)
        photograph(page, frame, state, output / f"{state.name}.png")
    except (Error, LookupError, AssertionError) as error:
        # The other pictures are wanted all the same.
        sys.stderr.write(f"{state.name}: {str(error).splitlines()[0]}\n")
        return False
    finally:
        context.close()
    return True


def opened(page: Page, stage: Stage, tickets: dict[str, int], state: State) -> Frame:
    """Open the workspace in the state's colours, as a person of its language, and return the app's frame."""
    reader = admin_of(stage)
    with stage.parts.database.write() as conn:
        requesters.save(conn, replace(reader, locale=state.locale), order="~")
    workspace = f"{stage.zendesk.url}/agent"
    page.goto(f"{workspace}?agent={reader.id}")
    if state.scheme == "dark":
        page.locator("[data-scheme-switch]").click()
    place, location = (
        (f"{workspace}/tickets/{tickets.get(state.ticket, 'new')}", "sidebar")
        if state.ticket
        else (f"{workspace}/apps/nav_bar", "admin")
    )
    page.goto(f"{place}?agent={reader.id}")
    frame = frame_of(page, f"{stage.parts.settings.public_url}/app/{location}")
    frame.evaluate("(scheme) => { document.documentElement.dataset.colorScheme = scheme }", state.scheme)
    frame.wait_for_function(SETTLED)
    if state.place:
        frame.evaluate("(place) => { location.hash = place }", state.place)
        page.wait_for_timeout(500)
        frame.wait_for_function(SETTLED)
    return frame


def admin_of(stage: Stage) -> Requester:
    me = stage.parts.zendesk.me()
    with stage.parts.database.read() as conn:
        return requesters.get(conn, me.id) or me


def frame_of(page: Page, address: str) -> Frame:
    for _ in range(200):
        for frame in page.frames:
            if frame.url.startswith(address):
                frame.wait_for_load_state()
                return frame
        page.wait_for_timeout(50)
    raise LookupError(f"no frame of {address}")


def photograph(page: Page, frame: Frame, state: State, file: Path) -> None:
    page.evaluate("() => document.querySelectorAll('.toast').forEach((toast) => toast.remove())")
    if state.is_whole:
        page.screenshot(path=file)
        return
    element = frame.frame_element()
    tall = min(frame.evaluate("() => document.body.scrollHeight"), state.tallest)
    element.evaluate(
        "(e, size) => { for (const [k, v] of Object.entries(size)) e.style[k] = v; }",
        {"height": f"{tall}px", "width": f"{state.width}px", "maxHeight": "none"},
    )
    size = page.viewport_size or {"width": state.width, "height": 1000}
    page.set_viewport_size({"width": size["width"], "height": tall + 400})
    frame.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.wait_for_timeout(200)
    element.screenshot(path=file)


if __name__ == "__main__":
    sys.exit(main())
