"""What Makegood says about the state of things: English for terminals and logs, any language on its pages.

A `Statement` is the English sentence itself and remembers the code and the values that it was made of, by
which a page says it again. The sentences stand beside this file, one file for each language.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Self

FOLDER = Path(__file__).parent
PREFIX = "said."
_MARK = "said:"


class Statement(str):
    """A sentence by its code; a value may be a statement, too. Raises `KeyError` for an unknown code."""

    code: str
    values: Mapping[str, Any]

    def __new__(cls, code: str, /, **values: Any) -> Self:
        made = super().__new__(cls, _english()[PREFIX + code].format(**values))
        made.code, made.values = code, values
        return made

    def __str__(self) -> str:
        # An exception made of a statement gives it back whole by `str(error)`.
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.code,), dict(self.values)


def packed(said: str, *, most: int) -> str:
    """Return a statement as a text to keep, or any other text, of at most `most` characters."""
    if isinstance(said, Statement):
        text = _MARK + json.dumps(_plain(said), ensure_ascii=False, separators=(",", ":"))
        if len(text) <= most:
            return text
    return said[:most]


def unpacked(text: str) -> str:
    """Return what was packed; a text that is no statement, or one of a newer version, as it is."""
    if not text.startswith(_MARK):
        return text
    try:
        return _said(json.loads(text.removeprefix(_MARK)))
    except (ValueError, TypeError, KeyError, AttributeError):
        return text


def _plain(value: Any) -> Any:
    if not isinstance(value, Statement):
        return value
    return {"code": value.code, **{name: _plain(each) for name, each in value.values.items()}}


def _said(plain: dict[str, Any]) -> Statement:
    values = {name: _said(each) if isinstance(each, dict) else each for name, each in plain.items()}
    return Statement(values.pop("code"), **values)


@cache
def _english() -> dict[str, str]:
    sentences: dict[str, str] = json.loads((FOLDER / "en.json").read_text("utf-8"))
    return sentences
