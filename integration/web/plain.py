"""Makes what strangers wrote safe to look at: no sign may turn, hide or stretch the text around it."""

import re
import unicodedata

# Direction overrides and isolates reverse what stands beside them; the page isolates each text by itself.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MOST_MARKS = re.compile(
    r"([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{3})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)


def one_line(text: str) -> str:
    """Return a text without signs that turn it, breaks or control characters."""
    return " ".join(_visible(text).split())


def lines(text: str) -> str:
    """Return a text with its line breaks and nothing else that acts."""
    return "\n".join(" ".join(line.split()) for line in _visible(text).splitlines())


def _visible(text: str) -> str:
    kept = _MOST_MARKS.sub(r"\1", _TURNS.sub("", text))
    return "".join(sign for sign in kept if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"})
