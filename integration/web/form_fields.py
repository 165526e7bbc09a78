"""The fields of a form over a text: what each shows, and how what was filled in is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from integration.policies.rewrite import Step

MAX_VALUE = 2_000
LONGEST_ID = 18
_SEPARATOR = re.compile(r"[,;\s]+")

Path = tuple[Step, ...]
Choices = tuple[tuple[str, str], ...]


class BadValue(Exception):
    """What was filled in does not fit; the message, where there is one, says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `kind` is text, number, date, time, choice, many, switch, words, ids, days or group."""

    path: Path
    kind: str
    label: str
    value: Any
    choices: Choices = ()
    step: str = "1"

    @property
    def shown(self) -> str:
        """The value as one line."""
        return ", ".join(map(str, self.value)) if isinstance(self.value, list) else str(self.value or "")


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that belong together; `path` is the item of a list that can be taken away.

    `adds` are a label and the list that it adds to.
    """

    title: str
    fields: tuple[Field, ...]
    path: Path | None = None
    adds: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A text as groups of fields, and what can be added: a label and the list it goes to."""

    groups: tuple[Group, ...]
    adds: tuple[tuple[str, Path], ...] = ()

    def field(self, path: Path) -> Field | None:
        """Return the field of a place in the text."""
        return next((f for group in self.groups for f in group.fields if f.path == path), None)

    def can_drop(self, path: Path) -> bool:
        return any(group.path == path for group in self.groups)

    def can_add(self, path: Path) -> bool:
        every = (*self.adds, *(each for group in self.groups for each in group.adds))
        return any(place == path for _, place in every)


def read(field: Field, value: object) -> Any:
    """Return what was filled in as it stands in the text. Raises `BadValue`."""
    if field.kind == "switch":
        return value is True
    if field.kind == "many":
        allowed = [code for code, _ in field.choices]
        if isinstance(value, list) and all(one in allowed for one in value):
            return [code for code in allowed if code in value]
    if isinstance(value, str) and len(value) <= MAX_VALUE and value.isprintable():
        try:
            return _READERS[field.kind](value.strip())
        except (ValueError, KeyError) as error:
            raise BadValue from error
    raise BadValue


def _number(value: str) -> int | float:
    number = float(value)
    return int(number) if number.is_integer() else number


def _id_or_none(value: str) -> int | None:
    if value and not (value.isascii() and value.isdigit() and len(value) <= LONGEST_ID):
        raise ValueError(value)
    return int(value) if value else None


def _several(value: str) -> list[str]:
    return [one for one in _SEPARATOR.split(value) if one]


_READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "time": str,
    "choice": str,
    "number": _number,
    "date": date.fromisoformat,
    "words": _several,
    "group": _id_or_none,
    "ids": lambda value: [int(one) for one in _several(value)],
    "days": lambda value: [date.fromisoformat(one) for one in _several(value)],
}
