"""Zendesk's placeholders in comments and rule bodies: `{{ticket.id}}` and a few of Liquid's filters."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

# One or two backslashes before the braces keep them as text; the documentation is not clear which.
_PLACEHOLDER = re.compile(r"(?P<guard>\\{1,2})?\{\{(?P<inner>[^{}]*)\}\}")
_TAG = re.compile(r"\{%.*?%\}", re.DOTALL)
_LONGEST_VALUE = 65_536  # characters; a comment is never longer

Values = Mapping[str, Any]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return " ".join(_text(item) for item in value)
    return str(value)[:_LONGEST_VALUE]


def _default(value: Any, fallback: str = "") -> Any:
    return fallback if value in (None, "", [], False) else value


def _truncate(value: Any, length: str = "50") -> str:
    text, size = _text(value), int(length) if length.isdecimal() else 50
    return text if len(text) <= size else text[: max(size - 3, 0)] + "..."


_FILTERS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "downcase": lambda value: _text(value).lower(),
    "escape": lambda value: _text(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
    "json": lambda value: json.dumps(value, ensure_ascii=False),
    "size": lambda value: len(value) if isinstance(value, list | str) else 0,
    "strip": lambda value: _text(value).strip(),
    "truncate": _truncate,
    "upcase": lambda value: _text(value).upper(),
}


def has_unsupported_tags(text: str) -> bool:
    """Say whether the text uses Liquid tags ({% if %}, {% for %}), which are not rendered here."""
    return _TAG.search(text) is not None


def expand(text: str, values: Values, *, escape: Callable[[str], str] = str) -> str:
    """Replace each placeholder by its value in `values` (dotted paths), an unknown one by nothing.

    `escape` is applied to every value, for instance `within_json`. Guarded braces lose their backslashes.
    """

    def replacement(match: re.Match[str]) -> str:
        if match["guard"]:
            return "{{" + match["inner"] + "}}"
        path, *filters = match["inner"].split("|")
        value = _lookup(values, path.strip())
        for each in filters:
            value = _filtered(value, each)
        return escape(_text(value))

    return _PLACEHOLDER.sub(replacement, text)


def within_json(text: str) -> str:
    """Escape a value so that it can stand between the quotes of a JSON string."""
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _lookup(values: Any, path: str) -> Any:
    for name in path.split("."):
        if not isinstance(values, Mapping):
            return None
        values = values.get(name)
        if callable(values):
            values = values()
    return None if isinstance(values, Mapping) else values


def _filtered(value: Any, text: str) -> Any:
    name, _, arguments = text.strip().partition(":")
    apply = _FILTERS.get(name.strip())
    if apply is None:
        return value
    given = [each.strip().strip("\"'") for each in arguments.split(",")] if arguments else []
    try:
        return apply(value, *given)
    except TypeError:  # too many arguments: Liquid leaves the value alone
        return value
