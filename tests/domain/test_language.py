import json
from pathlib import Path

import pytest

from integration.domain import language

DATA = Path(__file__).parent / "data"


def test_every_one_of_our_tickets_is_recognised_without_help() -> None:
    rows = [json.loads(line) for line in (DATA / "tickets.jsonl").read_text("utf-8").splitlines()]

    assert [row["id"] for row in rows if language.of(row["text"], None) != row["lang"]] == []


@pytest.mark.parametrize(
    ("text", "locale", "expected"),
    [
        ("OK", "de-DE", "de"),
        ("AF-123456", "pt_BR", "pt"),
        ("", None, "en"),
        ("👍👍", "ru", "ru"),
        ("Merci", "ja", "en"),
        ("¿Dónde está mi pedido?", "en-US", "es"),
        ("Где мой заказ?", "en-US", "ru"),
    ],
)
def test_the_locale_speaks_where_the_text_says_too_little(
    text: str, locale: str | None, expected: str
) -> None:
    assert language.of(text, locale) == expected


def test_only_allowed_languages_are_answered() -> None:
    assert language.of("Где мой заказ, почему его нет?", None, ("en", "de")) == "en"
    assert language.of("Where is the parcel that I have ordered?", "fr", ("fr", "de")) == "fr"
    assert language.of("Where is it?", None, ("fr", "de")) == "fr"
