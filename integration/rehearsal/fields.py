"""Custom ticket fields: what each type accepts, and how drop-downs and tags follow each other."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from integration.rehearsal.base import Doc
from integration.rehearsal.errors import Invalid
from integration.rehearsal.numbers import whole

CUSTOM_TYPES = {
    "text", "textarea", "checkbox", "date", "integer", "decimal", "regexp", "tagger", "multiselect",
    "lookup", "partialcreditcard",
}  # fmt: skip

_NOT_IN_TAGS = re.compile(r"[^\w\-/:.]+", re.UNICODE)


def clean_tags(tags: Any) -> list[str]:
    """Return tags as Zendesk keeps them: lower case, no spaces inside, each once, in order."""
    if tags is None:
        return []
    words: Iterable[Any] = tags.split() if isinstance(tags, str) else tags
    if not isinstance(words, list):
        raise Invalid.because(tags="is not a list")
    cleaned = {_NOT_IN_TAGS.sub("_", str(word).strip().lower()) for word in words}
    return sorted(cleaned - {""})


def option_tags(definition: Doc) -> set[str]:
    """Return the tags that belong to a field's options."""
    if definition["type"] == "checkbox":
        return {definition["tag"]} if definition.get("tag") else set()
    return {option["value"] for option in definition.get("custom_field_options") or ()}


def values_of(ticket: Doc) -> dict[int, Any]:
    """Return the set custom fields of a ticket document by field id."""
    return {entry["id"]: entry["value"] for entry in ticket.get("custom_fields", ())}


def settle(
    definitions: Mapping[int, Doc], values: Mapping[int, Any], tags: list[str], data: Doc
) -> tuple[dict[int, Any], list[str]]:
    """Apply `tags` (replacing all) and `custom_fields` of an update; return the new values and the new tags.

    A drop-down's value is a tag of the ticket: setting the field swaps the tag, adding the tag sets the
    field.
    Ids of fields that do not exist are ignored; a value that a field cannot hold raises Invalid.
    """
    new_values = dict(values)
    new_tags = clean_tags(data["tags"]) if "tags" in data else tags
    every = {n: option_tags(definition) for n, definition in definitions.items()}
    bearing = {n: owned for n, owned in every.items() if owned}
    if "tags" in data:
        _fields_follow_tags(definitions, bearing, new_values, set(tags), new_tags)
    named = _named(data.get("custom_fields"))
    for field_id, value in named:
        if field_id in definitions:
            _set(new_values, field_id, checked(definitions[field_id], value))
    if "tags" in data or named:
        new_tags = _tags_follow_fields(definitions, bearing, new_values, new_tags)
    return new_values, new_tags


def _named(custom_fields: Any) -> list[tuple[int, Any]]:
    if not custom_fields:
        return []
    if isinstance(custom_fields, dict):
        custom_fields = [{"id": key, "value": value} for key, value in custom_fields.items()]
    if not isinstance(custom_fields, list):
        raise Invalid.because(custom_fields="is not a list of objects with id and value")
    named = []
    for entry in custom_fields:
        field_id = whole(entry.get("id")) if isinstance(entry, dict) else None
        if field_id is None:
            raise Invalid.because(custom_fields="is not a list of objects with id and value")
        named.append((field_id, entry.get("value")))
    return named


def _fields_follow_tags(
    definitions: Mapping[int, Doc],
    bearing: Mapping[int, set[str]],
    values: dict[int, Any],
    old_tags: set[str],
    new_tags: list[str],
) -> None:
    for field_id, owned in bearing.items():
        present = [tag for tag in new_tags if tag in owned]
        added = [tag for tag in present if tag not in old_tags]
        match definitions[field_id]["type"]:
            case "checkbox":
                _set(values, field_id, bool(present) or None)
            case "multiselect":
                _set(values, field_id, present or None)
            case _ if added:
                _set(values, field_id, added[-1])
            case _ if values.get(field_id) not in present:
                _set(values, field_id, present[0] if present else None)


def _tags_follow_fields(
    definitions: Mapping[int, Doc], bearing: Mapping[int, set[str]], values: dict[int, Any], tags: list[str]
) -> list[str]:
    kept = set(tags)
    for field_id, owned in bearing.items():
        value = values.get(field_id)
        kept -= owned
        if definitions[field_id]["type"] == "checkbox":
            kept |= owned if value else set()
        elif value is not None:
            kept |= set(value) if isinstance(value, list) else {value}
    return sorted(kept)


def _set(values: dict[int, Any], field_id: int, value: Any) -> None:
    if value is None:
        values.pop(field_id, None)
    else:
        values[field_id] = value


def checked(definition: Doc, value: Any) -> Any:
    """Return a value as the field keeps it, None when it empties the field; raises Invalid."""
    if value is None or value == "" or value == []:
        return None
    options = {option["value"] for option in definition.get("custom_field_options") or ()}
    match definition["type"], value:
        case "checkbox", bool():
            return value
        case "checkbox", "true" | "1" | 1:
            return True
        case "checkbox", "false" | "0" | 0:
            return False
        case "tagger", str() if value in options:
            return value
        case "multiselect", list() if set(value) <= options:
            return sorted(set(value))
        case "integer", int() if not isinstance(value, bool):
            return value
        case "integer", str() if re.fullmatch(r"[-+]?\d{1,18}", value):
            return int(value)
        case "decimal", int() | float() | str() if re.fullmatch(r"[-+]?\d+([.,]\d+)?", str(value)):
            return str(value)
        case "date", str() if _is_date(value):
            return value
        case "regexp", str() if re.search(definition["regexp_for_validation"], value):
            return value
        case "text" | "textarea" | "lookup" | "partialcreditcard", str() | int():
            return str(value)
    title = definition["title"]
    reason = {
        "description": f"{title}: is invalid",
        "error": "InvalidValue",
        "ticket_field_id": definition["id"],
        "ticket_field_type": definition["type"],
    }
    raise Invalid("Record validation errors", {"base": [reason]})


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
