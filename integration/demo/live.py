"""Lets the people of the made-up history write on, and tells what Makegood makes of it."""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, NoReturn

import requests

from integration.demo import witness
from integration.demo.stage import Stage, StageError
from integration.demo.story import ANGRY
from integration.demo.witness import Hero
from integration.rehearsal.history import live_tickets
from integration.store.complaints import Complaint

EVERY_SECONDS = 7.0
LOOK_SECONDS = 0.5
NOTE_WITHIN_SECONDS = 20.0
HISTORY_SEED = 1
WATCHED = 20  # the newest tickets; what was not a complaint by then hardly becomes one

Say = Callable[[str], None]


def write_again(stage: Stage) -> tuple[int, Hero]:
    """Let somebody complain again about a settled matter; return the ticket, with Makegood's note on it.

    Raises `StageError` when the note does not come.
    """
    try:
        hero = witness.somebody_with_a_past(stage.parts)
        ticket = stage.zendesk.write_in(
            requester_id=hero.requester_id,
            subject=f"Order {hero.reference}: still nothing",
            body=ANGRY.format(reference=hero.reference),
            channel="email",
        )
    except (LookupError, requests.RequestException) as error:
        raise StageError(f"Nobody could complain again: {error}.") from error
    ticket_id = int(ticket["id"])
    deadline = time.monotonic() + NOTE_WITHIN_SECONDS
    while not witness.is_posted(stage.parts, ticket_id):
        _look_for_the_dead(stage)
        if time.monotonic() > deadline:
            raise StageError(
                f"Makegood posted no note on ticket {ticket_id} within {NOTE_WITHIN_SECONDS:.0f} s."
            )
        time.sleep(0.1)
    return ticket_id, hero


def keep_writing(stage: Stage, say: Say) -> NoReturn:
    """Send a ticket or comment every few seconds; raises `StageError` when a process dies."""
    coming = live_tickets(HISTORY_SEED, stage.zendesk.now())
    written: list[tuple[int, int]] = []
    unjudged: deque[int] = deque(maxlen=WATCHED)
    while True:
        try:
            _write(stage, next(coming), written, unjudged, say)
        except requests.RequestException as error:
            raise StageError(f"The rehearsal Zendesk does not answer ({type(error).__name__}).") from error
        until = time.monotonic() + EVERY_SECONDS
        while time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            _look_for_the_dead(stage)
            _tell_news(stage, unjudged, say)


def _write(
    stage: Stage, item: dict[str, Any], written: list[tuple[int, int]], unjudged: deque[int], say: Say
) -> None:
    if item["kind"] == "ticket":
        ticket = stage.zendesk.write_in(
            requester=item["requester"],
            subject=item["subject"],
            body=item["body"],
            channel=item["channel"],
            tags=item["tags"],
        )
        written.append((ticket["id"], ticket["requester_id"]))
        unjudged.append(ticket["id"])
        say(_line(ticket["id"], f"new: “{item['subject']}”"))
    else:
        ticket_id, requester_id = written[item["ticket"]]
        stage.zendesk.comment(ticket_id, requester_id, item["body"])
        say(_line(ticket_id, "its requester writes again"))


def _tell_news(stage: Stage, unjudged: deque[int], say: Say) -> None:
    for ticket_id in tuple(unjudged):
        found = witness.complaint(stage.parts, ticket_id)
        if found is not None and witness.is_posted(stage.parts, ticket_id):
            unjudged.remove(ticket_id)
            say(_line(ticket_id, _in_words(found)))
            say(f"{'':17}{stage.zendesk.url}/agent/tickets/{ticket_id}")


def _in_words(found: Complaint) -> str:
    kind = found.assessment.category.replace("_", " ")
    again = f", the same matter as #{found.repeat.ticket_id}" if found.repeat else ""
    return f"is a complaint: {kind}, severity {found.assessment.band}{again}; note posted"


def _line(ticket_id: int, what: str) -> str:
    return f"{datetime.now().astimezone():%H:%M:%S}  #{ticket_id}  {what}"


def _look_for_the_dead(stage: Stage) -> None:
    if told := stage.obituary():
        raise StageError(told)
