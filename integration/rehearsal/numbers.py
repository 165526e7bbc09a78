"""Whole numbers as requests carry them: ids, pages, seconds; what no id can be is no number."""

import re

from werkzeug.routing import IntegerConverter

# Eighteen digits always fit into the database's 64 bits; Zendesk's own ids have fourteen.
_DIGITS = "[0-9]{1,18}"
_WHOLE = re.compile(_DIGITS)


class Id(IntegerConverter):
    """The part of a path that is an id; a longer number leads nowhere."""

    regex = _DIGITS


def whole(value: object) -> int | None:
    """Read a number of a request, where it may come as text; None where it is none."""
    text = "" if isinstance(value, bool) else str(value)
    return int(text) if _WHOLE.fullmatch(text) else None
