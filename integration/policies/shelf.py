"""The policy files in use: read again when they change, and kept as they were while they are wrong."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from integration.domain.complaint import CueBook
from integration.domain.cues import LanguageCues
from integration.domain.policy import Policy
from integration.domain.rules import Rules
from integration.policies.load import load_language, load_policy, load_rules
from integration.policies.problem import InvalidPolicy, PolicyProblem

SHIPPED = Path(__file__).parent
RULES = "rules.yaml"
CUES = "cues"
# What admins published in the program counts as one more folder; below it are policies published before.
PUBLISHED = Path("published")
PAST = PUBLISHED / "past"

Loaded = TypeVar("Loaded")
Texts = Mapping[str, str]
_Stamp = tuple[int, int]


@dataclass(slots=True)
class _File(Generic[Loaded]):
    """A file as last read; `good` outlives later mistakes."""

    stamp: _Stamp | None = None
    good: Loaded | None = None
    problems: tuple[PolicyProblem, ...] = ()


class PolicyShelf:
    """Policies, rules and word lists of several folders, of which a later one wins over an earlier one.

    A folder holds `rules.yaml`, `cues/LANGUAGE.yaml` and any number of policies under other names. A changed
    file is read again by the next question; a removed one is forgotten. `published` gives texts by such
    names, which win over every folder, and under `past/` policies that running complaints go on with.
    """

    def __init__(self, folders: Sequence[Path] = (SHIPPED,), published: Callable[[], Texts] = dict) -> None:
        self._folders = tuple(folders)
        self._published = published
        self._lock = threading.Lock()
        self._policies: dict[Path, _File[Policy]] = {}
        self._rules: dict[Path, _File[Rules]] = {}
        self._languages: dict[Path, _File[tuple[str, LanguageCues]]] = {}
        self._book = CueBook()

    def current(self, now: datetime) -> Policy:
        """Return the policy in force: of the last folder that has one, the one in force most recently.

        Raises `InvalidPolicy` where no folder has any.
        """
        with self._lock:
            self._refresh()
            for folder in (PUBLISHED, *reversed(self._folders)):
                in_force = [
                    policy
                    for policy in self._policies_in(folder)
                    if policy.effective_from <= now.astimezone(policy.calendar.zone).date()
                ]
                if in_force:
                    return max(in_force, key=lambda policy: (policy.effective_from, policy.version))
        message = "no policy is in force; put one here whose effective_from is not ahead."
        raise InvalidPolicy([PolicyProblem(self._folders[-1], 0, message)])

    def find(self, policy_id: str, version: int) -> Policy | None:
        """Return the version of a policy that a running complaint started with, where it is still kept."""
        with self._lock:
            self._refresh()
            for folder in (PUBLISHED, *reversed(self._folders), PAST):
                for policy in self._policies_in(folder):
                    if (policy.id, policy.version) == (policy_id, version):
                        return policy
        return None

    def rules(self) -> Rules:
        """Return the rules of the last folder that has some."""
        with self._lock:
            self._refresh()
            for folder in (PUBLISHED, *reversed(self._folders)):
                file = self._rules.get(folder / RULES)
                if file and file.good:
                    return file.good
        return Rules()

    def cues(self) -> CueBook:
        """Return the word lists; a language in a later folder replaces that of an earlier one."""
        with self._lock:
            self._refresh()
            return self._book

    @property
    def problems(self) -> tuple[PolicyProblem, ...]:
        """Return what is wrong with the files now; what they last held rightly stays in use."""
        with self._lock:
            self._refresh()
            found = [file.problems for file in self._policies.values()]
            found += [file.problems for file in self._rules.values()]
            found += [file.problems for file in self._languages.values()]
            return tuple(problem for problems in found for problem in problems)

    def _policies_in(self, folder: Path) -> list[Policy]:
        return [file.good for path, file in self._policies.items() if path.parent == folder and file.good]

    def _refresh(self) -> None:
        policies: list[Path] = []
        rules: list[Path] = []
        languages: list[Path] = []
        texts = {PUBLISHED / name: text for name, text in self._published().items()}
        files = [path for folder in self._folders for path in sorted(folder.glob("*.yaml"))]
        for path in (*files, *texts):
            (rules if path.name == RULES else policies).append(path)
        for folder in self._folders:
            languages += sorted((folder / CUES).glob("*.yaml"))
        _keep_up(self._policies, policies, load_policy, texts)
        _keep_up(self._rules, rules, load_rules, texts)
        if _keep_up(self._languages, languages, load_language, texts):
            self._book = CueBook(dict(file.good for file in self._in_order(languages) if file.good))

    def _in_order(self, paths: Iterable[Path]) -> Iterator[_File[tuple[str, LanguageCues]]]:
        # Later folders last, so that their languages replace the earlier ones.
        return (self._languages[path] for path in paths if path in self._languages)


def _keep_up(
    files: dict[Path, _File[Loaded]],
    paths: Iterable[Path],
    load: Callable[[Path, str | None], Loaded],
    texts: Mapping[Path, str],
) -> bool:
    """Read what is new or changed and forget what has gone; return whether anything changed."""
    present = {path: stamp for path in paths if (stamp := _stamp(path, texts.get(path)))}
    changed = False
    for path in [path for path in files if path not in present]:
        del files[path]
        changed = True
    for path, stamp in present.items():
        file = files.setdefault(path, _File())
        if file.stamp == stamp:
            continue
        changed = True
        file.stamp = stamp
        try:
            file.good, file.problems = load(path, texts.get(path)), ()
        except InvalidPolicy as invalid:
            file.problems = invalid.problems
    return changed


def _stamp(path: Path, text: str | None) -> _Stamp | None:
    if text is not None:
        return hash(text), len(text)
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
