"""What is photographed: each state with its colours, width and language, and how to get there."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from playwright.sync_api import Frame, Page, expect

from integration.parts import Parts
from integration.store.tables import tickets
from tests.browser import states as panel

WIDE, NARROW, PANEL = 1360, 360, 320
OFFLINE = "**/facts?*"

Act = Callable[[Page, Frame], None]
Prepare = Callable[[Parts, int], None]


@dataclass(frozen=True, slots=True)
class State:
    """One picture. `ticket` names one of the stage's tickets; without it the admin page opens at `place`.

    `prepare` brings a ticket into its state first; `answer` is what the server says instead of the facts.
    `is_whole` shows the workspace around the app too; of a tall page only the top `tallest` pixels are shown.
    """

    name: str
    scheme: str
    locale: str
    width: int
    ticket: str | None = None
    place: str = ""
    act: Act | None = None
    prepare: Prepare | None = None
    answer: int | None = None
    is_whole: bool = False
    tallest: int = 4000


def _preview(page: Page, frame: Frame) -> None:
    frame.locator("[data-act=preview]").first.click()
    expect(frame.locator(".letter")).to_be_visible()


def _unfold(page: Page, frame: Frame) -> None:
    frame.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true })")


def _clocks(page: Page, frame: Frame) -> None:
    clocks = frame.locator("details[data-key=clocks]")
    clocks.evaluate(
        "(part) => [part, ...part.querySelectorAll('details')].forEach((each) => { each.open = true })"
    )


def _choose_requester(page: Page, frame: Frame) -> None:
    page.get_by_label("Requester").fill("a")
    page.locator("#people button").first.click()
    expect(frame.locator(".answer").first).to_be_visible()


def _forget(parts: Parts, ticket_id: int) -> None:
    with parts.database.write() as conn:
        conn.execute(sa.delete(tickets).where(tickets.c.id == ticket_id))


def _importing(parts: Parts, ticket_id: int) -> None:
    panel.importing(parts, is_running=True)


def _imported(parts: Parts, ticket_id: int) -> None:
    panel.importing(parts, is_running=False)


def _lose_the_server(page: Page, frame: Frame) -> None:
    page.context.route(OFFLINE, lambda route: route.fulfill(status=503, body=""))
    frame.locator("details[data-key=why] > summary").click()
    frame.locator("[data-focus=correct]").click()
    expect(frame.locator(".notice--offline")).to_be_visible()


def _open_numbers(page: Page, frame: Frame) -> None:
    frame.locator("details.numbers summary").first.click()


STATES = (
    State("01-repeat-light-en", "light", "en-US", PANEL, ticket="repeat"),
    State("02-letter-dark-en", "dark", "en-US", PANEL, ticket="repeat", act=_preview),
    State("03-unfolded-light-ru", "light", "ru", PANEL, ticket="repeat", act=_unfold),
    State("04-nothing-before-light-de", "light", "de", PANEL, ticket="calm"),
    State("05-server-away-dark-es", "dark", "es", PANEL, ticket="repeat", act=_lose_the_server),
    State("06-workspace-light-en", "light", "en-US", WIDE, ticket="repeat", is_whole=True),
    State("07-workspace-dark-fr", "dark", "fr", WIDE, ticket="repeat", act=_preview, is_whole=True),
    State("08-health-light-en", "light", "en-US", WIDE, place="health"),
    State("09-health-dark-pt-narrow", "dark", "pt-BR", NARROW, place="health"),
    State("10-reports-light-en", "light", "en-US", WIDE, place="reports?period=90"),
    State("11-reports-dark-fr", "dark", "fr", WIDE, place="reports?period=90", act=_open_numbers),
    State("12-reports-light-es-narrow", "light", "es", NARROW, place="reports?period=90"),
    State("13-cases-light-de", "light", "de", WIDE, place="reports/cases?period=90&figure=promises_kept"),
    State("14-audit-dark-ru", "dark", "ru", WIDE, place="health/audit"),
    State("15-templates-light-en", "light", "en-US", WIDE, place="templates"),
    State("16-policies-dark-de", "dark", "de", WIDE, place="policies"),
    State("20-new-ticket-light-ru", "light", "ru", PANEL, ticket="new", act=_choose_requester),
    State("21-new-ticket-dark-en", "dark", "en-US", WIDE, ticket="new", is_whole=True),
    State("22-alerts-dark-de", "dark", "de", PANEL, ticket="first", prepare=panel.alarmed),
    State("23-unsure-light-fr", "light", "fr", PANEL, ticket="second", prepare=panel.unsure),
    State("24-detached-dark-pt", "dark", "pt-BR", PANEL, ticket="third", prepare=panel.detached),
    State("25-importing-light-es", "light", "es", PANEL, ticket="calm", prepare=_importing),
    State("26-unknown-dark-fr", "dark", "fr", PANEL, ticket="fourth", prepare=_forget),
    State("27-expired-light-pt", "light", "pt-BR", PANEL, ticket="calm", prepare=_imported, answer=401),
    State("28-refused-dark-de", "dark", "de", PANEL, ticket="calm", answer=403),
    State("29-away-light-ru", "light", "ru", PANEL, ticket="calm", answer=503),
    State("30-busy-light-es", "light", "es", PANEL, ticket="fifth", prepare=panel.busy, act=_unfold),
    State("31-clocks-dark-ru", "dark", "ru", PANEL, ticket="fifth", act=_clocks),
    State("32-busy-light-fr", "light", "fr", PANEL, ticket="fifth", act=_unfold),
    State("33-busy-dark-pt", "dark", "pt-BR", PANEL, ticket="fifth", act=_unfold),
    State("34-clocks-light-de", "light", "de", PANEL, ticket="fifth", act=_clocks),
    State("35-busy-dark-en", "dark", "en-US", PANEL, ticket="fifth", act=_unfold),
)

# Kept beside the README, so small.
FOR_THE_README = (
    State("sidebar", "light", "en-US", 1240, ticket="repeat", is_whole=True, tallest=900),
    State("reports", "light", "en-US", 1160, place="reports?period=90", tallest=760),
)
