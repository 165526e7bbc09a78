"""Lets the people of the made-up history write on, so that the demo has something to work on."""

import time
from collections.abc import Callable
from typing import NoReturn

import requests

from integration.demo import witness
from integration.demo.stage import Stage, StageError
from integration.rehearsal.history import live_tickets

EVERY_SECONDS = 7.0
HISTORY_SEED = 1


def keep_writing(stage: Stage, say: Callable[[str], None]) -> NoReturn:
    """Send a ticket or comment every few seconds; raises `StageError` when a process dies."""
    coming = live_tickets(HISTORY_SEED, stage.zendesk.now())
    written: list[tuple[int, int]] = []
    while True:
        item = next(coming)
        try:
            if item["kind"] == "ticket":
                ticket = stage.zendesk.write_in(
                    requester=item["requester"],
                    subject=item["subject"],
                    body=item["body"],
                    channel=item["channel"],
                    tags=item["tags"],
                )
                written.append((ticket["id"], ticket["requester_id"]))
                say(f"#{ticket['id']}  {stage.zendesk.url}/agent/tickets/{ticket['id']}")
            else:
                ticket_id, requester_id = written[item["ticket"]]
                stage.zendesk.comment(ticket_id, requester_id, item["body"])
                say(f"#{ticket_id}  its requester writes again")
        except requests.RequestException as error:
            raise StageError(f"The rehearsal Zendesk does not answer ({type(error).__name__}).") from error
        time.sleep(EVERY_SECONDS)
        if dead := stage.has_died():
            raise StageError(f"{dead} ended by itself; its log is in {stage.data_dir}.")
        if item["kind"] == "ticket" and (found := witness.complaint(stage.parts, written[-1][0])):
            say(f"#{found.ticket_id}  complaint: {found.assessment.category}, {found.assessment.band}")
