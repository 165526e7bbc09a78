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
            yield TemplateProblem(source.path, 1, f"{key.template_id} has no English version to fall back on")
        for kind in ("words", "frame"):
            found = shelf.find(kind, key.locale)
            if found is None or found.key.locale.partition("-")[0] != key.locale.partition("-")[0]:
                yield TemplateProblem(source.path, 1, f"there is no {kind} file for {key.locale}")


def _letter(library: Library, source: Source, head: FrontMatter) -> Iterator[TemplateProblem]:
    def problem(message: str, line: int = 1) -> TemplateProblem:
        return TemplateProblem(source.path, line, message)

    for line, words, advice in _tone(source):
        yield problem(f"“{words}” {advice}", line)
    if source.key.name in NEEDS_PROMISE and head.promise is None:
        yield problem("an acknowledgement says who looks after it and by when: add `promise` to the head")
    try:
        texts = [(values, _render(library, source, values)) for values in samples.letters()]
        full = _render(library, source, samples.all_known())
    except TemplateFailed as failure:
        yield failure.problem
        return
    if head.for_complaints and not _restates(source.text):
        yield problem("fill a {% block restatement %} that says the matter in the requester's terms")
    if any(_UNFORMATTED.search(text) for _, text in texts):
        yield problem("shows an unformatted date or amount: add | date or | money")
    yield from (problem(message, _line_of("?", source.text)) for message in _questions(head, texts, full))
    yield from map(problem, _promise(head, source, full))
    if head.is_public and any(detail in full for detail in samples.PERSONAL):
        yield problem("strangers read this channel: take out names, orders, products, amounts and quotes")


def _note(library: Library, source: Source) -> Iterator[TemplateProblem]:
    try:
        texts = [library.render_note(source.key.name, source.key.locale, one) for one in samples.notes()]
    except TemplateFailed as failure:
        yield failure.problem
        return
    if any(_UNFORMATTED.search(text) for text in texts):
        yield TemplateProblem(source.path, 1, "shows an unformatted date: add | date or | moment")
    # The messages of a chain go to requesters, who need no reference of ours.
    is_public = source.key.name.startswith(PUBLIC_NOTES)
    if not is_public and not all(samples.REFERENCE in text for text in texts):
        yield TemplateProblem(
            source.path, 1, "does not show {{ reference }}, by which Makegood knows its notes"
        )


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
        yield f"asks {most} questions; somebody who complains is asked at most {MAX_QUESTIONS}"
    if most > len(head.asks):
        yield "asks what `asks` in the head does not name"
    if most < len(head.asks):
        yield "`asks` in the head names a question that is never asked"
    unanswerable = [name for name in head.asks if name not in _VALUE_NAMES]
    if len(_QUESTION.findall(full)) > len(unanswerable):
        yield "asks what is already known: put the question in {% if not … %}"


def _promise(head: FrontMatter, source: Source, full: str) -> Iterator[str]:
    locale = source.key.locale.replace("-", "_")
    names_date = format_skeleton("MMMMd", samples.NEXT_DATE, locale=locale) in full
    names_owner = (samples.AGENT.first_name or "") in full
    if head.promise is not None and not names_date:
        yield "promises, but names no day: use {{ next_date | date }}"
    if head.promise is not None and not names_owner:
        yield "promises, but names nobody: use {{ agent.name }} or {{ agent.first_name }}"
    if head.promise is None and names_date:
        yield "names the day of the next message, so somebody must keep it: add `promise` to the head"


def _line_of(sign: str, body: str) -> int:
    lines = [number for number, line in enumerate(body.splitlines(), start=1) if sign in line]
    return lines[-1] if lines else 1
