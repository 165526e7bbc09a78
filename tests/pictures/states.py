"""What is photographed: each state with its colours, width and language, and how to get there."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Frame, Page, expect

WIDE, NARROW, PANEL = 1360, 360, 320
OFFLINE = "**/facts?*"

Act = Callable[[Page, Frame], None]


@dataclass(frozen=True, slots=True)
class State:
    """One picture. `ticket` names one of the stage's tickets; without it the admin page opens at `place`.

    `is_whole` shows the workspace around the app too; of a tall page only the top `tallest` pixels are shown.
    """

    name: str
    scheme: str
    locale: str
    width: int
    ticket: str | None = None
    place: str = ""
    act: Act | None = None
    is_whole: bool = False
    tallest: int = 4000


def _preview(page: Page, frame: Frame) -> None:
    frame.locator("[data-act=preview]").first.click()
    expect(frame.locator(".letter")).to_be_visible()


def _unfold(page: Page, frame: Frame) -> None:
    for summary in frame.locator("summary").all():
        summary.click()


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
)

# Kept beside the README, so small.
FOR_THE_README = (
    State("sidebar", "light", "en-US", 1240, ticket="repeat", is_whole=True, tallest=900),
    State("reports", "light", "en-US", 1160, place="reports?period=90", tallest=760),
)
