"""Follow-up policies, complaint rules and the presets switched on, as admins edit them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from integration.domain.policy import Policy
from integration.domain.preset import Clocks, Preset
from integration.handling import editing, text_files
from integration.handling.clocks import calendar_of
from integration.handling.editing import Finding
from integration.handling.text_files import Change
from integration.parts import Parts
from integration.policies.load import CLOCKS, Problems, parse
from integration.policies.rewrite import NoSuchPlace, add, drop, put
from integration.policies.shelf import PUBLISHED, PolicyShelf
from integration.statements import Statement
from integration.store import editions
from integration.store.editions import POLICIES, Edition, State

NAME = re.compile(r"(?:(?:cues|presets)/)?[a-z0-9][a-z0-9_-]{0,59}\.yaml")
NO_CLOCKS = (
    "# Which deadline presets count for your complaints, and which tickets belong to which jurisdiction.\n"
    "presets: []\n"
)


class UnknownText(Exception):
    """There is no policy, rule or word list of that name."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One text as the editor opens it; `is_shipped` says that there is a file to fall back on."""

    name: str
    text: str
    in_force: str | None
    is_shipped: bool
    versions: tuple[Edition, ...]

    @property
    def path(self) -> str:
        return POLICIES + self.name

    @property
    def title(self) -> str:
        """What the text calls itself, else its name."""
        found = parse(self.text, self.name)
        return found.title if isinstance(found, Policy) else self.name.removesuffix(".yaml")

    @property
    def draft(self) -> Edition | None:
        return editing.draft_of(self.versions)

    @property
    def published(self) -> Edition | None:
        return editing.published_of(self.versions)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that decides when and on what: what is in force, and which texts have a draft.

    `zones` names the time zone that each policy counts in, by its id.
    """

    now: datetime
    policies: tuple[Policy, ...]
    zones: Mapping[str, str]
    names: Mapping[str, str]
    clocks: Clocks
    presets: Mapping[str, tuple[Preset, ...]]
    drafts: frozenset[str]

    def in_force(self, preset_id: str) -> Preset:
        """Return the version of a preset that counts for a complaint received today."""
        versions = self.presets[preset_id]
        begun = [preset for preset in versions if preset.effective_from <= self.now.date()]
        return begun[-1] if begun else versions[0]


def path_of(name: str) -> str:
    """Return under which path the versions of a text are kept. Raises `UnknownText`."""
    if not NAME.fullmatch(name):
        raise UnknownText
    return POLICIES + name


def board(parts: Parts) -> Board:
    """Read what is in force and what is being written."""
    now = parts.clock()
    with parts.database.read() as conn:
        drafts = editions.in_state(conn, POLICIES, State.DRAFT)
        policies = parts.shelf.in_force(now)
        zones = {policy.id: calendar_of(parts, conn, policy, now).zone.key for policy in policies}
    return Board(
        now=now,
        policies=policies,
        zones=zones,
        names=_names(parts.shelf),
        clocks=parts.shelf.clocks(),
        presets=parts.shelf.presets(),
        drafts=frozenset(path.removeprefix(POLICIES) for path in drafts),
    )


def open_text(parts: Parts, name: str) -> Desk:
    """Return a text with its versions. Raises `UnknownText`."""
    found = editing.versions(parts, path_of(name))
    in_force = parts.shelf.text_of(name)
    draft = editing.draft_of(found)
    if in_force is None and not found and name != CLOCKS:
        raise UnknownText
    return Desk(
        name=name,
        text=draft.text if draft else in_force or (NO_CLOCKS if name == CLOCKS else ""),
        in_force=in_force,
        is_shipped=parts.shelf.file_of(name) is not None,
        versions=tuple(found),
    )


def check(parts: Parts, name: str, text: str) -> list[Finding]:
    """Return what is wrong with a text, by line."""
    if len(text) > editing.MAX_CHARS:
        return [Finding(1, Statement("too_long", most=editing.MAX_CHARS), is_error=True)]
    found = parse(text, name)
    if isinstance(found, Problems):
        return [Finding(max(one.line, 1), one.message, is_error=True) for one in found.problems]
    if isinstance(found, Clocks):
        problems = parts.shelf.overlaid({name: text}).problems
        return [
            Finding(max(p.line, 1), p.message, is_error=False) for p in problems if p.file == PUBLISHED / name
        ]
    return []


def numbered(parts: Parts, name: str, text: str) -> str:
    """Return the text of a policy under the next free version, since running complaints keep theirs.

    Any other text, and a policy that says nothing new, comes back as it is.
    """
    policy = parse(text, name)
    if not isinstance(policy, Policy) or parts.shelf.find(policy.id, policy.version) in (None, policy):
        return text
    version = policy.version
    while parts.shelf.find(policy.id, version) is not None:
        version += 1
    return put(text, ("version",), version)


def switch_preset(
    parts: Parts, preset_id: str, *, is_on: bool, checked_on: date | None, actor: str
) -> Edition:
    """Draft that a preset counts, or no longer. Raises `UnknownText`, `NoSuchPlace` and `Outdated`."""
    if preset_id not in parts.shelf.presets():
        raise UnknownText
    desk = open_text(parts, CLOCKS)
    found = parse(desk.text, CLOCKS)
    if not isinstance(found, Clocks):
        raise NoSuchPlace
    text, places = desk.text, [n for n, switch in enumerate(found.switches) if switch.preset_id == preset_id]
    if is_on and not places:
        item = {"id": preset_id} | ({"checked_on": checked_on} if checked_on else {})
        text = add(text, ("presets",), item)
    for place in () if is_on else reversed(places):
        text = drop(text, ("presets", place))
    revision = desk.draft.revision if desk.draft else 0
    return editing.save(parts, desk.path, text, actor=actor, comment="", revision=revision)


def compare_files(parts: Parts, files: Mapping[str, str]) -> list[Change]:
    """Return what some files, by their place, would change."""
    return text_files.compare(files, parts.shelf.text_of, lambda name, text: check(parts, name, text))


def _names(shelf: PolicyShelf) -> dict[str, str]:
    """Return in which text each policy stands, by the policy's id."""
    found = {}
    for name in shelf.names():
        policy = parse(shelf.text_of(name) or "", name)
        if isinstance(policy, Policy):
            found[policy.id] = name
    return found
