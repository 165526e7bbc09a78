"""The response templates as the rest of the program uses them: cards to rank, letters and notes to render."""

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any, Self

from babel import Locale, UnknownLocaleError

from integration.domain.deadline import Delay, Unit
from integration.domain.suggestion import TemplateCard
from integration.responses.encoding import encode
from integration.responses.errors import TemplateFailed, TemplateProblem, UnknownTemplate
from integration.responses.files import Key, Kind, Source
from integration.responses.front_matter import FrontMatter
from integration.responses.process import RendererProcess, RenderingStopped
from integration.responses.shelf import Shelf, Texts, fallbacks
from integration.responses.values import NoteValues, Values


@dataclass(frozen=True, slots=True)
class PromiseOffer:
    """What a letter commits its sender to; `by` is the day that stands in its text."""

    what: str
    within: Delay
    by: date


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter: `text` is plain, `html` the same in paragraphs with everything escaped.

    `unfilled` names the values that show as ⟦…⟧, as `Values` spells them (`order`, `agent.name`).
    `locale` is the language found, `is_fallback` that it is not the one asked for.
    """

    text: str
    html: str
    unfilled: tuple[str, ...]
    gestures: tuple[str, ...]
    locale: str
    is_fallback: bool
    promise: PromiseOffer | None


class Library:
    """Every template of some folders, later folders before earlier ones. Safe to share between threads.

    Edited files are noticed within two seconds; one that broke keeps its last good version.

    The rendering process starts with the first rendering; `close` ends it.
    """

    def __init__(
        self, shelf: Shelf, renderer: RendererProcess, trials: RendererProcess | None = None
    ) -> None:
        self._shelf = shelf
        self._renderer = renderer
        self._trials = trials or RendererProcess()
        self._cards: tuple[Mapping[Key, Source], tuple[TemplateCard, ...]] | None = None

    @classmethod
    def load(cls, *folders: Path, published: Callable[[], Texts] = dict) -> Self:
        """Read the folders; files that are wrong are in `problems` and stop nothing.

        `published` gives texts by their place below a folder, which win over the files.
        """
        return cls(Shelf(folders, published), RendererProcess())

    def over(self, published: Callable[[], Texts]) -> "Library":
        """Return a library over the same files, with other published texts; the process is shared."""
        return Library(self._shelf.over(published), self._renderer, self._trials)

    def trying(self, drafts: Texts) -> "Library":
        """Return a library as if `drafts` were published.

        It renders in a process of its own: a text that is being written holds up nobody's letter.
        """
        in_force = self._shelf.published
        return Library(self._shelf.over(lambda: {**in_force(), **drafts}), self._trials, self._trials)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the rendering processes."""
        self._renderer.close()
        self._trials.close()

    @property
    def problems(self) -> tuple[TemplateProblem, ...]:
        return self._shelf.problems

    def refresh(self) -> None:
        """Read at once what changed on disk."""
        self._shelf.refresh()

    def sources(self, kind: Kind) -> tuple[Source, ...]:
        """Return every text of a kind that is in force."""
        self._shelf.refresh_if_due()
        return tuple(self._shelf.all(kind))

    def source(self, key: Key) -> Source | None:
        """Return the text in force for exactly this name and locale."""
        self._shelf.refresh_if_due()
        return self._shelf.get(key)

    def has_file(self, key: Key) -> bool:
        """Whether a folder holds this text, whatever is published over it."""
        return self._shelf.has_file(key)

    def cards(self) -> tuple[TemplateCard, ...]:
        """Return one card for each response template and locale, in the order of their ids.

        It is the same tuple until a text changes.
        """
        self._shelf.refresh_if_due()
        sources, kept = self._shelf.sources, self._cards
        if kept is None or kept[0] is not sources:
            self._cards = kept = (sources, _cards(sources))
        return kept[1]

    def render(self, template_id: str, locale: str, values: Values) -> Rendered:
        """Fill a response template; raises `UnknownTemplate`, `TemplateFailed` or `RendererUnavailable`."""
        self._shelf.refresh_if_due()
        family, _, variant = template_id.partition(".")
        source = self._shelf.find("response", locale, family, variant)
        if source is None or source.head is None:
            raise UnknownTemplate(f"no response template {template_id!r}")
        promise = _promise(source.head, values)
        if promise is not None:
            values = replace(values, next_date=promise.by)
        text, unfilled = self._fill(source, locale, values, values.today)
        return Rendered(
            text=text,
            html=_html(text),
            unfilled=unfilled,
            gestures=tuple(source.head.gestures),
            locale=source.key.locale,
            is_fallback=source.key.locale.partition("-")[0] != fallbacks(locale)[0].partition("-")[0],
            promise=promise,
        )

    def render_note(self, name: str, locale: str, values: NoteValues) -> str:
        """Fill an internal note; raises as `render` does."""
        self._shelf.refresh_if_due()
        source = self._shelf.find("note", locale, name)
        if source is None:
            raise UnknownTemplate(f"no note {name!r}")
        return self._fill(source, locale, values, None)[0]

    def _fill(
        self, source: Source, wanted: str, values: Values | NoteValues, today: date | None
    ) -> tuple[str, tuple[str, ...]]:
        locale = source.key.locale
        words = self._shelf.find("words", locale)
        if words is None or words.words is None:
            raise TemplateFailed(TemplateProblem(source.path, 1, f"there is no words/{locale}.yaml"))
        frame = self._shelf.find("frame", locale) if source.key.kind == "response" else None
        used = {one.name: one for one in (source, frame) if one is not None}
        request: dict[str, Any] = {
            "name": source.name,
            "sources": {name: one.text for name, one in used.items()},
            "frame": frame.name if frame else None,
            "values": encode(values, words.words),
            "locale": _formats(wanted, locale),
            "today": today.isoformat() if today else None,
            "labels": words.words.slots,
        }
        try:
            reply = self._renderer.ask(request)
        except RenderingStopped as error:
            raise TemplateFailed(TemplateProblem(source.path, 1, str(error))) from error
        if "error" in reply:
            place = used.get(reply.get("source", ""), source)
            raise TemplateFailed(TemplateProblem(place.path, reply.get("line") or 1, reply["error"]))
        return reply["text"], tuple(reply["unfilled"])


def _cards(sources: Mapping[Key, Source]) -> tuple[TemplateCard, ...]:
    responses = (source for key, source in sources.items() if key.kind == "response")
    ordered = sorted(responses, key=lambda source: (source.key.template_id, source.key.locale))
    return tuple(_card(source, source.head) for source in ordered if source.head is not None)


def _card(source: Source, head: FrontMatter) -> TemplateCard:
    return TemplateCard(
        id=source.key.template_id,
        family=source.key.name,
        variant=source.key.variant,
        locale=source.key.locale,
        title=head.title,
        keywords=tuple(head.keywords),
        categories=frozenset(category.value for category in head.categories),
        bands=frozenset(head.bands),
        channels=frozenset(head.channels),
        gestures=tuple(head.gestures),
        asks=len(head.asks),
        for_complaints=head.for_complaints,
        for_repeats=head.for_repeats,
        situations=frozenset(head.situations),
        suits=frozenset(head.suits),
        text=source.text.strip(),
    )


def _formats(wanted: str, found: str) -> str:
    """Return whose dates and amounts to write: en-GB reads the English template with British dates."""
    if wanted.replace("_", "-").lower().partition("-")[0] == found.partition("-")[0]:
        with suppress(UnknownLocaleError, ValueError):
            return str(Locale.parse(wanted.replace("-", "_")))
    return found


def _promise(head: FrontMatter, values: Values) -> PromiseOffer | None:
    if head.promise is None:
        return None
    start = values.expected_on if head.promise.after else None
    by = values.next_date or _day_after(max(values.today, start or values.today), head.promise.within)
    return PromiseOffer(head.promise.what, head.promise.within, by)


def _day_after(start: date, delay: Delay) -> date:
    """Count days; hours make whole days, business days leave out Saturday and Sunday."""
    if delay.unit is Unit.HOURS:
        return start + timedelta(days=math.ceil(delay.amount / 24))
    if delay.unit is Unit.DAYS:
        return start + timedelta(days=delay.amount)
    day = start
    for _ in range(delay.amount):
        day += timedelta(days=1)
        while day.weekday() >= 5:
            day += timedelta(days=1)
    return day


def _html(text: str) -> str:
    paragraphs = (escape(paragraph).replace("\n", "<br>") for paragraph in text.strip().split("\n\n"))
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
