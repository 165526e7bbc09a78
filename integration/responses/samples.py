"""Made-up values, from nothing known to everything known, that every template must render with."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from integration.domain.complaint import Band, Category
from integration.domain.history import Outcome
from integration.domain.remedy import Money
from integration.responses.values import (
    CauseCount,
    DigestLines,
    Earlier,
    Matter,
    NextLine,
    NoteValues,
    OpenPromise,
    PastComplaintLine,
    Person,
    PromiseLine,
    RepeatLine,
    Values,
)

TODAY = date(2026, 3, 2)
NEXT_DATE = date(2026, 3, 19)
REFERENCE = "mg-7c41-2"
AGENT = Person.named("Marisol Tander")
# What a public answer must not contain, whatever the language does to it.
PERSONAL = ("Quillon", "Vexley", "ZX-90417", "Lumora", "cracked on day two", "319")

_DUE = datetime(2026, 3, 19, 14, 30, tzinfo=UTC)


def nothing_known() -> Values:
    return Values(today=TODAY)


def all_known(category: Category = Category.DAMAGED, outcome: Outcome = Outcome.REFUND) -> Values:
    return Values(
        today=TODAY,
        requester=Person.named("Quillon Vexley"),
        agent=AGENT,
        brand="Alder and Finch",
        matter=Matter(category, "the lid cracked on day two"),
        order="ZX-90417",
        product="Lumora kettle",
        tenure_years=4,
        earlier=Earlier(date(2025, 11, 20), category, outcome),
        open_promise=OpenPromise("send a new lid", date(2026, 2, 24)),
        amount=Money(Decimal("7319.40"), "EUR"),
        expected_on=date(2026, 3, 9),
        next_date=NEXT_DATE,
        cause="the box was packed without padding",
        prevention="every kettle now travels in a second box",
        decision="we uphold your complaint",
        grounds="the damage was there before the parcel left us",
        outside_body="the parcel ombudsman",
    )


def letters() -> Iterator[Values]:
    """Yield nothing known, each category alone, and everything known for each category."""
    yield nothing_known()
    for category in Category:
        yield Values(today=TODAY, agent=AGENT, matter=Matter(category))
        yield all_known(category)


def bare_note() -> NoteValues:
    return NoteValues(
        ticket_id=8, reference=REFERENCE, category=Category.OTHER, due_at=_DUE, name="x", what="x"
    )


def full_note(category: Category = Category.DAMAGED, outcome: Outcome = Outcome.REFUND) -> NoteValues:
    return NoteValues(
        ticket_id=8,
        reference=REFERENCE,
        time_zone="Europe/Berlin",
        category=category,
        band=Band.HIGH,
        evidence=("third time now", "nobody answers"),
        complaints=(
            PastComplaintLine(ticket_id=7, on=date(2026, 1, 14), category=category, outcome=outcome),
            PastComplaintLine(ticket_id=5, on=date(2025, 11, 20), category=Category.DELIVERY, is_open=True),
            PastComplaintLine(ticket_id=3, on=date(2025, 6, 2), category=Category.BILLING),
        ),
        complaints_before=3,
        same_kind=1,
        tickets_total=12,
        repeat=RepeatLine(ticket_id=7, reason="same_reference"),
        open_promise=PromiseLine(what="send a new lid", due_at=_DUE, ticket_id=7, is_late=True),
        suggestion="It happened again",
        next=NextLine(name="first_reply", due_at=_DUE),
        name="call the carrier",
        what="Ask for the proof of delivery",
        due_at=_DUE,
        owner="Marisol Tander",
        last_public_reply_at=datetime(2026, 3, 1, 9, 0, tzinfo=UTC),
        resolved_on=date(2026, 2, 20),
        outcome=outcome,
        digest=DigestLines(
            team="Shipping",
            since=datetime(2026, 3, 18, 7, 0, tzinfo=UTC),
            until=_DUE,
            received=5,
            resolved=3,
            open=9,
            late=2,
            promises_broken=1,
            follow_ups_due=4,
            reviews_open=1,
            causes=(CauseCount("late_delivery", 3), CauseCount(category, 1), CauseCount("Warehouse 3", 1)),
            tickets=(7, 5),
        ),
    )


def notes() -> Iterator[NoteValues]:
    """Yield the barest note, a requester without history, and a full one for each category and outcome."""
    yield bare_note()
    yield NoteValues(
        ticket_id=8, reference=REFERENCE, category=Category.OTHER, is_importing=True, due_at=_DUE
    )
    yield from (full_note(category) for category in Category)
    yield from (full_note(outcome=outcome) for outcome in Outcome)
