"""The files as last read: a changed file is read again, a broken one leaves its last good version."""

import copy
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from integration.responses.document import InvalidDocument
from integration.responses.errors import TemplateProblem
from integration.responses.files import Key, Kind, Source, Stamp, key_of, place_of, read, understood, walk
from integration.responses.sandbox import Sandbox
from integration.statements import Statement

FALLBACK_LOCALE = "en"
REFRESH_SECONDS = 2.0
# Where texts lie that admins published in the program; it is no folder on disk.
PUBLISHED = Path("published")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its stamp, its last good version if there was one, what is wrong with it now."""

    stamp: Stamp
    source: Source | None
    problem: TemplateProblem | None


class Shelf:
    """Several folders in one; a later folder's file takes the place of an earlier one's.

    `published` gives texts by their place below a folder; they take the place of every file.
    """

    def __init__(self, folders: tuple[Path, ...], published: Callable[[], Texts] = dict) -> None:
        self._folders = folders
        self.published = published
        self._lock = threading.Lock()
        self._syntax = Sandbox()
        self._entries: dict[Path, Entry] = {}
        self._sources: Mapping[Key, Source] = {}
        self._problems: tuple[TemplateProblem, ...] = ()
        # The database may not be ready yet: what is published is asked for with the first question.
        self._refresh({})
        self._looked_at = 0.0

    def over(self, published: Callable[[], Texts]) -> "Shelf":
        """Return a shelf over the same folders and other published texts; files are not read again."""
        other = copy.copy(self)
        other.published = published
        other._lock = threading.Lock()
        other._looked_at = 0.0
        return other

    @property
    def problems(self) -> tuple[TemplateProblem, ...]:
        return self._problems

    @property
    def sources(self) -> Mapping[Key, Source]:
        """Every text in force: the same object until one of them changes."""
        return self._sources

    def refresh_if_due(self) -> None:
        """Refresh when the last look is `REFRESH_SECONDS` old, unless another thread is about it."""
        if time.monotonic() - self._looked_at > REFRESH_SECONDS and not self._lock.locked():
            self.refresh()

    def refresh(self) -> None:
        """Look at every file's stamp and read what changed."""
        self._refresh(self.published())

    def _refresh(self, published: Texts) -> None:
        with self._lock:
            self._looked_at = time.monotonic()
            entries: dict[Path, Entry] = {}
            sources: dict[Key, Source] = {}
            problems: list[TemplateProblem] = []
            for folder in self._folders:
                for path, key, stamp in walk(folder):
                    entries[path] = self._entry(path, key, stamp)
            for place, text in published.items():
                entries[PUBLISHED / place] = self._entry(
                    PUBLISHED / place, key_of(place), Stamp(hash(text), len(text)), text
                )
            for entry in entries.values():
                if entry.source is not None:
                    sources[entry.source.key] = entry.source
                if entry.problem is not None:
                    problems.append(entry.problem)
            self._entries, self._problems = entries, tuple(problems)
            # Whoever built something from the sources knows by this object that nothing has changed.
            if sources != self._sources:
                self._sources = sources

    def get(self, key: Key) -> Source | None:
        """Return exactly this one."""
        return self._sources.get(key)

    def has_file(self, key: Key) -> bool:
        """Whether one of the folders holds this, whatever is published over it."""
        return any((folder / place_of(key)).is_file() for folder in self._folders)

    def all(self, kind: Kind) -> Iterator[Source]:
        return (source for key, source in self._sources.items() if key.kind == kind)

    def find(self, kind: Kind, locale: str, name: str = "", variant: str = "") -> Source | None:
        """Return the exact locale's file, else the language's, else the English one."""
        for candidate in fallbacks(locale):
            source = self._sources.get(Key(kind, candidate, name, variant))
            if source is not None:
                return source
        return None

    def _entry(self, path: Path, key: Key | None, stamp: Stamp, text: str | None = None) -> Entry:
        known = self._entries.get(path)
        if known is not None and known.stamp == stamp:
            return known
        last_good = known.source if known else None
        if key is None:
            return Entry(stamp, None, TemplateProblem(path, 1, Statement("no_template_place")))
        try:
            source = (
                read(path, key, self._syntax) if text is None else understood(text, path, key, self._syntax)
            )
            return Entry(stamp, source, None)
        except InvalidDocument as error:
            return Entry(stamp, last_good, TemplateProblem(path, error.line, error.message))
        except OSError as error:
            return Entry(stamp, last_good, TemplateProblem(path, 1, error.strerror or "cannot be read"))


def fallbacks(locale: str) -> tuple[str, ...]:
    """Return where to look, in order: `pt-BR` gives pt-br, pt, en."""
    exact = locale.lower().replace("_", "-")
    return tuple(dict.fromkeys((exact, exact.partition("-")[0], FALLBACK_LOCALE)))
