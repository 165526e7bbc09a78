"""A dry run says of the past what the engine did in it: the same history, played by both."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from integration.handling.rehearse import dry_run
from integration.policies.shelf import SHIPPED
from tests.handling.installation import ANGRY, Installation

HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")
STRICT = HOUSE.replace(
    "    note: update\n",
    "    note: update\n    cancelled_by: [requester_wrote]\n"
    "    escalate: [{after: {amount: 2, unit: business_days}, reach: note}]\n",
)
DAYS = 24


@pytest.fixture
def a_month(makegood: Installation) -> Installation:
    """A month of complaints that went in every way, worked by the engine as it came."""
    parts = makegood.parts
    makegood.parts = replace(parts, shelf=parts.shelf.overlaid({"house.yaml": STRICT}))
    acts = script(makegood)
    for _ in range(DAYS):
        next(acts, None)
        makegood.live()
        for _ in range(2):
            makegood.pass_time(hours=12)
            makegood.live()
    return makegood


def script(makegood: Installation) -> Iterator[None]:
    """Do what happens on each day."""
    names = ("Ana Silva", "Li Wei", "Tom Hill", "Eva Koch", "Max Bauer", "Ida Holm", "Jan Vos", "Zoe Day")
    _silent, closed, slow, untold, gone, again, reopened, thanked = (
        makegood.write_in(ANGRY, name=name) for name in names
    )
    makegood.live()
    makegood.control("DELETE", f"tickets/{gone}")
    yield
    for ticket_id in (closed, slow, again, reopened, thanked):
        makegood.reply(ticket_id)
    makegood.change(untold, status="solved")
    yield
    for ticket_id in (closed, again, reopened, thanked):
        makegood.pass_time(minutes=1)
        makegood.change(ticket_id, status="solved")
    yield
    makegood.write_again(again, "The new one is broken as well.")
    makegood.write_again(thanked, "Thank you!")
    yield
    makegood.change(closed, status="closed")
    makegood.write_again(reopened, "It is still broken!")
    yield
    for _ in range(4):
        yield
    makegood.reply(slow)
    makegood.reply(reopened)
    yield
    makegood.change(slow, status="solved")
    makegood.change(reopened, status="solved")
    yield


def spoken(makegood: Installation) -> Counter[tuple[int, str]]:
    """Count what the engine said, by ticket and step."""
    return Counter(
        (ticket_id, name)
        for ticket_id in range(1, 9)
        for name, status, _ in makegood.fates(ticket_id)
        if status == "posted" and name != "tell_customer"
    )


def test_a_dry_run_counts_the_reminders_that_the_engine_sent(a_month: Installation) -> None:
    run = dry_run(a_month.parts, {}, 60, with_suggestions=False)

    said = Counter((one.ticket_id, one.step) for one in run.examples if one.spoke)
    assert {step for _, step in said} == {"first_reply", "update", "update.1", "check_in"}
    assert said == spoken(a_month)
    assert said.total() == run.reminders
