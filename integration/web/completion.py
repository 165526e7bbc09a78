"""What the editor offers while one types: the values of a letter, its filters and blocks, its head's keys."""

from collections.abc import Iterable
from dataclasses import fields

from integration.domain.complaint import Band, Category
from integration.domain.deadline import Unit
from integration.domain.followup import Satisfier
from integration.domain.history import Outcome
from integration.domain.policy import Reach, Start
from integration.domain.ticket import Channel
from integration.policies.clocks_file import ClocksSchema, SwitchSchema
from integration.policies.load import CLOCKS, RULES
from integration.policies.policy_file import PolicySchema, ScopeSchema, StepSchema
from integration.policies.schema import ConditionSchema, RulesSchema
from integration.responses.front_matter import GESTURES, FrontMatter
from integration.responses.values import Matter, Person, Values
from integration.web.words import Words

FILTERS = ("date", "money", "moment")
BLOCKS = ("greeting", "restatement", "apology", "body", "ask", "next", "signature")
_INNER = {
    "requester": [field.name for field in fields(Person)],
    "agent": [field.name for field in fields(Person)],
    "matter": ["about", "name", *(field.name for field in fields(Matter))],
    "earlier": ["on", "category.name", "outcome.name"],
    "open_promise": ["what", "by"],
}

Completion = dict[str, str]


def jinja_words(words: Words) -> list[Completion]:
    """Return what may be completed in a response template, each with what it is in the admin's words."""
    values = []
    for field in fields(Values):
        inner = _INNER.get(field.name)
        values += [f"{field.name}.{name}" for name in inner] if inner else [field.name]
    found = [_of("value", value, _says(words, value)) for value in values if value != "today"]
    found += [_of("filter", name) for name in FILTERS]
    found += [_of("block", name) for name in BLOCKS]
    found += [_of("key", f"{name}: ") for name in FrontMatter.model_fields]
    choices = {"categories": Category, "bands": Band, "channels": Channel, "gestures": GESTURES}
    for key, allowed in choices.items():
        found += [_of(f"of {key}", str(value)) for value in allowed]
    return found


def yaml_words(name: str) -> list[Completion]:
    """Return the keys and the fixed words of a policy, the rules or the switches."""
    if name == RULES:
        keys = [*RulesSchema.model_fields, *ConditionSchema.model_fields]
        choices: dict[str, Iterable[str]] = {"channels": Channel, "outcome_by_tag": Outcome}
    elif name == CLOCKS:
        keys = [*ClocksSchema.model_fields, *SwitchSchema.model_fields, *ScopeSchema.model_fields]
        choices = {"channels": Channel, "bands": Band, "categories": Category}
    else:
        keys = [*PolicySchema.model_fields, *StepSchema.model_fields, *ScopeSchema.model_fields]
        choices = {"start": Start, "unit": Unit, "satisfied_by": Satisfier, "bands": Band, "reach": Reach}
    found = [_of("key", f"{key}: ") for key in dict.fromkeys(keys)]
    for key, allowed in choices.items():
        found += [_of(f"of {key}", str(value)) for value in allowed]
    return found


def _says(words: Words, value: str) -> str:
    key = f"value.{value.partition('.')[0]}"
    return words(key) if words.has(key) else ""


def _of(kind: str, word: str, says: str = "") -> Completion:
    return {"kind": kind, "word": word, "says": says}
