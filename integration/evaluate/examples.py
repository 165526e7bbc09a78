"""What a task is given, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from integration.learned.encoder import Encoder

Example = Mapping[str, Any]
Answer = dict[str, Any]


class InvalidExample(Exception):
    """An example lacks a field, or has something else in it than the task needs."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What tasks work with; `catalogues` are files of templates, by name."""

    encoder: Encoder | None
    catalogues: Mapping[str, Path] = field(default_factory=dict)


def text_of(example: Example, name: str = "text") -> str:
    """Return a field that must be text. Raises `InvalidExample`."""
    value = example.get(name)
    if not isinstance(value, str):
        raise InvalidExample(f"the field {name!r} must be text.")
    return value
