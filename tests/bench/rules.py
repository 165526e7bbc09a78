"""What judging a ticket's words costs, the learned part included, and filling a template."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from integration.app import policy_folders, template_folders
from integration.domain import complaint
from integration.domain.complaint import Text
from integration.domain.history import History
from integration.domain.ticket import Requester, Status, Ticket
from integration.learned.encoder import load_encoder
from integration.learned.reader import LearnedReader
from integration.policies.shelf import PolicyShelf
from integration.responses.library import Library
from integration.responses.samples import letters
from tests.bench.deliveries import DESCRIPTION
from tests.bench.figures import Timed, timed
from tests.bench.scale import Scale

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Rules:
    """One ticket's words judged, and one letter filled by the process that renders."""

    detect_40_words: Timed
    detect_150_words: Timed
    letter: Timed
    templates: int


def measure(folder: Path, scale: Scale) -> Rules:
    """Judge different texts, and fill every shipped template in turn."""
    shelf = PolicyShelf(policy_folders(folder))
    read = LearnedReader(load_encoder(is_on=True))
    with Library.load(*template_folders(folder)) as library:
        cards = library.cards()
        values = next(letters())
        library.render(cards[0].id, cards[0].locale, values)
        wanted = [cards[number % len(cards)] for number in range(scale.letters)]
        letter = timed(lambda card: library.render(card.id, card.locale, values), wanted)
    return Rules(
        detect_40_words=_detect(shelf, read, 40, scale),
        detect_150_words=_detect(shelf, read, 150, scale),
        letter=letter,
        templates=len(cards),
    )


def _detect(shelf: PolicyShelf, read: LearnedReader, words: int, scale: Scale) -> Timed:
    history = History(requester=Requester(7, locale="en"), tickets_total=3)
    rules, cues = shelf.rules(), shelf.cues()
    tickets = [_ticket(number, words) for number in range(scale.texts)]

    def judge(ticket: Ticket) -> None:
        texts = (Text(None, ticket.description),)
        found = complaint.detect(ticket, texts, rules=rules, cues=cues, history=history, now=NOW, read=read)
        if not found.is_complaint:
            raise RuntimeError("The text is a complaint, and was not taken for one.")

    judge(tickets[0])
    return timed(judge, tickets)


def _ticket(number: int, words: int) -> Ticket:
    start = Ticket(
        id=number + 1,
        requester_id=7,
        subject="My kettle has not come",
        description="",
        status=Status.NEW,
        created_at=NOW,
        updated_at=NOW,
    )
    # No two texts are the same, so nothing that remembers texts can help.
    told = DESCRIPTION.format(number=number).split()
    turned = told[number % 7 :] + told[: number % 7]
    return replace(start, description=" ".join((turned * 3)[:words]))
