"""Marks the telling words in the requester's own text, in pieces that a page can only show."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from integration.domain.complaint import Text
from integration.domain.cues import Evidence
from integration.web.plain import lines
from integration.web.words import Words

# A long mail is shown around its marks, not whole.
AROUND = 90
SHORT = 400
MOST_TEXTS = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; `kind` says what a marked one tells, and is empty for the words between."""

    text: str
    kind: str = ""


def marked_texts(texts: Iterable[Text], evidence: Sequence[Evidence], words: Words) -> list[list[Piece]]:
    """Return the texts that hold evidence, each in pieces, oldest first."""
    found = []
    for text in texts:
        # What was edited or redacted since no longer stands where it stood.
        here = [e for e in evidence if e.comment_id == text.comment_id and _stands(text.body, e)]
        if here:
            found.append(list(_pieces(text.body, sorted(here, key=lambda e: (e.start, -e.end)), words)))
    return found[:MOST_TEXTS]


def _stands(body: str, evidence: Evidence) -> bool:
    said = body[evidence.start : evidence.end]
    return bool(said) and said.casefold().split() == evidence.words.casefold().split()


def _pieces(body: str, evidence: Sequence[Evidence], words: Words) -> Iterator[Piece]:
    at = 0
    for each in evidence:
        if each.start < at:
            continue
        yield from _between(body[at : each.start], is_first=at == 0, is_last=False, whole=len(body) <= SHORT)
        yield Piece(lines(body[each.start : each.end]), words(f"cue.{each.kind}"))
        at = each.end
    yield from _between(body[at:], is_first=False, is_last=True, whole=len(body) <= SHORT)


def _between(text: str, *, is_first: bool, is_last: bool, whole: bool) -> Iterator[Piece]:
    if not whole and len(text) > 2 * AROUND:
        head = "" if is_first else text[:AROUND]
        tail = "" if is_last else text[-AROUND:]
        text = f"{head} … {tail}"
    if text:
        # The space at the border of a mark belongs to the text.
        start, end = " " * text[:1].isspace(), " " * text[-1:].isspace()
        yield Piece(f"{start}{lines(text).strip()}{end}")
