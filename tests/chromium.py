"""The one browser of a test session: Debian's Chromium, or Playwright's own where that is not installed."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

# The list of disabled features replaces Playwright's own, which would switch off the partitioning of storage
# that real browsers have. Without a process of its own a frame takes every click: in another process one that
# comes within some 30 ms of a resize reaches the page around it, and Playwright clicks as fast as that.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-site-isolation-trials",
    "--disable-features=Translate,IsolateOrigins,site-per-process",
]


# A page on a busy machine may need longer than Playwright's five seconds.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The running browser; each test opens a context of its own. Playwright allows one a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()
