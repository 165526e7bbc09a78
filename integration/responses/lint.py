"""Checks every template for what a reader, or a complaint, would notice: `makegood templates lint`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from babel.dates import format_skeleton
from jinja2 import nodes

from integration.responses import samples, tone
from integration.responses.errors import TemplateFailed, TemplateProblem
from integration.responses.files import Source
from integration.responses.front_matter import FrontMatter
from integration.responses.library import Library
from integration.responses.process import RendererProcess
from integration.responses.sandbox import Sandbox
from integration.responses.shelf import FALLBACK_LOCALE, Shelf
from integration.responses.values import Values
from integration.statements import Statement

MAX_QUESTIONS = 1
PUBLIC_NOTES = "chain-"
NEEDS_PROMISE = frozenset({"acknowledgement"})
_QUESTION = re.compile(r"[?？؟]+")
_UNFORMATTED = re.compile(r"\d{4}-\d\d-\d\d|Decimal\(")
_TAGS = re.compile(r"\{[{%#].*?[}%#]\}")
_VALUE_NAMES = frozenset(field.name for field in fields(Values))


def lint(folders: Sequence[Path]) -> list[TemplateProblem]:
    """Return every problem of the templates in these folders, by file and line."""
    shelf = Shelf(tuple(folders))
    with Library(shelf, RendererProcess()) as library:
        found = [*shelf.problems, *_gaps(shelf)]
        for source in shelf.all("response"):
            if source.head is not None:
                found += _letter(library, source, source.head)
        for source in shelf.all("note"):
            found += _note(library, source)
    return sorted(set(found))


def problems_of(library: Library, source: Source) -> list[TemplateProblem]:
    """Return every problem of one text as the library has it."""
    if source.head is not None:
        return sorted(set(_letter(library, source, source.head)))
    return sorted(set(_note(library, source))) if source.key.kind == "note" else []


def _gaps(shelf: Shelf) -> Iterator[TemplateProblem]:
    """English is where the search for a language ends, and a language needs its own words."""
    for source in (*shelf.all("response"), *shelf.all("note")):
        key = source.key
        if shelf.find(key.kind, FALLBACK_LOCALE, key.name, key.variant) is None:
            yield TemplateProblem(source.path, 1, Statement("lint_no_english", template=key.template_id))
        for kind in ("words", "frame"):
            found = shelf.find(kind, key.locale)
            if found is None or found.key.locale.partition("-")[0] != key.locale.partition("-")[0]:
                yield TemplateProblem(source.path, 1, Statement(f"lint_no_{kind}", locale=key.locale))


def _letter(library: Library, source: Source, head: FrontMatter) -> Iterator[TemplateProblem]:
    def problem(message: str, line: int = 1) -> TemplateProblem:
        return TemplateProblem(source.path, line, message)

    for line, words, advice in _tone(source):
        yield problem(Statement("lint_tone", words=words, advice=advice), line)
    if source.key.name in NEEDS_PROMISE and head.promise is None:
        yield problem(Statement("lint_needs_promise"))
    try:
        texts = [(values, _render(library, source, values)) for values in samples.letters()]
        full = _render(library, source, samples.all_known())
    except TemplateFailed as failure:
        yield failure.problem
        return
    if head.for_complaints and not _restates(source.text):
        yield problem(Statement("lint_restates", jinja="{% block restatement %}"))
    if any(_UNFORMATTED.search(text) for _, text in texts):
        yield problem(Statement("lint_unformatted"))
    yield from (problem(message, _line_of("?", source.text)) for message in _questions(head, texts, full))
    yield from map(problem, _promise(head, source, full))
    if head.is_public and any(detail in full for detail in samples.PERSONAL):
        yield problem(Statement("lint_personal"))


def _note(library: Library, source: Source) -> Iterator[TemplateProblem]:
    try:
        texts = [library.render_note(source.key.name, source.key.locale, one) for one in samples.notes()]
    except TemplateFailed as failure:
        yield failure.problem
        return
    if any(_UNFORMATTED.search(text) for text in texts):
        yield TemplateProblem(source.path, 1, Statement("lint_unformatted_note"))
    # The messages of a chain go to requesters, who need no reference of ours.
    is_public = source.key.name.startswith(PUBLIC_NOTES)
    if not is_public and not all(samples.REFERENCE in text for text in texts):
        yield TemplateProblem(source.path, 1, Statement("lint_no_reference", jinja="{{ reference }}"))


def _render(library: Library, source: Source, values: Values) -> str:
    return library.render(source.key.template_id, source.key.locale, values).text


def _tone(source: Source) -> Iterator[tuple[int, str, str]]:
    language = source.key.locale.partition("-")[0]
    for number, line in enumerate(source.text.splitlines(), start=1):
        for words, advice in tone.find(_TAGS.sub(" ", line), language):
            yield number, words, advice


def _restates(body: str) -> bool:
    blocks = Sandbox().parse(body).find_all(nodes.Block)
    return any(
        any(text.data.strip() for text in block.find_all(nodes.TemplateData))
        for block in blocks
        if block.name == "restatement"
    )


def _questions(head: FrontMatter, texts: list[tuple[Values, str]], full: str) -> Iterator[str]:
    most = max(len(_QUESTION.findall(text)) for _, text in texts)
    if head.for_complaints and most > MAX_QUESTIONS:
        yield Statement("lint_too_many_questions", count=most, most=MAX_QUESTIONS)
    if most > len(head.asks):
        yield Statement("lint_asks_unnamed")
    if most < len(head.asks):
        yield Statement("lint_never_asked")
    unanswerable = [name for name in head.asks if name not in _VALUE_NAMES]
    if len(_QUESTION.findall(full)) > len(unanswerable):
        yield Statement("lint_asks_known", jinja="{% if not … %}")


def _promise(head: FrontMatter, source: Source, full: str) -> Iterator[str]:
    locale = source.key.locale.replace("-", "_")
    names_date = format_skeleton("MMMMd", samples.NEXT_DATE, locale=locale) in full
    names_owner = (samples.AGENT.first_name or "") in full
    if head.promise is not None and not names_date:
        yield Statement("lint_no_day", jinja="{{ next_date | date }}")
    if head.promise is not None and not names_owner:
        yield Statement("lint_no_owner", jinja="{{ agent.name }}", jinja_too="{{ agent.first_name }}")
    if head.promise is None and names_date:
        yield Statement("lint_unpromised_day")


def _line_of(sign: str, body: str) -> int:
    lines = [number for number, line in enumerate(body.splitlines(), start=1) if sign in line]
    return lines[-1] if lines else 1
