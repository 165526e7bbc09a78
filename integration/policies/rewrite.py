"""Changes one value in a YAML text and leaves the rest, comments included, as it stands."""

from collections.abc import Sequence
from typing import Any

import yaml

Step = str | int
INDENT = 2


class NoSuchPlace(Exception):
    """The text has no such place, or is no YAML; put it right by hand first."""


def put(text: str, path: Sequence[Step], value: Any) -> str:
    """Return the text with `value` at `path`; missing keys are added. Raises `NoSuchPlace`."""
    parent = _node(text, path[:-1])
    node = _child(parent, path[-1]) if parent is not None else None
    if node is not None:
        return text[: node.start_mark.index] + _written(value) + text[_end(text, node) :]
    if parent is None:
        if len(path) < 2:
            raise NoSuchPlace
        return put(text, path[:-1], {path[-1]: value})
    if not isinstance(parent, yaml.MappingNode) or not isinstance(path[-1], str):
        raise NoSuchPlace
    return _insert(text, parent, f"{path[-1]}: {_written(value)}")


def add(text: str, path: Sequence[Step], item: Any) -> str:
    """Return the text with one more item in the list at `path`. Raises `NoSuchPlace`."""
    node = _node(text, path)
    if node is None:
        return put(text, path, [item])
    if not isinstance(node, yaml.SequenceNode):
        raise NoSuchPlace
    if node.flow_style or not node.value:
        return put(text, path, [*_value(text, path), item])
    last = node.value[-1]
    column = node.start_mark.column
    lines = yaml.safe_dump(item, sort_keys=False, default_flow_style=None, allow_unicode=True).splitlines()
    block = "\n".join(" " * (column + INDENT) + line for line in lines).lstrip()
    end = _end(text, last)
    return f"{text[:end]}\n{' ' * column}- {block}{text[end:]}"


def drop(text: str, path: Sequence[Step]) -> str:
    """Return the text without the item or the key at `path`. Raises `NoSuchPlace`."""
    parent, last = _node(text, path[:-1]), path[-1]
    node = _child(parent, last) if parent is not None else None
    if parent is None or node is None:
        raise NoSuchPlace
    if not isinstance(parent, yaml.CollectionNode) or parent.flow_style or len(parent.value) == 1:
        whole = _value(text, path[:-1])
        del whole[last]
        return put(text, path[:-1], whole) if path[:-1] else _written(whole) + "\n"
    start = _line_start(text, _opening(parent, node))
    end = text.find("\n", _end(text, node))
    return text[:start] + ("" if end < 0 else text[end + 1 :])


def _insert(text: str, parent: yaml.MappingNode, line: str) -> str:
    if parent.flow_style or not parent.value:
        end = _end(text, parent) - 1
        return text[:end] + (", " if parent.value else "") + line + text[end:]
    end = _end(text, parent.value[-1][1])
    return f"{text[:end]}\n{' ' * parent.start_mark.column}{line}{text[end:]}"


def _node(text: str, path: Sequence[Step]) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise NoSuchPlace from error
    for step in path:
        node = _child(node, step) if node is not None else None
    return node


def _value(text: str, path: Sequence[Step]) -> Any:
    value = yaml.safe_load(text)
    for step in path:
        value = value[step]
    return value


def _child(node: yaml.Node, step: Step) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    return None


def _opening(parent: yaml.Node, node: yaml.Node) -> int:
    """Return where the entry of a block begins: at its key or its hyphen."""
    if isinstance(parent, yaml.MappingNode):
        return int(next(key.start_mark.index for key, value in parent.value if value is node))
    return int(node.start_mark.index)


def _end(text: str, node: yaml.Node) -> int:
    """Return where a node's own text ends; a block's mark lies behind the blanks and comments after it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    return len(text[: node.end_mark.index].rstrip()) if node.end_mark.index else 0


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _written(value: Any) -> str:
    dumped = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return dumped.removesuffix("\n").removesuffix("\n...")
