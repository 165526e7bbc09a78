"""What a task is given, and what it answers."""

import json
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


def read_example(line: bytes) -> Example:
    """Read one line, which must be a JSON object with an id. Raises `InvalidExample`."""
    try:
        # Unlike orjson it takes half a surrogate pair, which cut texts have; see `text_of`.
        example = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidExample("it is not UTF-8.") from None
    except RecursionError:
        raise InvalidExample("it is nested too deeply.") from None
    except ValueError as error:
        raise InvalidExample(f"it is not JSON: {error}.") from None
    if not isinstance(example, dict):
        raise InvalidExample("it must be a JSON object.")
    if not isinstance(example.get("id"), str | int):
        raise InvalidExample("the field 'id' must be text or a whole number.")
    return example


def text_of(example: Example, name: str = "text") -> str:
    """Return a field that must be text. Raises `InvalidExample`."""
    value = example.get(name)
    if not isinstance(value, str):
        raise InvalidExample(f"the field {name!r} must be text.")
    return value.encode("utf-8", "replace").decode("utf-8")
