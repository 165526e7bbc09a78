"""What was done for a requester: amounts as people write them, added up by currency."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integration.domain.remedy import (
    BadAmount,
    Decision,
    Money,
    Remedy,
    RemedyKind,
    missing_to_close,
    read_money,
    total,
)

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "currency", "amount"),
    [
        ("12", "EUR", "12.00"),
        ("12.5", "EUR", "12.50"),
        ("12,50", "EUR", "12.50"),
        ("1.234,50", "EUR", "1234.50"),
        ("1,234.50", "USD", "1234.50"),
        ("1 234,50", "EUR", "1234.50"),
        ("1\u202f234,50", "EUR", "1234.50"),
        ("1'234.50", "CHF", "1234.50"),
        ("1,234,567", "USD", "1234567.00"),
        ("1,234", "JPY", "1234"),
        ("1.234", "KWD", "1.234"),
        ("0.10", "EUR", "0.10"),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: str, currency: str, amount: str) -> None:
    assert read_money(written, currency) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("1.234", "EUR"),
        ("1,234", "USD"),
        ("12.345", "EUR"),
        ("12.50", "JPY"),
        ("0", "EUR"),
        ("-5", "EUR"),
        ("1e9", "EUR"),
        ("NaN", "EUR"),
        ("١٢", "EUR"),
        ("1.2.3", "EUR"),
        ("12,50.00", "EUR"),
        ("99999999999", "EUR"),
        ("", "EUR"),
        ("12", "euro"),
        ("12", "eur"),
    ],
)
def test_what_could_mean_two_amounts_or_none_is_refused(written: str, currency: str) -> None:
    with pytest.raises(BadAmount):
        read_money(written, currency)


def test_sums_are_exact_and_never_cross_currencies() -> None:
    given = [("0.10", "EUR"), ("0.20", "EUR"), ("3.00", "CHF")]
    remedies = [Remedy(1, RemedyKind.REFUND, AT, Money(Decimal(a), c)) for a, c in given]

    found = total([*remedies, Remedy(2, RemedyKind.APOLOGY, AT)])

    assert found == (Money(Decimal("3.00"), "CHF"), Money(Decimal("0.30"), "EUR"))


def test_closing_asks_for_a_decision_then_for_telling_or_a_reason() -> None:
    def missing(
        decision: Decision | None, told_at: datetime | None = None, why: str | None = None
    ) -> list[str]:
        return list(missing_to_close(decision, told_at=told_at, not_told_because=why))

    assert missing(None, AT) == ["decision"]
    assert missing(Decision.UPHELD) == ["telling"]
    assert missing(Decision.UPHELD, AT) == []
    assert missing(Decision.NOT_UPHELD, None, "asked for no contact") == []
