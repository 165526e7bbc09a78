"""Policies, rules and switches as forms: which fields a text has, and a changed field put back into it."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from integration.domain.complaint import Band
from integration.domain.deadline import Unit
from integration.domain.followup import Satisfier
from integration.domain.policy import Reach, Start
from integration.domain.ticket import Channel
from integration.policies.load import CLOCKS, RULES, Problems, parse
from integration.policies.rewrite import NoSuchPlace, Step, add, drop, put
from integration.web.words import Words

MAX_VALUE = 2_000
_NEW_STEP = {
    "start": "received",
    "delay": {"amount": 1, "unit": "business_days"},
    "satisfied_by": ["public_reply", "resolved"],
    "note": "update",
}
_STARTS = (Start.RECEIVED, Start.LAST_PUBLIC_REPLY, Start.RESOLVED)
_SEPARATOR = re.compile(r"[,;\s]+")

Path = tuple[Step, ...]
Choices = tuple[tuple[str, str], ...]


class BadValue(Exception):
    """What was filled in does not fit; the message, where there is one, says why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `kind` is text, number, date, choice, many, switch, words, ids or days."""

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
    """Fields that belong together; `path` is the item of a list that can be taken away."""

    title: str
    fields: tuple[Field, ...]
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A text as groups of fields, and what can be added: a label and the list it goes to."""

    groups: tuple[Group, ...]
    adds: tuple[tuple[str, Path], ...] = ()


def form_of(name: str, text: str, words: Words) -> Form | None:
    """Return the form of a text; None where it has none, or is too broken to be shown as one."""
    parsed = parse(text, name)
    if isinstance(parsed, Problems) or "/" in name:
        return None
    data = yaml.safe_load(text) or {}
    if name == RULES:
        return _rules(data, words)
    return _clocks(data, words) if name == CLOCKS else _policy(data, words)


def changed(name: str, text: str, change: dict[str, Any], words: Words) -> str:
    """Return the text after a change that the form sends. Raises `BadValue` or `NoSuchPlace`."""
    after = _changed(name, text, change, words)
    found = parse(after, name)
    if isinstance(found, Problems):
        raise BadValue(found.problems[0].message)
    return after


def _changed(name: str, text: str, change: dict[str, Any], words: Words) -> str:
    form, path, act = form_of(name, text, words), _path(change.get("path")), change.get("act")
    if form is None:
        raise NoSuchPlace
    if act == "drop" and any(group.path == path for group in form.groups):
        return drop(text, path)
    if act == "add" and any(place == path for _, place in form.adds):
        return add(text, path, _new_item(text, path))
    field = next((f for group in form.groups for f in group.fields if f.path == path), None)
    if act != "put" or field is None:
        raise NoSuchPlace
    return put(text, path, _read(field, change.get("value")))


def unit_name(words: Words, unit: str) -> str:
    """Return a unit as it stands behind a number."""
    return words.count(f"delay.{unit}", 5).partition(" ")[2]


def _policy(data: dict[str, Any], words: Words) -> Form:
    hours = data.get("business_hours") or {}
    fields = [
        Field(("title",), "text", words("policies.field.title"), data["title"]),
        Field(("effective_from",), "date", words("policies.field.effective_from"), data["effective_from"]),
        Field(("time_zone",), "text", words("policies.field.time_zone"), data["time_zone"]),
    ]
    if not set(hours) - {"opens", "closes"}:
        for key, usual in (("opens", "09:00"), ("closes", "17:00")):
            value = hours.get(key, usual)
            fields.append(Field(("business_hours", key), "time", words(f"policies.field.{key}"), value))
    fields.append(
        Field(("holidays",), "days", words("policies.field.holidays"), list(data.get("holidays") or []))
    )
    fields.append(
        Field(
            ("takes_over_running",),
            "switch",
            words("policies.field.takes_over_running"),
            bool(data.get("takes_over_running")),
        )
    )
    groups = [Group(words("policies.general"), tuple(fields))]
    for number, step in enumerate(data["steps"]):
        groups.append(
            Group(step_name(step["id"], words), tuple(_step(number, step, words)), ("steps", number))
        )
    return Form(tuple(groups), ((words("policies.add_step"), ("steps",)),))


def _step(number: int, step: dict[str, Any], words: Words) -> Iterator[Field]:
    at: Path = ("steps", number)
    delay = step["delay"]
    if "amount" in delay:
        yield Field((*at, "delay", "amount"), "number", words("policies.field.amount"), delay["amount"])
        units = tuple((unit.value, unit_name(words, unit)) for unit in Unit)
        yield Field((*at, "delay", "unit"), "choice", words("policies.field.unit"), delay["unit"], units)
    if "start" in step:
        starts = tuple((start.value, words(f"start.{start}")) for start in _offered(step["start"]))
        yield Field((*at, "start"), "choice", words("policies.field.start"), step["start"], starts)
    satisfiers = tuple((one.value, words(f"satisfier.{one}")) for one in Satisfier)
    yield Field(
        (*at, "satisfied_by"), "many", words("policies.field.satisfied_by"), step["satisfied_by"], satisfiers
    )
    bands = tuple((band.value, words(f"band.{band}")) for band in Band)
    every = [band.value for band in Band]
    yield Field((*at, "bands"), "many", words("policies.field.bands"), step.get("bands", every), bands)
    if step.get("reach", "note") not in {Reach.ASSIGNEE, Reach.REQUESTER}:
        reaches = tuple(
            (reach.value, words(f"reach.{reach}")) for reach in (Reach.NOTE, Reach.SIDE_LIST, Reach.DIGEST)
        )
        yield Field(
            (*at, "reach"), "choice", words("policies.field.reach"), step.get("reach", "note"), reaches
        )


def _offered(present: str) -> Sequence[Start]:
    """Return the starts to choose from; some are for presets, and only kept where they stand already."""
    return _STARTS if present in _STARTS else (*_STARTS, Start(present))


def step_name(step_id: str, words: Words) -> str:
    """Return what a step is called."""
    return words(f"step.{step_id}") if words.has(f"step.{step_id}") else step_id.replace("_", " ")


def _rules(data: dict[str, Any], words: Words) -> Form:
    threshold = Field(
        ("threshold",), "number", words("rules.threshold"), data.get("threshold", 0.5), step="0.05"
    )
    groups = [Group(words("policies.general"), (threshold,))]
    for verdict in ("always", "never"):
        for number, condition in enumerate(data.get(verdict) or []):
            at: Path = (verdict, number)
            groups.append(
                Group(
                    f"{words(f'rules.{verdict}')}: {condition['id'].replace('_', ' ')}",
                    tuple(_condition(at, condition, words)),
                    at,
                )
            )
    for channel, points in (data.get("severity_by_channel") or {}).items():
        place: Path = ("severity_by_channel", str(channel))
        label = words("rules.severity", channel=words(f"channel.{channel}"))
        groups[0] = Group(
            groups[0].title, (*groups[0].fields, Field(place, "number", label, points, step="0.5"))
        )
    adds: tuple[tuple[str, Path], ...] = (
        (words("rules.add_always"), ("always",)),
        (words("rules.add_never"), ("never",)),
    )
    return Form(tuple(groups), adds)


def _condition(at: Path, condition: dict[str, Any], words: Words) -> Iterator[Field]:
    yield Field((*at, "tags"), "words", words("rules.tags"), list(condition.get("tags") or []))
    channels = tuple((channel.value, words(f"channel.{channel}")) for channel in Channel)
    chosen = list(condition.get("channels") or [])
    yield Field((*at, "channels"), "many", words("rules.channels"), chosen, channels)
    for key in ("brand_ids", "form_ids"):
        yield Field((*at, key), "ids", words(f"rules.{key}"), list(condition.get(key) or []))
    for field_id, values in (condition.get("fields") or {}).items():
        label = words("rules.field", id=field_id)
        yield Field((*at, "fields", str(field_id)), "words", label, list(values))


def _clocks(data: dict[str, Any], words: Words) -> Form:
    groups = []
    for number, switch in enumerate(data.get("presets") or []):
        at: Path = ("presets", number)
        scope = switch.get("applies_to") or {}
        fields = (
            Field((*at, "checked_on"), "date", words("clocks.checked_on"), switch.get("checked_on")),
            Field((*at, "applies_to", "tags"), "words", words("rules.tags"), list(scope.get("tags") or [])),
            Field(
                (*at, "applies_to", "brand_ids"),
                "ids",
                words("rules.brand_ids"),
                list(scope.get("brand_ids") or []),
            ),
        )
        groups.append(Group(switch["id"], fields, at))
    return Form(tuple(groups))


def _new_item(text: str, path: Path) -> dict[str, Any]:
    taken = {item["id"] for item in (yaml.safe_load(text).get(path[0]) or [])}
    prefix = "step" if path == ("steps",) else f"{path[0]}"
    new_id = next(f"{prefix}_{n}" for n in range(1, 1000) if f"{prefix}_{n}" not in taken)
    if path == ("steps",):
        return {"id": new_id, **_NEW_STEP}
    return {"id": new_id, "tags": [new_id]}


def _path(value: object) -> Path:
    if isinstance(value, list) and 0 < len(value) <= 6 and all(isinstance(one, str | int) for one in value):
        return tuple(value)
    raise NoSuchPlace


def _read(field: Field, value: object) -> Any:
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


def _several(value: str) -> list[str]:
    return [one for one in _SEPARATOR.split(value) if one]


_READERS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "time": str,
    "choice": str,
    "number": _number,
    "date": date.fromisoformat,
    "words": _several,
    "ids": lambda value: [int(one) for one in _several(value)],
    "days": lambda value: [date.fromisoformat(one) for one in _several(value)],
}
