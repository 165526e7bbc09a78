"""The letters and notes that are kept as files in `tests/rendered`, for support staff to read and correct."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from integration.domain.complaint import Band, Category
from integration.domain.history import Outcome
from integration.domain.suggestion import TemplateCard
from integration.responses.library import Library
from integration.responses.values import (
    Earlier,
    Matter,
    Money,
    NextLine,
    NoteValues,
    OpenPromise,
    PastComplaintLine,
    Person,
    PromiseLine,
    RepeatLine,
    Values,
)

NOTES = ("complaint", "first-reply", "update", "check-in", "promise", "named")
_DIVIDER = "\n" + "-" * 20 + " with nothing known " + "-" * 20 + "\n\n"
_DUE = datetime(2026, 3, 3, 12, 30, tzinfo=UTC)

_ENGLISH = Values(
    today=date(2026, 3, 2),
    requester=Person.named("Nora Whitfield"),
    agent=Person.named("Daniel Okafor"),
    brand="Alder & Finch",
    matter=Matter(Category.DAMAGED, "the second kettle with a cracked lid"),
    order="AF-204417",
    product="kettle",
    tenure_years=4,
    earlier=Earlier(date(2025, 11, 20), Category.DAMAGED, Outcome.REPLACEMENT),
    open_promise=OpenPromise("send a new lid", date(2026, 2, 24)),
    amount=Money(Decimal("48.90"), "EUR"),
    expected_on=date(2026, 3, 9),
    cause="the box was packed without padding",
    prevention="every kettle now travels in a second box",
    decision="we uphold your complaint and refund the full price",
    grounds="the damage was there before the parcel left us",
    outside_body="the Parcel Ombudsman",
)
_RUSSIAN = dataclasses.replace(
    _ENGLISH,
    requester=Person.named("Соколова Анна Петровна"),
    agent=Person.named("Игорь Лебедев"),
    brand="«Ольха и Зяблик»",
    matter=Matter(Category.DAMAGED, "второй чайник с треснувшей крышкой"),
    product="чайник",
    amount=Money(Decimal(4890), "RUB"),
    cause="коробку упаковали без прокладки",
    prevention="каждый чайник теперь едет во второй коробке",
    decision="жалоба обоснованна, мы возвращаем полную стоимость",
    grounds="повреждение появилось до отправки",
    outside_body="Роспотребнадзор",
)
_KNOWN = {"en": _ENGLISH, "ru": _RUSSIAN}

_NOTE = NoteValues(
    ticket_id=310,
    reference="mg-7c41-2",
    time_zone="Europe/Berlin",
    category=Category.DAMAGED,
    band=Band.HIGH,
    evidence=("the second kettle", "nobody answers"),
    complaints=(
        PastComplaintLine(
            ticket_id=288, on=date(2026, 1, 14), category=Category.DAMAGED, outcome=Outcome.REPLACEMENT
        ),
        PastComplaintLine(ticket_id=201, on=date(2025, 11, 20), category=Category.DELIVERY, is_open=True),
    ),
    complaints_before=2,
    same_kind=1,
    tickets_total=12,
    repeat=RepeatLine(ticket_id=288, reason="same_reference"),
    open_promise=PromiseLine(what="send a new lid", due_at=_DUE, ticket_id=288, is_late=True),
    suggestion="It happened again",
    next=NextLine(name="first_reply", due_at=_DUE),
    name="call-the-carrier",
    what="Ask the carrier for the proof of delivery",
    due_at=_DUE,
    owner="Daniel Okafor",
    last_public_reply_at=datetime(2026, 2, 27, 9, 0, tzinfo=UTC),
    resolved_on=date(2026, 2, 20),
    outcome=Outcome.REPLACEMENT,
)
_FIRST_COMPLAINT = NoteValues(
    ticket_id=311,
    reference="mg-7c42-1",
    category=Category.OTHER,
    tickets_total=3,
    name="call-the-carrier",
    what="Ask the carrier for the proof of delivery",
    due_at=_DUE,
)


def letter(library: Library, card: TemplateCard) -> tuple[str, str]:
    """Return the file name of a template's example and its text."""
    known = library.render(card.id, card.locale, _KNOWN[card.locale]).text
    unknown = library.render(card.id, card.locale, Values(today=_ENGLISH.today)).text
    return f"{card.id}.{card.locale}.txt", known + _DIVIDER + unknown


def notes(library: Library) -> Iterator[tuple[str, str]]:
    """Yield the file name of each note's example and its text."""
    for locale in ("en", "ru"):
        for name in NOTES:
            known = library.render_note(name, locale, _NOTE)
            unknown = library.render_note(name, locale, _FIRST_COMPLAINT)
            yield f"note-{name}.{locale}.txt", known + _DIVIDER + unknown


def all_examples(library: Library) -> dict[str, str]:
    """Return every example by file name."""
    return dict([*(letter(library, card) for card in library.cards()), *notes(library)])
