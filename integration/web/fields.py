"""Reads the fields of a JSON body; what is missing or wrong is refused by the field's name."""

from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import TypeVar

from integration.web.plain import one_line
from integration.web.problems import Problem

Choice = TypeVar("Choice", bound=StrEnum)


def text(body: dict[str, object], field: str, longest: int) -> str:
    """Return a text of one line, without signs that turn or hide what stands around them."""
    value = body.get(field)
    cleaned = one_line(value) if isinstance(value, str) and len(value) <= 2 * longest else ""
    if not 0 < len(cleaned) <= longest:
        raise bad(field, f"send text of 1 to {longest} characters")
    return cleaned


def optional_text(body: dict[str, object], field: str, longest: int) -> str | None:
    """Return a text of one line, None where there is none."""
    value = body.get(field)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    return text(body, field, longest)


def number(body: dict[str, object], field: str) -> int:
    """Return the number of a ticket."""
    value = body.get(field)
    if isinstance(value, str) and value.strip().lstrip("#").isascii() and len(value) < 20:
        digits = value.strip().lstrip("#")
        value = int(digits) if digits.isdigit() else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**53:
        raise bad(field, "send the number of a ticket")
    return value


def choice(body: dict[str, object], field: str, choices: type[Choice]) -> Choice:
    """Return one of a fixed set of words."""
    value = body.get(field)
    if not isinstance(value, str) or value not in set(choices):
        raise bad(field, f"send {' or '.join(choices)}")
    return choices(value)


def moment(body: dict[str, object], field: str) -> datetime:
    """Return a moment, which must say its zone."""
    value = body.get(field)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        if found is not None and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise bad(field, "send a moment with its zone, such as 2026-01-31T12:00:00Z")


def bad(field: str, what: str) -> Problem:
    """Return the refusal of a field."""
    message = f"{field} is missing or wrong: {what}."
    return Problem(HTTPStatus.BAD_REQUEST, "bad_field", message, field=field)
