"""Texts edited in the program: saved as drafts, checked, put in force, taken back, each with its record."""

import difflib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from integration.parts import Parts
from integration.store import audit_log, editions
from integration.store.editions import Edition, State

MAX_CHARS = 64_000
MAX_COMMENT = 200
MAX_PATH = 90
CONTEXT_LINES = 3


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something about a line of a text; an error keeps it from coming into force, the rest is advice."""

    line: int
    message: str
    is_error: bool


class Broken(Exception):
    """The text cannot come into force as it is; `findings` say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(f"Line {finding.line}: {finding.message}" for finding in findings))
        self.findings = tuple(findings)


class NothingToDo(Exception):
    """There is no such draft or version, or nothing that could be taken back."""


class TooLong(Exception):
    """The text or its comment is longer than is kept."""


Check = Callable[[str], Sequence[Finding]]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """A line of a comparison: `sign` is `+`, `-`, a space, or `…` where unchanged lines are left out."""

    sign: str
    before: int | None
    after: int | None
    text: str


def versions(parts: Parts, path: str) -> list[Edition]:
    """Return the versions of a text, newest first."""
    with parts.database.read() as conn:
        return editions.of_path(conn, path)


def draft_of(found: Sequence[Edition]) -> Edition | None:
    """Return the draft among the versions of a text."""
    return next((edition for edition in found if edition.state is State.DRAFT), None)


def published_of(found: Sequence[Edition]) -> Edition | None:
    """Return the version in force; None where that is a file."""
    return next((edition for edition in found if edition.state is State.PUBLISHED), None)


def save(parts: Parts, path: str, text: str, *, actor: str, comment: str, revision: int) -> Edition:
    """Save a draft, broken or not. Raises `TooLong` and `Outdated`."""
    with parts.database.write() as conn:
        return keep_draft(conn, parts, path, text, actor=actor, comment=comment, revision=revision)


def keep_draft(
    conn: Connection, parts: Parts, path: str, text: str, *, actor: str, comment: str, revision: int
) -> Edition:
    """Save a draft in a transaction of the caller's. Raises `TooLong` and `Outdated`."""
    if len(text) > MAX_CHARS or len(comment) > MAX_COMMENT or len(path) > MAX_PATH:
        raise TooLong
    return editions.save_draft(
        conn, path, text, author=actor, comment=comment, revision=revision, now=parts.clock()
    )


def publish(parts: Parts, path: str, *, actor: str, revision: int, check: Check) -> Edition:
    """Put the draft in force. Raises `Broken`, `NothingToDo`, and `Outdated` where it was saved again."""
    with parts.database.read() as conn:
        draft = draft_of(editions.of_path(conn, path))
    if draft is None:
        raise NothingToDo
    if draft.revision != revision:
        raise editions.Outdated
    errors = [finding for finding in check(draft.text) if finding.is_error]
    if errors:
        raise Broken(errors)
    with parts.database.write() as conn:
        put_in_force(conn, parts, path, actor=actor, revision=revision)
    look(parts)
    return draft


def put_in_force(conn: Connection, parts: Parts, path: str, *, actor: str, revision: int) -> None:
    """Publish the draft in a transaction of the caller's, who has checked it. Raises `Outdated`."""
    found = editions.of_path(conn, path)
    draft, present = draft_of(found), published_of(found)
    if draft is None or draft.revision != revision:
        raise editions.Outdated
    editions.publish(conn, draft, now=parts.clock())
    _record(conn, parts, actor, "text published", path, present, draft)


def roll_back(parts: Parts, path: str, *, actor: str) -> Edition | None:
    """Take back what is in force; return the version that is again, None for the file.

    Raises `NothingToDo` where the file is in force already.
    """
    with parts.database.write() as conn:
        present = published_of(editions.of_path(conn, path))
        if present is None:
            raise NothingToDo
        earlier = editions.roll_back(conn, path, now=parts.clock())
        _record(conn, parts, actor, "text rolled back", path, present, earlier)
    look(parts)
    return earlier


def look(parts: Parts) -> None:
    """See at once what was published here; other processes notice within a few seconds."""
    parts.editions.look()
    parts.library.refresh()


def discard(parts: Parts, path: str, *, actor: str) -> None:
    """Throw the draft away. Raises `NothingToDo`."""
    with parts.database.write() as conn:
        draft = draft_of(editions.of_path(conn, path))
        if draft is None or not editions.discard_draft(conn, path):
            raise NothingToDo
        _record(conn, parts, actor, "draft discarded", path, draft, None)


def difference(before: str, after: str) -> list[DiffLine]:
    """Compare two texts line by line, with a few lines around each change."""
    return list(_difference(before.splitlines(), after.splitlines()))


def _difference(old: list[str], new: list[str]) -> Iterator[DiffLine]:
    groups = difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT_LINES)
    for number, group in enumerate(groups):
        if number:
            yield DiffLine("…", None, None, "")
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                for offset, line in enumerate(old[old_from:old_to]):
                    yield DiffLine(" ", old_from + offset + 1, new_from + offset + 1, line)
                continue
            yield from (DiffLine("-", place + 1, None, old[place]) for place in range(old_from, old_to))
            yield from (DiffLine("+", None, place + 1, new[place]) for place in range(new_from, new_to))


def _record(
    conn: Connection,
    parts: Parts,
    actor: str,
    action: str,
    path: str,
    before: Edition | None,
    after: Edition | None,
) -> None:
    audit_log.write(
        conn,
        at=parts.clock(),
        actor=actor,
        action=action,
        subject=path,
        before=_named(before),
        after=_named(after),
    )


def _named(edition: Edition | None) -> dict[str, Any] | None:
    """Name a version and its text; the text itself stays with the versions."""
    if edition is None:
        return None
    digest = hashlib.sha256(edition.text.encode()).hexdigest()
    return {"version": edition.version, "sha256": digest, "comment": edition.comment}
