"""What a schema found wrong with a value, as a statement."""

from collections.abc import Mapping
from typing import Any

from integration.statements import Statement

_ALIKE = {
    "int_parsing": "int_type",
    "int_from_float": "int_type",
    "float_parsing": "float_type",
    "bool_parsing": "bool_type",
    "date_parsing": "date_type",
    "date_from_datetime_parsing": "date_type",
    "date_from_datetime_inexact": "date_type",
    "time_parsing": "time_type",
    "literal_error": "enum",
    "tuple_type": "list_type",
    "frozen_set_type": "list_type",
    "model_type": "dict_type",
    "model_attributes_type": "dict_type",
}
_KNOWN = frozenset(
    {
        "string_too_short",
        "string_too_long",
        "string_pattern_mismatch",
        "string_type",
        "int_type",
        "float_type",
        "bool_type",
        "date_type",
        "time_type",
        "enum",
        "too_short",
        "too_long",
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "list_type",
        "dict_type",
    }
)


def said_of(detail: Mapping[str, Any]) -> str:
    """Return what is wrong, by one entry of pydantic's `ValidationError.errors()`."""
    about = detail.get("ctx") or {}
    if detail["type"] == "value_error":
        return str(about["error"])
    kind = _ALIKE.get(detail["type"], detail["type"])
    return Statement(f"schema_{kind}", **about) if kind in _KNOWN else str(detail["msg"])
