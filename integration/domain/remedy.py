"""What a requester got for a complaint, in money and otherwise, and what was decided about it."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

LARGEST = Decimal(10) ** 10
# Currencies of ISO 4217 that do not have two decimal places.
_FRANCS = ("BIF", "DJF", "GNF", "KMF", "RWF", "XAF", "XOF", "XPF")
_WHOLE = (*_FRANCS, "CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "VUV")
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_AMOUNT = re.compile(r"(?P<whole>[0-9]+(?:[.,'][0-9]{3})*)(?:(?P<sign>[.,])(?P<part>[0-9]{1,4}))?")

# What causes an account has until its admin says otherwise.
HOUSE_CAUSES = (
    "late_delivery",
    "lost_in_transit",
    "damaged_in_transit",
    "picking_error",
    "product_defect",
    "billing_error",
    "wrong_information",
    "slow_answer",
    "conduct",
    "system_failure",
    "outside_our_control",
    "other",
)


class RemedyKind(StrEnum):
    """What was done for the requester; each may come with a sum of money."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    CREDIT = "credit"
    APOLOGY = "apology"
    EXPLANATION = "explanation"
    CALLBACK = "callback"
    OTHER = "other"


class Decision(StrEnum):
    """What was decided about a complaint."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"


class Missing(StrEnum):
    """What comes before a complaint is closed."""

    DECISION = "decision"
    TELLING = "telling"


def missing_to_close(
    decision: Decision | None, *, told_at: datetime | None, not_told_because: str | None
) -> tuple[Missing, ...]:
    """Return what is missing: a decision, and the requester told of it.

    A recorded reason, such as the requester's wish not to be written to, takes the place of telling.
    """
    if decision is None:
        return (Missing.DECISION,)
    return () if told_at or not_told_because else (Missing.TELLING,)


class BadAmount(ValueError):
    """No amount of that currency is written so."""


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency, ISO 4217 code."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Remedy:
    """Something done for the requester, as the record has it; `action_id` is its entry there."""

    action_id: int
    kind: RemedyKind
    at: datetime
    money: Money | None = None
    note: str = ""


def read_money(amount: str, currency: str) -> Money:
    """Read an amount as people write it: 12, 12.50, 12,50, 1.234,50, 1 234.50. Raises `BadAmount`.

    A sign before exactly three digits could be either, so `1.234` is refused unless the currency has
    three decimal places.
    """
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise BadAmount
    places = places_of(currency)
    written = _AMOUNT.fullmatch("".join(amount.split()))
    if written is None:
        raise BadAmount
    whole, sign, part = written["whole"], written["sign"], written["part"] or ""
    used = {mark for mark in whole if not mark.isdigit()}
    if len(used) > 1 or sign in used:
        raise BadAmount
    # The pattern takes three digits after a sign for thousands; with one sign alone nobody can tell.
    if used and not part and places != 0 and whole.count(next(iter(used))) == 1 and used != {"'"}:
        whole, _, part = whole.partition(next(iter(used)))
        if places != 3:
            raise BadAmount
    if len(part) > places:
        raise BadAmount
    value = Decimal(re.sub(r"[^0-9]", "", whole) + ("." + part if part else ""))
    if not 0 < value < LARGEST:
        raise BadAmount
    return Money(value.quantize(Decimal(1).scaleb(-places)), currency)


def places_of(currency: str) -> int:
    """Return how many decimal places a currency has."""
    return 0 if currency in _WHOLE else 3 if currency in _THOUSANDTHS else 2


def total(remedies: Iterable[Remedy]) -> tuple[Money, ...]:
    """Add up the money, each currency by itself, in the order of their codes."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for remedy in remedies:
        if remedy.money is not None:
            sums[remedy.money.currency] += remedy.money.amount
    return tuple(Money(sums[currency], currency) for currency in sorted(sums))
