"""The letters and notes that are kept as files in `tests/rendered`, for support staff to read and correct."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from integration.domain.complaint import Band, Category
from integration.domain.history import Outcome
from integration.domain.language import LANGUAGES
from integration.domain.remedy import Money
from integration.domain.suggestion import TemplateCard
from integration.responses.library import Library
from integration.responses.values import (
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

NOTES = ("complaint", "first-reply", "update", "check-in", "promise", "named", "tell-customer")
# The messages of a chain go to the requester, and what they ask for is in the requester's language.
MESSAGES = ("chain-ask", "chain-check-in", "chain-last", "chain-changed")
_ASKED = {
    "de": "die Seriennummer vom Boden des Wasserkochers",
    "en": "the serial number from the bottom of the kettle",
    "es": "el número de serie que figura en la base del hervidor",
    "fr": "le numéro de série inscrit sous la bouilloire",
    "pt": "o número de série que está na base da chaleira",
    "ru": "серийный номер с нижней стороны чайника",
}
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
    facts={"workaround": "use the spare lid in the box", "progress": "the parcel is with the carrier"},
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
    facts={"workaround": "возьмите запасную крышку из коробки", "progress": "посылка у перевозчика"},
)
_SPANISH = dataclasses.replace(
    _ENGLISH,
    requester=Person.named("Lucía Herrera"),
    agent=Person.named("Mateo Ibáñez"),
    brand="Aliso y Pinzón",
    matter=Matter(Category.DAMAGED, "el segundo hervidor con la tapa rajada"),
    product="hervidor",
    cause="la caja se cerró sin protección",
    prevention="cada hervidor viaja ahora en una segunda caja",
    decision="damos la razón a su queja y le devolvemos el precio completo",
    grounds="el daño ya existía antes del envío",
    outside_body="Junta Arbitral de Consumo",
    facts={
        "workaround": "use la tapa de repuesto de la caja",
        "progress": "el paquete está en manos del transportista",
    },
)
_GERMAN = dataclasses.replace(
    _ENGLISH,
    requester=Person.named("Jana Reuter"),
    agent=Person.named("Tobias Lenz"),
    brand="Erle & Fink",
    matter=Matter(Category.DAMAGED, "der zweite Wasserkocher mit gesprungenem Deckel"),
    product="Wasserkocher",
    cause="Der Karton wurde ohne Polster gepackt",
    prevention="Jeder Wasserkocher reist jetzt in einem zweiten Karton",
    decision="Ihre Beschwerde ist berechtigt, und wir erstatten den vollen Preis",
    grounds="Der Schaden bestand schon vor dem Versand",
    outside_body="die Universalschlichtungsstelle des Bundes",
    facts={
        "workaround": "Nehmen Sie den Ersatzdeckel aus dem Karton",
        "progress": "Das Paket ist beim Zusteller",
    },
)
_FRENCH = dataclasses.replace(
    _ENGLISH,
    requester=Person.named("Camille Rousseau"),
    agent=Person.named("Hugo Lemaire"),
    brand="Aulne et Pinson",
    matter=Matter(Category.DAMAGED, "la deuxième bouilloire au couvercle fêlé"),
    product="bouilloire",
    cause="le carton a été fermé sans protection",
    prevention="chaque bouilloire voyage désormais dans un second carton",
    decision="votre réclamation est fondée et nous vous remboursons le prix entier",
    grounds="le dommage existait avant l’expédition",
    outside_body="Médiateur de la consommation",
    facts={
        "workaround": "utilisez le couvercle de rechange du carton",
        "progress": "le colis est chez le transporteur",
    },
)
_PORTUGUESE = dataclasses.replace(
    _ENGLISH,
    requester=Person.named("Beatriz Nogueira"),
    agent=Person.named("Rafael Moura"),
    brand="Amieiro e Tentilhão",
    matter=Matter(Category.DAMAGED, "a segunda chaleira com a tampa rachada"),
    product="chaleira",
    amount=Money(Decimal("289.90"), "BRL"),
    cause="a caixa foi fechada sem proteção",
    prevention="cada chaleira agora viaja em uma segunda caixa",
    decision="a sua reclamação é procedente e devolvemos o valor integral",
    grounds="o dano existia antes do envio",
    outside_body="Procon",
    facts={"workaround": "use a tampa reserva da caixa", "progress": "o pacote está com a transportadora"},
)
_KNOWN = {
    "de": _GERMAN,
    "en": _ENGLISH,
    "es": _SPANISH,
    "fr": _FRENCH,
    "pt": _PORTUGUESE,
    "ru": _RUSSIAN,
}

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
    for locale in LANGUAGES:
        for name in NOTES:
            known = library.render_note(name, locale, _NOTE)
            unknown = library.render_note(name, locale, _FIRST_COMPLAINT)
            yield f"note-{name}.{locale}.txt", known + _DIVIDER + unknown
        for name in MESSAGES:
            said = _KNOWN[locale].prevention if name == "chain-changed" else _ASKED[locale]
            first_name = _KNOWN[locale].requester.first_name
            named = dataclasses.replace(_NOTE, first_name=first_name, what=said)
            known = library.render_note(name, locale, named)
            unknown = library.render_note(name, locale, dataclasses.replace(named, first_name=None))
            yield f"note-{name}.{locale}.txt", known + _DIVIDER + unknown


def all_examples(library: Library) -> dict[str, str]:
    """Return every example by file name."""
    return dict([*(letter(library, card) for card in library.cards()), *notes(library)])
