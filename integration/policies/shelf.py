"""The policies, rules, presets and word lists in use, from files and from what admins published."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from integration.domain.complaint import CueBook
from integration.domain.cues import LanguageCues
from integration.domain.policy import Policy, Traits
from integration.domain.preset import Clocks, Grade, Preset
from integration.domain.rules import Rules
from integration.policies.kept_files import Kept, keep_up
from integration.policies.load import (
    CLOCKS,
    CUES,
    PRESETS,
    RULES,
    load_clocks,
    load_language,
    load_policy,
    load_presets,
    load_rules,
)
from integration.policies.problem import InvalidPolicy, PolicyProblem
from integration.statements import Statement

SHIPPED = Path(__file__).parent
# What admins published in the program counts as one more folder. Below it are what was in force before, until
# the day from which its successor is, and what was taken back, for the complaints that run by it.
PUBLISHED = Path("published")
BEFORE = PUBLISHED / "before"
PAST = PUBLISHED / "past"

Texts = Mapping[str, str]
_Loaded = TypeVar("_Loaded")


class PolicyShelf:
    """Policies, rules, presets and word lists of several folders, of which a later one wins.

    A folder holds `rules.yaml`, `clocks.yaml`, `cues/LANGUAGE.yaml`, `presets/ID.yaml` and any number of
    policies under other names. A changed file is read again by the next question; a removed one is forgotten.
    `published` gives texts by such names, which win over every folder, and under `before/` and `past/` the
    policies that were published earlier.
    """

    def __init__(self, folders: Sequence[Path] = (SHIPPED,), published: Callable[[], Texts] = dict) -> None:
        self._folders = tuple(folders)
        self._published = published
        self._lock = threading.Lock()
        self._policies: dict[Path, Kept[Policy]] = {}
        self._rules: dict[Path, Kept[Rules]] = {}
        self._clocks: dict[Path, Kept[Clocks]] = {}
        self._presets: dict[Path, Kept[tuple[Preset, ...]]] = {}
        self._languages: dict[Path, Kept[tuple[str, LanguageCues]]] = {}
        self._book = CueBook()
        self._versions: dict[str, tuple[Preset, ...]] = {}

    def overlaid(self, texts: Texts) -> "PolicyShelf":
        """Return a shelf on which these texts win over everything, as if they had been published."""
        return PolicyShelf(self._folders, lambda: {**self._published(), **texts})

    def current(self, now: datetime, traits: Traits | None = None) -> Policy:
        """Return the policy in force for a complaint, or for complaints in general.

        The last folder that has one for it wins; in it the one that asks for more of the complaint, then
        the one in force most recently. Raises `InvalidPolicy` where no folder has any.
        """
        with self._lock:
            self._refresh_policies()
            for folder in self._strongest_first():
                fitting = [
                    policy
                    for policy in _in_force(self._policies_in(folder), now)
                    if (policy.scope.holds(traits) if traits else not policy.scope.criteria)
                ]
                if fitting:
                    return max(fitting, key=lambda p: (p.scope.criteria, p.effective_from, p.version))
        message = Statement("no_policy")
        raise InvalidPolicy([PolicyProblem(self._folders[-1], 0, message)])

    def find(self, policy_id: str, version: int) -> Policy | None:
        """Return the version of a policy that a running complaint started with, where it is still kept."""
        with self._lock:
            self._refresh_policies()
            for folder in (*self._strongest_first(), PAST):
                for policy in self._policies_in(folder):
                    if (policy.id, policy.version) == (policy_id, version):
                        return policy
        return None

    def running(self, policy_id: str | None, version: int | None, now: datetime) -> Policy:
        """Return the policy that a running complaint goes on with.

        It is the version it started with, unless a later one in force says that it takes over what runs.
        """
        with self._lock:
            self._refresh_policies()
            for folder in self._strongest_first():
                same = [p for p in self._policies_in(folder) if p.id == policy_id]
                newest = max(_in_force(same, now), key=lambda p: (p.effective_from, p.version), default=None)
                if newest and newest.version > (version or 0) and newest.takes_over_running:
                    return newest
        return self.find(policy_id or "", version or 0) or self.current(now)

    def in_force(self, now: datetime) -> tuple[Policy, ...]:
        """Return every policy that decides for some complaint now, strongest first."""
        with self._lock:
            self._refresh_policies()
            found: dict[str, Policy] = {}
            for folder in self._strongest_first():
                policies = _in_force(self._policies_in(folder), now)
                for policy in sorted(policies, key=lambda p: (p.effective_from, p.version), reverse=True):
                    found.setdefault(policy.id, policy)
            return tuple(found.values())

    def rules(self) -> Rules:
        """Return the rules of the last folder that has some."""
        with self._lock:
            self._refresh_rules()
            return self._last(self._rules, RULES) or Rules()

    def clocks(self) -> Clocks:
        """Return what the last folder that has a `clocks.yaml` says about presets and jurisdictions."""
        with self._lock:
            self._refresh_clocks()
            return self._last(self._clocks, CLOCKS) or Clocks()

    def presets(self) -> Mapping[str, tuple[Preset, ...]]:
        """Return the versions of each deadline preset, oldest first."""
        with self._lock:
            self._refresh_presets()
            return self._versions

    def cues(self) -> CueBook:
        """Return the word lists; a language in a later folder replaces that of an earlier one."""
        with self._lock:
            self._refresh_cues()
            return self._book

    def names(self) -> tuple[str, ...]:
        """Return the names of the policies, without rules, clocks, presets and word lists."""
        with self._lock:
            self._refresh_policies()
            return tuple(sorted({path.name for path in self._policies if path.parent not in (BEFORE, PAST)}))

    def text_of(self, name: str) -> str | None:
        """Return the text in force under a name: what was published, else the strongest file."""
        published = self._published().get(name)
        if published is not None:
            return published
        file = self.file_of(name)
        return file.read_text("utf-8") if file else None

    def file_of(self, name: str) -> Path | None:
        """Return the strongest file of a name, whatever is published over it."""
        files = (folder / name for folder in reversed(self._folders))
        return next((file for file in files if file.is_file()), None)

    @property
    def problems(self) -> tuple[PolicyProblem, ...]:
        """Return what is wrong with the files now; what they last held rightly stays in use."""
        with self._lock:
            self._refresh_all()
            found = [file.problems for file in self._policies.values()]
            found += [file.problems for file in self._rules.values()]
            found += [file.problems for file in self._clocks.values()]
            found += [file.problems for file in self._presets.values()]
            found += [file.problems for file in self._languages.values()]
            return (*(problem for problems in found for problem in problems), *self._unusable_switches())

    def _unusable_switches(self) -> Iterator[PolicyProblem]:
        path = next((f / CLOCKS for f in self._strongest_first() if f / CLOCKS in self._clocks), None)
        clocks = self._clocks[path].good if path else None
        if path is None or clocks is None:
            return
        for switch in clocks.switches:
            versions = self._versions.get(switch.preset_id)
            if versions is None:
                yield PolicyProblem(path, 0, Statement("no_preset", id=switch.preset_id))
            elif switch.checked_on is None and not _has_verified_limits(versions[-1]):
                yield PolicyProblem(
                    path,
                    0,
                    Statement("preset_unchecked", id=switch.preset_id),
                )

    def _strongest_first(self) -> tuple[Path, ...]:
        return (PUBLISHED, BEFORE, *reversed(self._folders))

    def _last(self, files: Mapping[Path, Kept[_Loaded]], name: str) -> _Loaded | None:
        kept = (files.get(folder / name) for folder in self._strongest_first())
        return next((file.good for file in kept if file and file.good), None)

    def _policies_in(self, folder: Path) -> list[Policy]:
        return [file.good for path, file in self._policies.items() if path.parent == folder and file.good]

    def _texts(self) -> dict[Path, str]:
        return {PUBLISHED / name: text for name, text in self._published().items()}

    # Each question reads only the files it is about: looking at all of them takes a millisecond.

    def _refresh_policies(self) -> None:
        texts = self._texts()
        files = [path for folder in self._folders for path in sorted(folder.glob("*.yaml"))]
        others = {RULES, CLOCKS}
        nested = {CUES, PRESETS}
        paths = [p for p in (*files, *texts) if p.name not in others and p.parent.name not in nested]
        keep_up(self._policies, paths, load_policy, texts)

    def _refresh_rules(self) -> None:
        keep_up(self._rules, self._named(RULES), load_rules, self._texts())

    def _refresh_clocks(self) -> None:
        keep_up(self._clocks, self._named(CLOCKS), load_clocks, self._texts())

    def _refresh_presets(self) -> None:
        texts = self._texts()
        paths = self._nested(PRESETS, texts)
        if keep_up(self._presets, paths, load_presets, texts):
            good = _good(self._presets, paths)
            self._versions = {versions[0].id: versions for versions in good}

    def _refresh_cues(self) -> None:
        texts = self._texts()
        paths = self._nested(CUES, texts)
        if keep_up(self._languages, paths, load_language, texts):
            self._book = CueBook(dict(_good(self._languages, paths)))

    def _refresh_all(self) -> None:
        self._refresh_policies()
        self._refresh_rules()
        self._refresh_clocks()
        self._refresh_presets()
        self._refresh_cues()

    def _named(self, name: str) -> list[Path]:
        return [folder / name for folder in (*self._folders, PUBLISHED)]

    def _nested(self, name: str, texts: Iterable[Path]) -> list[Path]:
        files = [path for folder in self._folders for path in sorted((folder / name).glob("*.yaml"))]
        return [*files, *(path for path in texts if path.parent == PUBLISHED / name)]


def _good(files: Mapping[Path, Kept[_Loaded]], paths: Iterable[Path]) -> Iterator[_Loaded]:
    # Later folders last, so that what they say replaces what earlier ones say.
    return (file.good for path in paths if (file := files.get(path)) and file.good)


def _in_force(policies: Iterable[Policy], now: datetime) -> Iterator[Policy]:
    return (p for p in policies if p.effective_from <= now.astimezone(ZoneInfo(p.time_zone)).date())


def _has_verified_limits(preset: Preset) -> bool:
    return not preset.limits or any(limit.grade is Grade.VERIFIED for limit in preset.limits)
