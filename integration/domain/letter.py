"""Was a letter sent as it was suggested? Told by hashes of its lines, so that its words need not be kept."""

import hashlib
from collections.abc import Sequence

# The greeting and the agent's name are the agent's own; a Zendesk signature may follow.
LINES_BEFORE = 2
LINES_AFTER = 8
_HASH_CHARS = 16


def fingerprint(text: str) -> tuple[str, ...]:
    """Return a hash for each line that says something; spaces, signs and case do not count."""
    return tuple(_hash(line) for line in text.splitlines() if _bare(line))


def is_unedited(letter: Sequence[str], sent: str) -> bool:
    """Whether `sent` holds the lines of the letter between greeting and name, in order and unbroken."""
    body = tuple(letter[1:-1]) if len(letter) > 2 else tuple(letter)
    lines = fingerprint(sent)
    if not body:
        return False
    return any(
        lines[start : start + len(body)] == body and len(lines) - start - len(body) <= LINES_AFTER
        for start in range(min(LINES_BEFORE + 1, len(lines)))
    )


def _bare(line: str) -> str:
    return "".join(sign for sign in line.casefold() if sign.isalnum())


def _hash(line: str) -> str:
    return hashlib.sha256(_bare(line).encode()).hexdigest()[:_HASH_CHARS]
