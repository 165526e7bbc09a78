"""The Jinja environment of templates that other people write, and the values as they see them."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_currency
from jinja2 import FunctionLoader, StrictUndefined, TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

FRAME = "frame"
MAX_OUTPUT = 64_000
_COMPILED = 200
_BLANK_LINES = re.compile(r"\n{3,}")
_LINE_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)


class OutputTooLong(Exception):
    """The text grew past `MAX_OUTPUT` characters."""


class Slot:
    """A value that nobody has filled: false in a condition, a marked gap in the text."""

    __slots__ = ("_filling", "_name")

    def __init__(self, name: str, filling: "Filling") -> None:
        self._name = name
        self._filling = filling

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return self._filling.gap(self._name)

    def __getitem__(self, key: str) -> "Slot":
        return Slot(f"{self._name}.{key}", self._filling)


class Facts:
    """Outside facts by name; requesters differ in which ones they have, so a missing one is a slot.

    Not a dict: a fact may be called `items`.
    """

    __slots__ = ("_filling", "_known")

    def __init__(self, known: dict[str, Any], filling: "Filling") -> None:
        self._known = known
        self._filling = filling

    def __bool__(self) -> bool:
        return bool(self._known)

    def __getitem__(self, key: str) -> Any:
        return self._known[key] if key in self._known else Slot(f"facts.{key}", self._filling)


class Filling:
    """One rendering: its language, today's date, and which slots stayed empty."""

    def __init__(self, locale: str, today: date | None, labels: dict[str, str]) -> None:
        self.locale = locale.replace("-", "_")
        self.today = today
        self.unfilled: dict[str, None] = {}
        self._labels = labels

    def gap(self, name: str) -> str:
        self.unfilled[name] = None
        label = self._labels.get(name) or name.removeprefix("facts.").replace(".", " ").replace("_", " ")
        return f"⟦{label}⟧"

    def decode(self, name: str, value: Any) -> Any:
        match value:
            case None:
                return Slot(name, self)
            case {"$date": text}:
                return date.fromisoformat(text)
            case {"$moment": text}:
                return datetime.fromisoformat(text)
            case {"$money": [amount, currency]}:
                return (Decimal(amount), currency)
            case {"$facts": given}:
                return Facts({key: self.decode(f"facts.{key}", one) for key, one in given.items()}, self)
            case dict():
                return {key: self.decode(f"{name}.{key}" if name else key, one) for key, one in value.items()}
            case list():
                return [self.decode(name, one) for one in value]
        return value

    def date(self, value: date | Slot) -> str:
        """Day and month; the year only where it is not this one."""
        if isinstance(value, Slot):
            return str(value)
        if self.today is not None and value.year == self.today.year:
            return format_skeleton("MMMMd", value, locale=self.locale)
        # CLDR's Russian long date ends in "г.", which would double the full stop of a sentence.
        return re.sub(r"\sг\.$", " года", format_date(value, "long", locale=self.locale))

    def moment(self, value: datetime | Slot) -> str:
        if isinstance(value, Slot):
            return str(value)
        day = format_skeleton("MMMEd", value, locale=self.locale)
        return f"{day}, {format_time(value, 'short', tzinfo=value.tzinfo, locale=self.locale)}"

    def money(self, value: tuple[Decimal, str] | Slot) -> str:
        return str(value) if isinstance(value, Slot) else format_currency(*value, locale=self.locale)


class Sandbox(ImmutableSandboxedEnvironment):
    """Renders named sources; one request at a time, because filters and the frame belong to the request.

    Attributes that begin with an underscore, changing a value, and every name not in `Values` are refused.
    """

    def __init__(self) -> None:
        self._sources: dict[str, str] = {}
        self._frame: str | None = None
        self._filling = Filling("en", None, {})
        super().__init__(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            loader=FunctionLoader(self._find),
            cache_size=_COMPILED,
            auto_reload=False,
            # The text is plain; its HTML form is made from the finished text, where everything is escaped.
            autoescape=False,
        )
        for name in ("lipsum", "cycler", "joiner", "namespace"):
            del self.globals[name]
        self.filters["date"] = self._late("date")
        self.filters["moment"] = self._late("moment")
        self.filters["money"] = self._late("money")

    def render_text(
        self, name: str, sources: dict[str, str], frame: str | None, values: dict[str, Any], filling: Filling
    ) -> str:
        """Render `sources[name]`; `extends "frame"` finds `sources[frame]`.

        Raises Jinja's own errors, `OutputTooLong`, and whatever an expression raises.
        """
        self._sources, self._frame, self._filling = sources, frame, filling
        return _tidy(_bounded(self.get_template(name).generate(filling.decode("", values))))

    def join_path(self, template: str, parent: str) -> str:
        if template == FRAME and self._frame is not None:
            return self._frame
        raise TemplateNotFound(template, "only the frame can be extended")

    def _find(self, name: str) -> tuple[str, str, Callable[[], bool]] | None:
        source = self._sources.get(name)
        return None if source is None else (source, name, lambda: True)

    def _late(self, name: str) -> Callable[[Any], str]:
        def apply(value: Any) -> str:
            text: str = getattr(self._filling, name)(value)
            return text

        return apply


def _bounded(chunks: Iterator[str]) -> str:
    kept: list[str] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_OUTPUT:
            raise OutputTooLong(f"the text is longer than {MAX_OUTPUT} characters")
        kept.append(chunk)
    return "".join(kept)


def _tidy(text: str) -> str:
    """Blocks that stayed empty leave blank lines; a letter has at most one between paragraphs."""
    return _BLANK_LINES.sub("\n\n", _LINE_ENDS.sub("", text)).strip() + "\n"
