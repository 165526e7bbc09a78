"""YAML read with the place of everything in it, so that an error can name its line."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from integration.statements import Statement
from integration.statements.schema import said_of

MAX_CHARS = 64_000
MAX_DEPTH = 20
# Ten times as fast as the one in Python, which hundreds of templates at each start would show. It makes
# nodes by recursion in C, which no exception would end: the depth is checked on the tokens.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)
_KEYS = {"extra_forbidden": "key_unknown", "missing": "key_missing"}

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]


class InvalidDocument(Exception):
    """The first error of a document; `line` counts from 1 in its file."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data and the line, from 0, of each place in it."""

    data: Any
    lines: dict[Place, int]


def load_yaml(text: str, *, first_line: int = 1) -> Document:
    """Parse one YAML document; aliases are refused because a few of them can unfold to gigabytes."""
    if len(text) > MAX_CHARS:
        raise InvalidDocument(Statement("too_long", most=MAX_CHARS), first_line)
    try:
        _check_shape(text, first_line)
        node = yaml.compose(text, Loader=_LOADER)
        data = yaml.load(text, Loader=_LOADER)  # noqa: S506 - safe, in C
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise InvalidDocument(Statement("not_yaml", problem=error.problem), first_line + line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidDocument(Statement("not_yaml", problem=type(error).__name__), first_line) from error
    return Document(data=data, lines=dict(_places(node)))


def _check_shape(text: str, first_line: int) -> None:
    depth = 0
    for token in yaml.scan(text, Loader=_LOADER):
        line = first_line + token.start_mark.line
        depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
        if depth > MAX_DEPTH:
            raise InvalidDocument(Statement("too_deep", most=MAX_DEPTH), line)
        if isinstance(token, yaml.AliasToken):
            raise InvalidDocument(Statement("no_aliases"), line)


def validated(model: type[Model], document: Document, *, first_line: int = 1) -> Model:
    """Check a document against a schema; the first error carries its line."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        # A misspelt key is both unknown and missing; the unknown one is what its writer looks for.
        first = min(error.errors(), key=lambda one: (one["type"] == "missing", _line(document, one["loc"])))
        place = ".".join(str(part) for part in first["loc"] if part != "[key]")
        what = Statement(_KEYS[first["type"]]) if first["type"] in _KEYS else said_of(first)
        line = first_line + _line(document, first["loc"])
        raise InvalidDocument(
            Statement("at_place", place=place, what=what) if place else what, line
        ) from error


def _line(document: Document, place: Iterable[str | int]) -> int:
    parts = tuple(place)
    while parts and parts not in document.lines:
        parts = parts[:-1]
    return document.lines.get(parts, 0)


def _places(node: yaml.Node | None, place: Place = ()) -> Iterable[tuple[Place, int]]:
    if node is None:
        return
    yield place, node.start_mark.line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name: Hashable = key.value
            inner = (*place, str(name))
            yield from _places(value, inner)
            yield inner, key.start_mark.line
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _places(value, (*place, number))
