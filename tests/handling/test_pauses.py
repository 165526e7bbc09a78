"""A step that pauses with the ticket stays silent while the requester is to answer, and then speaks."""

from dataclasses import replace

from integration.policies.shelf import SHIPPED
from integration.store import audit_log
from tests.handling.installation import Installation

HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")
STEP = "    note: update\n"


def test_a_paused_step_waits_for_the_ticket_and_says_so(makegood: Installation) -> None:
    text = HOUSE.replace(STEP, STEP + "    paused_by: [pending, hold]\n")
    assert text != HOUSE
    makegood.parts = replace(makegood.parts, shelf=makegood.parts.shelf.overlaid({"house.yaml": text}))
    ticket_id = makegood.write_in()
    makegood.live()
    # In the complaint's own second, an answer may have been before it.
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="pending")
    makegood.live()
    before = len(makegood.notes(ticket_id))

    # Three business days later the update is due, and the ticket still waits for the requester.
    makegood.pass_time(days=4)
    makegood.live()

    assert len(makegood.notes(ticket_id)) == before
    with makegood.parts.database.read() as conn:
        logged = audit_log.entries(conn, subject=f"ticket:{ticket_id}")
    assert logged[0].action == "follow-up waits"
    assert logged[0].after["status"] == "pending"

    makegood.pass_time(hours=1)
    makegood.change(ticket_id, status="open")
    makegood.live()

    assert len(makegood.notes(ticket_id)) == before + 1
