"""Reads a YAML file so that every value still knows its line."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from integration.policies.problem import InvalidPolicy, PolicyProblem
from integration.statements import Statement
from integration.statements.schema import said_of

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
# Ten times as fast as the one in Python, which reading the word lists at each start would show.
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_OPENING = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSING = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)

Schema = TypeVar("Schema", bound=BaseModel)
Place = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Plain values of a YAML file, and the line of each by its path such as `("steps", 0, "delay")`."""

    file: Path
    data: object
    lines: dict[Place, int]

    def line_of(self, path: Sequence[Hashable]) -> int:
        """Return the line of a value or, where it is missing, of what should hold it."""
        for length in range(len(path), -1, -1):
            if line := self.lines.get(tuple(path[:length])):
                return line
        return 1

    def problem(self, path: Sequence[Hashable], message: str) -> PolicyProblem:
        return PolicyProblem(self.file, self.line_of(path), message)


def read(file: Path, text: str | None = None) -> Document:
    """Read one document of plain values; `text` stands in for the file's. Raises `InvalidPolicy`."""
    content = _bytes(file) if text is None else text.encode()
    if len(content) > MAX_BYTES:
        message = Statement("too_large", kib=MAX_BYTES // 1024)
        raise InvalidPolicy([PolicyProblem(file, 0, message)])
    try:
        return _Reader(file).read(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InvalidPolicy([PolicyProblem(file, line, Statement("is_not_utf8"))]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidPolicy(
            [
                PolicyProblem(
                    file, mark.line + 1 if mark else 0, Statement("is_not_yaml", problem=error.problem)
                )
            ]
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidPolicy([PolicyProblem(file, 0, Statement("is_not_yaml", problem=error))]) from error


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidPolicy(
            [PolicyProblem(file, 0, Statement("cannot_be_read", why=error.strerror))]
        ) from error


def checked(document: Document, schema: type[Schema]) -> Schema:
    """Check a document against a schema. Raises `InvalidPolicy` with every problem and its line."""
    try:
        return schema.model_validate(document.data)
    except ValidationError as error:
        details = [dict(detail) for detail in error.errors()]
        raise InvalidPolicy(_problem(document, detail) for detail in _innermost(details)) from error


def _innermost(details: list[dict[str, object]]) -> list[dict[str, object]]:
    """Leave out what follows from a problem further in, as a list is too short without its bad item."""
    paths = [_path(detail) for detail in details]
    return [
        detail
        for detail, path in zip(details, paths, strict=True)
        if not any(len(other) > len(path) and other[: len(path)] == path for other in paths)
    ]


def _path(detail: dict[str, object]) -> Place:
    location = detail["loc"]
    return tuple(location) if isinstance(location, tuple) else ()


def _problem(document: Document, detail: dict[str, object]) -> PolicyProblem:
    path = _path(detail)
    name = ".".join(str(part) for part in path if part != "[key]") or Statement("the_file")
    if detail["type"] == "extra_forbidden":
        message = Statement("key_unknown_here", name=name)
    elif detail["type"] == "missing":
        message = Statement("key_missing_here", name=name)
    else:
        message = Statement("at_name", name=name, what=said_of(detail))
    return document.problem(path, message)


class _Reader:
    """Turns nodes into values itself: references and repeated keys are refused, lines are kept."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lines: dict[Place, int] = {}
        self._seen: set[int] = set()

    def read(self, content: str) -> Document:
        self._refuse_depth(content)
        loader = _LOADER(content)
        try:
            node = loader.get_single_node()
            if node is None:
                raise InvalidPolicy([PolicyProblem(self._file, 0, Statement("is_empty"))])
            data = self._value(loader, node, ())
        finally:
            loader.dispose()
        return Document(self._file, data, self._lines)

    def _refuse_depth(self, content: str) -> None:
        # Before nodes are made: libyaml makes them by recursion in C, which no exception would end.
        depth = 0
        for token in yaml.scan(content, Loader=_LOADER):
            depth += isinstance(token, _OPENING) - isinstance(token, _CLOSING)
            if depth > MAX_DEPTH + 1:
                raise self._refusal(token.start_mark.line + 1, Statement("is_too_deep"))

    def _value(self, loader: yaml.SafeLoader | yaml.CSafeLoader, node: yaml.Node, path: Place) -> object:
        line = node.start_mark.line + 1
        self._lines.setdefault(path, line)
        # A few references to references can stand for a billion values.
        if id(node) in self._seen:
            raise self._refusal(line, Statement("no_references"))
        if len(path) > MAX_DEPTH:
            raise self._refusal(line, Statement("is_too_deep"))
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(loader, node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(loader, item, (*path, index)) for index, item in enumerate(node.value)]
        return loader.construct_object(node)

    def _mapping(
        self, loader: yaml.SafeLoader | yaml.CSafeLoader, node: yaml.MappingNode, path: Place
    ) -> dict[Hashable, object]:
        values: dict[Hashable, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._refusal(line, Statement("key_no_word"))
            key = loader.construct_object(key_node)
            if key in values:
                raise self._refusal(line, Statement("key_twice", key=key))
            self._lines[(*path, key)] = line
            values[key] = self._value(loader, value_node, (*path, key))
        return values

    def _refusal(self, line: int, message: str) -> InvalidPolicy:
        return InvalidPolicy([PolicyProblem(self._file, line, message)])
