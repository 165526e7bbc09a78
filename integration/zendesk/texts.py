"""Prepares text for a comment, so that Zendesk posts it as it is."""

import re

MAX_COMMENT_BYTES = 65_000  # Zendesk cuts above 64 kB without a word
SHORTENED = "\n[… shortened]"
_OPENING = re.compile(r"\{(?=[{%])")
_SPLIT = "{\N{WORD JOINER}"


def guard_placeholders(text: str) -> str:
    """Keep Zendesk from expanding `{{…}}` and `{%…%}` in customers' words.

    An invisible character parts the braces. The backslash that the documentation offers is described in two
    ways and would be seen where it does not work.
    """
    return _OPENING.sub(_SPLIT, text)


def fit_comment(text: str) -> str:
    """Cut a text below Zendesk's 64 kB, between characters and with a visible mark."""
    if len(text.encode("utf-8", "replace")) <= MAX_COMMENT_BYTES:
        return text
    room = MAX_COMMENT_BYTES - len(SHORTENED.encode())
    return text.encode("utf-8", "replace")[:room].decode("utf-8", "ignore") + SHORTENED
