"""Edited texts as files, for version control and for moving them from a sandbox to production."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from integration.handling import editing
from integration.handling.editing import Broken, DiffLine, Finding
from integration.parts import Parts
from integration.store import editions
from integration.store.editions import State

MAX_FILES = 500
MAX_ZIP_BYTES = 2_000_000
MAX_FILE_BYTES = 4 * editing.MAX_CHARS
# The same texts give the same bytes, so that two exports can be compared.
STAMP = (2026, 1, 1, 0, 0, 0)

Texts = Mapping[str, str]
InForce = Callable[[str], str | None]
CheckPlace = Callable[[str, str], Sequence[Finding]]


# What zipfile says of a file that is no zip, damaged (a seek before the start, a broken stream, a cut end),
# encrypted (RuntimeError) or packed in a way it does not know (NotImplementedError, one of those).
_UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, OSError, EOFError)


class NotTaken(Exception):
    """These are no files that could be taken in; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file that says something else than what is in force."""

    place: str
    before: str
    after: str
    findings: tuple[Finding, ...]

    @property
    def is_broken(self) -> bool:
        return any(finding.is_error for finding in self.findings)

    @property
    def lines(self) -> list[DiffLine]:
        return editing.difference(self.before, self.after)


def export(parts: Parts, prefix: str) -> dict[str, str]:
    """Return what is published below a prefix, by place."""
    with parts.database.read() as conn:
        found = editions.in_state(conn, prefix, State.PUBLISHED)
    return {path.removeprefix(prefix): edition.text for path, edition in sorted(found.items())}


def compare(files: Texts, in_force: InForce, check: CheckPlace) -> list[Change]:
    """Return what the files would change, each with what is wrong with it."""
    changes = []
    for place, text in sorted(files.items()):
        before = in_force(place) or ""
        if before != text:
            changes.append(Change(place, before, text, tuple(check(place, text))))
    return changes


def take_in(parts: Parts, prefix: str, changes: Sequence[Change], *, actor: str, in_force: bool) -> None:
    """Save every change as a draft, or put all of them in force at once: one that is broken stops all.

    A draft of the same text stays among its versions. Raises `Broken`.
    """
    errors = [f for change in changes for f in change.findings if f.is_error]
    if in_force and errors:
        raise Broken(errors)
    with parts.database.write() as conn:
        for change in changes:
            path = prefix + change.place
            editions.set_aside_draft(conn, path)
            draft = editing.keep_draft(
                conn, parts, path, change.after, actor=actor, comment="import", revision=0
            )
            if in_force:
                editing.put_in_force(conn, parts, path, actor=actor, revision=draft.revision)
    editing.look(parts)


def pack(files: Texts) -> bytes:
    """Return the files as one zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, text in files.items():
            archive.writestr(zipfile.ZipInfo(place, STAMP), text)
    return content.getvalue()


def unpack(content: bytes, is_ours: Callable[[str], bool]) -> dict[str, str]:
    """Return the files of a zip that are ours by their name. Raises `NotTaken`; bounds what it unpacks."""
    if len(content) > MAX_ZIP_BYTES:
        raise NotTaken(f"The zip is larger than {MAX_ZIP_BYTES // 1_000_000} MB; send fewer files.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {name: _read(archive, name) for name in _some(archive.namelist(), is_ours)}
    except _UNREADABLE as error:
        raise NotTaken("This is not a zip that can be read; make it anew.") from error


def read_folder(folder: Path, is_ours: Callable[[str], bool]) -> dict[str, str]:
    """Return the files of a folder that are ours by their place in it. Raises `NotTaken`."""
    places = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    return {place: _text(place, (folder / place).read_bytes()) for place in _some(places, is_ours)}


def _some(names: Sequence[str], is_ours: Callable[[str], bool]) -> list[str]:
    ours = [name for name in names if is_ours(name)]
    if not ours:
        raise NotTaken("There is no text in it that Makegood knows; export some to see how they are named.")
    if len(ours) > MAX_FILES:
        raise NotTaken(f"These are more than {MAX_FILES} files; take them in by parts.")
    return ours


def _read(archive: zipfile.ZipFile, name: str) -> str:
    # The size that the zip tells may be a lie, so no more than this is ever unpacked.
    with archive.open(name) as opened:
        return _text(name, opened.read(MAX_FILE_BYTES + 1))


def _text(name: str, content: bytes) -> str:
    if len(content) > MAX_FILE_BYTES:
        raise NotTaken(f"{name} is longer than {MAX_FILE_BYTES} bytes; split it.")
    if b"\0" in content:
        raise NotTaken(f"{name} holds a NUL character; save it as plain text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotTaken(f"{name} is not UTF-8; save it as such.") from error
