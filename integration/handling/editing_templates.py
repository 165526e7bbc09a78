"""Response templates and notes as admins edit them: the list, one text with its versions, checks, preview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from integration.handling import editing, suggesting, text_files
from integration.handling.case import read_case
from integration.handling.editing import Finding
from integration.handling.sidebar import UnknownTicket, letter_values
from integration.handling.text_files import Change
from integration.parts import Parts
from integration.responses import samples
from integration.responses.document import InvalidDocument
from integration.responses.errors import RendererUnavailable, TemplateFailed
from integration.responses.files import Key, key_of, place_of, understood
from integration.responses.library import Library, Rendered
from integration.responses.lint import problems_of
from integration.responses.sandbox import Sandbox
from integration.responses.shelf import FALLBACK_LOCALE, PUBLISHED
from integration.statements import Statement
from integration.store import editions, facts, requesters, suggestion_uses
from integration.store.editions import TEMPLATES, Edition, State
from integration.store.suggestion_uses import Uses

USED_WITHIN = timedelta(days=180)


class Standing(StrEnum):
    """How one text of a template stands."""

    IN_USE = "in_use"  # as a file says it
    PUBLISHED = "published"
    DRAFT = "draft"  # a draft is being written, whatever is in force
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Row:
    """A template in the list: its languages with their standing, and what agents made of it."""

    key: Key
    title: str
    locales: Mapping[str, Standing]
    uses: Uses


@dataclass(frozen=True, slots=True)
class Desk:
    """One text as the editor opens it; `in_force` is what goes out now, None where nothing does.

    `is_shipped` says that there is a file to fall back on when everything published is taken back.
    """

    key: Key
    title: str
    text: str
    in_force: str | None
    is_shipped: bool
    versions: tuple[Edition, ...]
    locales: Mapping[str, Standing]

    @property
    def path(self) -> str:
        return path_of(self.key)

    @property
    def draft(self) -> Edition | None:
        return editing.draft_of(self.versions)

    @property
    def published(self) -> Edition | None:
        return editing.published_of(self.versions)


def path_of(key: Key) -> str:
    """Return under which path the versions of a template are kept."""
    return TEMPLATES + place_of(key)


def rows(parts: Parts, kind: str, locale: str) -> list[Row]:
    """List the templates of a kind, `response` or `note`, titled in `locale` where it has the title."""
    with parts.database.read() as conn:
        drafts = editions.in_state(conn, TEMPLATES, State.DRAFT)
        published = editions.in_state(conn, TEMPLATES, State.PUBLISHED)
        used = suggestion_uses.counts(conn, since=parts.clock() - USED_WITHIN)
    broken = {problem.file for problem in parts.library.problems}
    found: dict[tuple[str, str], dict[str, Standing]] = {}
    titles: dict[tuple[str, str], dict[str, str]] = {}
    for source in parts.library.sources("note" if kind == "note" else "response"):
        key, name = source.key, (source.key.name, source.key.variant)
        path = path_of(key)
        is_broken = source.path in broken or PUBLISHED / place_of(key) in broken
        found.setdefault(name, {})[key.locale] = _standing(path, drafts, published, is_broken=is_broken)
        titles.setdefault(name, {})[key.locale] = source.head.title if source.head else key.name
    for key in _keys(drafts, kind):
        found.setdefault((key.name, key.variant), {}).setdefault(key.locale, Standing.DRAFT)
    return [
        Row(
            key=Key("note" if kind == "note" else "response", FALLBACK_LOCALE, *name),
            title=_title(titles.get(name, {}), locale) or ".".join(filter(None, name)),
            locales=dict(sorted(locales.items())),
            uses=used.get(".".join(filter(None, name)), Uses()),
        )
        for name, locales in sorted(found.items())
    ]


def open_text(parts: Parts, key: Key) -> Desk:
    """Return a text with its versions; one that does not exist yet starts from the English one."""
    found = editing.versions(parts, path_of(key))
    source = parts.library.source(key)
    start = source or parts.library.source(Key(key.kind, FALLBACK_LOCALE, key.name, key.variant))
    start = start or parts.library.source(Key(key.kind, key.locale, key.name))
    draft = editing.draft_of(found)
    row = next((r for r in rows(parts, key.kind, key.locale) if _same(r.key, key)), None)
    return Desk(
        key=key,
        title=row.title if row else key.template_id,
        text=draft.text if draft else start.whole if start else "",
        in_force=source.whole if source else None,
        is_shipped=parts.library.has_file(key),
        versions=tuple(found),
        locales=row.locales if row else {},
    )


def check(parts: Parts, key: Key, text: str) -> list[Finding]:
    """Return what is wrong with a text and what a reader would notice, by line."""
    place = place_of(key)
    if len(text) > editing.MAX_CHARS:
        return [Finding(1, Statement("too_long", most=editing.MAX_CHARS), is_error=True)]
    try:
        understood(text, PUBLISHED / place, key, Sandbox())
    except InvalidDocument as error:
        return [Finding(error.line, error.message, is_error=True)]
    library = parts.library.trying({place: text})
    source = library.source(key)
    if source is None:
        return [Finding(1, Statement("not_readable"), is_error=True)]
    try:
        _samples(library, key)
    except TemplateFailed as failure:
        return [_finding(failure)]
    except RendererUnavailable as error:
        return [Finding(1, str(error), is_error=True)]
    return [
        Finding(problem.line, problem.message, is_error=False) for problem in problems_of(library, source)
    ]


def preview(
    parts: Parts, key: Key, text: str, *, ticket_id: int, locale: str, agent_id: int, zone: ZoneInfo
) -> Rendered:
    """Fill a letter for a past ticket, as `text` says it, in `locale` where that has a text.

    Raises `UnknownTicket` and the library's errors.
    """
    now = parts.clock()
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
        if case is None:
            raise UnknownTicket
        outside = facts.of_requester(conn, case.requester.id)
        agent = requesters.get(conn, agent_id)
        drafts = editions.in_state(conn, TEMPLATES, State.DRAFT)
    texts = {path.removeprefix(TEMPLATES): draft.text for path, draft in drafts.items()}
    library = parts.library.trying({**texts, place_of(key): text})
    values = letter_values(case, outside, agent_name=agent.name if agent else None, now=now, zone=zone)
    return library.render(key.template_id, locale, values)


def preview_note(parts: Parts, key: Key, text: str) -> str:
    """Fill a note with made-up values. Raises the library's errors."""
    return parts.library.trying({place_of(key): text}).render_note(key.name, key.locale, samples.full_note())


def forget_choices(parts: Parts, key: Key, *, actor: str) -> int:
    """Have agents' choices say nothing about a template any more; return how many choices that were."""
    return suggesting.unlearn(parts, key.template_id, actor=actor)


def compare_files(parts: Parts, files: Mapping[str, str]) -> list[Change]:
    """Return what some files, by their place, would change."""

    def in_force(place: str) -> str | None:
        key = key_of(place)
        source = parts.library.source(key) if key else None
        return source.whole if source else None

    def findings(place: str, text: str) -> list[Finding]:
        key = key_of(place)
        return check(parts, key, text) if key else []

    return text_files.compare(files, in_force, findings)


def _samples(library: Library, key: Key) -> None:
    if key.kind == "response":
        for values in (samples.nothing_known(), samples.all_known()):
            library.render(key.template_id, key.locale, values)
    elif key.kind == "note":
        for note in samples.notes():
            library.render_note(key.name, key.locale, note)


def _finding(failure: TemplateFailed) -> Finding:
    return Finding(failure.problem.line, failure.problem.message, is_error=True)


def _standing(
    path: str, drafts: Mapping[str, Edition], published: Mapping[str, Edition], *, is_broken: bool
) -> Standing:
    if is_broken:
        return Standing.BROKEN
    if path in drafts:
        return Standing.DRAFT
    return Standing.PUBLISHED if path in published else Standing.IN_USE


def _keys(drafts: Iterable[str], kind: str) -> Sequence[Key]:
    keys = (key_of(path.removeprefix(TEMPLATES)) for path in drafts)
    return [key for key in keys if key is not None and key.kind == kind]


def _title(titles: Mapping[str, str], locale: str) -> str | None:
    language = locale.partition("-")[0].lower()
    return titles.get(language) or titles.get(FALLBACK_LOCALE) or next(iter(titles.values()), None)


def _same(one: Key, other: Key) -> bool:
    return (one.kind, one.name, one.variant) == (other.kind, other.name, other.variant)
