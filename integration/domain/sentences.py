"""Takes a text apart into sentences: a sign, a blank line or a short line ends one."""

import re

MAX_SENTENCES = 60
_LONGEST = 600
_WRAPPED_FROM = (
    50  # mail programs break lines at about 72 characters; shorter lines were ended by their writer
)
_END = re.compile(r"[.!?…]{1,10}+[\"'»“”)\]]{0,3}+(?=\s)")
_WORD = re.compile(r"[^\W\d_]")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where the sentences are, in order: `text[start:end]` of the first `MAX_SENTENCES`.

    Pieces without a letter are left out; a sentence of more than 600 characters is cut.
    """
    found: list[tuple[int, int]] = []
    for start, end in _paragraphs(text):
        at = start
        stops = [match.end() for match in _END.finditer(text, start, end)]
        for stop in [*stops, end]:
            _add(found, text, at, stop)
            at = stop
            if len(found) >= MAX_SENTENCES:
                return found
    return found


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Join the lines that a mail program broke; everything else that ends a line ends a sentence."""
    found: list[tuple[int, int]] = []
    start = at = 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        if len(line.strip()) < _WRAPPED_FROM:
            found.append((start, at))
            start = at
    found.append((start, len(text)))
    return found


def _add(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end = min(start + len(piece.strip()), start + _LONGEST)
    if _WORD.search(text, start, end):
        found.append((start, end))
