"""The template folder on disk: which file is what, and reading one of each kind.

`<family>/<locale>[.<variant>].md.j2` is a response template, `notes/<locale>/<name>.md.j2` an internal note,
`frame/<locale>.md.j2` the letter around every response, `words/<locale>.yaml` the words for codes.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jinja2 import TemplateSyntaxError

from integration.responses.document import MAX_CHARS, InvalidDocument
from integration.responses.front_matter import FrontMatter, parse, split
from integration.responses.sandbox import Sandbox
from integration.responses.words import Words, parse_words
from integration.statements import Statement

Kind = Literal["response", "note", "frame", "words"]
_TAG = r"(?P<locale>[a-z]{2,3}(?:-[a-z0-9]{2,8})*)"
_NAME = r"[a-z][a-z0-9-]*"
_SHAPES: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("words", re.compile(rf"words/{_TAG}\.yaml")),
    ("frame", re.compile(rf"frame/{_TAG}\.md\.j2")),
    ("note", re.compile(rf"notes/{_TAG}/(?P<name>{_NAME})\.md\.j2")),
    ("response", re.compile(rf"(?P<name>{_NAME})/{_TAG}(?:\.(?P<variant>{_NAME}))?\.md\.j2")),
)


@dataclass(frozen=True, slots=True)
class Key:
    """What a file is: `name` is the family or the note, empty for frame and words."""

    kind: Kind
    locale: str
    name: str = ""
    variant: str = ""

    @property
    def template_id(self) -> str:
        return f"{self.name}.{self.variant}" if self.variant else self.name


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read and is valid by itself; `name` changes with its content, `whole` is all of it."""

    key: Key
    path: Path
    name: str
    whole: str
    text: str = ""
    head: FrontMatter | None = None
    words: Words | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Enough to see that a file has changed."""

    modified_ns: int
    size: int


def walk(folder: Path) -> Iterator[tuple[Path, Key | None, Stamp]]:
    """Yield every template file of a folder; the key is None where the name fits no shape."""
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".j2", ".yaml", ".yml") or not path.is_file():
            continue
        stamp = _stamp(path)
        if stamp is not None:
            yield path, key_of(path.relative_to(folder).as_posix()), stamp


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except FileNotFoundError:  # deleted since the folder was listed
        return None
    return Stamp(status.st_mtime_ns, status.st_size)


def key_of(relative: str) -> Key | None:
    """Read a file's meaning from its place below the folder."""
    for kind, shape in _SHAPES:
        match = shape.fullmatch(relative)
        if match:
            parts = match.groupdict()
            return Key(kind, parts["locale"], parts.get("name") or "", parts.get("variant") or "")
    return None


def place_of(key: Key) -> str:
    """Return where a text of this key lies below a template folder."""
    match key.kind:
        case "words":
            return f"words/{key.locale}.yaml"
        case "frame":
            return f"frame/{key.locale}.md.j2"
        case "note":
            return f"notes/{key.locale}/{key.name}.md.j2"
        case "response":
            return f"{key.name}/{key.locale}{'.' + key.variant if key.variant else ''}.md.j2"


def read(path: Path, key: Key, syntax: Sandbox) -> Source:
    """Read one file; raises `InvalidDocument` with a line, or `OSError`."""
    return understood(_text(path), path, key, syntax)


def understood(text: str, path: Path, key: Key, syntax: Sandbox) -> Source:
    """Take a text as the file at `path`; raises `InvalidDocument` with a line."""
    name = f"{key.kind}-{hashlib.sha256(f'{path}:{text}'.encode()).hexdigest()[:16]}"
    if key.kind == "words":
        return Source(key, path, name, text, words=parse_words(text))
    if key.kind == "response":
        head, body = split(text)
        front_matter = parse(head)
        _check_syntax(body, syntax)
        return Source(key, path, name, text, body, front_matter)
    _check_syntax(text, syntax)
    return Source(key, path, name, text, text)


def _text(path: Path) -> str:
    if path.stat().st_size > 4 * MAX_CHARS:
        raise InvalidDocument(Statement("too_long", most=MAX_CHARS), 1)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InvalidDocument(Statement("not_utf8"), line) from error


def _check_syntax(body: str, syntax: Sandbox) -> None:
    """Parse only: compiling would already compute constants such as 'a' * 10**9 in this process."""
    try:
        syntax.parse(body)
    except TemplateSyntaxError as error:
        raise InvalidDocument(error.message or "syntax error", error.lineno) from error
    except RecursionError as error:
        raise InvalidDocument(Statement("too_deep_code"), 1) from error
