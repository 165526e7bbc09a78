"""Policies, rules and switches as forms: which fields a text has, and a changed field put back into it."""

from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from integration.domain.complaint import Band
from integration.domain.deadline import Unit
from integration.domain.followup import Satisfier
from integration.domain.policy import Reach, Start
from integration.domain.ticket import Channel
from integration.policies.load import CLOCKS, RULES, Problems, parse
from integration.policies.policy_file import MOST_LEVELS
from integration.policies.rewrite import NoSuchPlace, add, drop, put
from integration.web.form_fields import BadValue, Field, Form, Group, Path, read
from integration.web.words import Words

_ONE_DAY = {"amount": 1, "unit": "business_days"}
_NEW_STEP = {
    "start": "received",
    "delay": _ONE_DAY,
    "satisfied_by": ["public_reply", "resolved"],
    "note": "update",
}
_STARTS = (Start.RECEIVED, Start.LAST_PUBLIC_REPLY, Start.RESOLVED)
_REACHES = (Reach.NOTE, Reach.SIDE_LIST, Reach.DIGEST)


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
    if act == "drop" and form.can_drop(path):
        return drop(text, path)
    if act == "add" and form.can_add(path):
        return add(text, path, _new_item(text, path))
    field = form.field(path)
    if act != "put" or field is None:
        raise NoSuchPlace
    value = read(field, change.get("value"))
    if field.kind == "group":
        return _handed_to(text, path[:-1], value, is_known=field.value is not None)
    return put(text, path, value)


def _handed_to(text: str, at: Path, group_id: int | None, *, is_known: bool) -> str:
    """Let a step hand the ticket to a group, or to nobody: `reach` and `group_id` go together."""
    if group_id is not None:
        return put(put(text, (*at, "group_id"), group_id), (*at, "reach"), Reach.ASSIGNEE.value)
    if not is_known:
        return text
    return put(drop(text, (*at, "group_id")), (*at, "reach"), Reach.NOTE.value)


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
        groups += _step_groups(number, step, words)
    return Form(tuple(groups), ((words("policies.add_step"), ("steps",)),))


def _step_groups(number: int, step: dict[str, Any], words: Words) -> Iterator[Group]:
    """Yield a step and each of its escalations."""
    at: Path = ("steps", number)
    levels = step.get("escalate") or []
    escalate = ((words("policies.escalate"), (*at, "escalate")),) if len(levels) < MOST_LEVELS else ()
    yield Group(step_name(step["id"], words), tuple(_step(at, step, words)), at, escalate)
    for above, level in enumerate(levels):
        place: Path = (*at, "escalate", above)
        fields = (*_delay((*place, "after"), level["after"], words), *_reach(place, level, words))
        yield Group(step_name(f"{step['id']}.{above + 1}", words), fields, place)


def _step(at: Path, step: dict[str, Any], words: Words) -> Iterator[Field]:
    yield from _delay((*at, "delay"), step["delay"], words)
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
    yield from _reach(at, step, words)


def _delay(at: Path, delay: dict[str, Any], words: Words) -> Iterator[Field]:
    if "amount" in delay:
        yield Field((*at, "amount"), "number", words("policies.field.amount"), delay["amount"])
        units = tuple((unit.value, unit_name(words, unit)) for unit in Unit)
        yield Field((*at, "unit"), "choice", words("policies.field.unit"), delay["unit"], units)


def _reach(at: Path, step: dict[str, Any], words: Words) -> Iterator[Field]:
    reach = step.get("reach", Reach.NOTE.value)
    if reach in _REACHES:
        offered = tuple((one.value, words(f"reach.{one}")) for one in _REACHES)
        yield Field((*at, "reach"), "choice", words("policies.field.reach"), reach, offered)
    if reach != Reach.REQUESTER and "assignee_id" not in step:
        yield Field((*at, "group_id"), "group", words("policies.field.group"), step.get("group_id"))


def _offered(present: str) -> Sequence[Start]:
    """Return the starts to choose from; some are for presets, and only kept where they stand already."""
    return _STARTS if present in _STARTS else (*_STARTS, Start(present))


def step_name(step_id: str, words: Words) -> str:
    """Return what a step is called; a level of its escalation goes by its number."""
    base, _, level = step_id.partition(".")
    if level.isdigit():
        return words("policies.level", step=step_name(base, words), n=level)
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
    if path[-1] == "escalate":
        return {"after": _ONE_DAY}
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
