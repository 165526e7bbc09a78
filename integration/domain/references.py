"""Order and reference numbers in a requester's words."""

import re

from integration.domain.wording import MAX_CHARACTERS, own_words

MAX_REFERENCES = 20
_REFERENCE = re.compile(
    r"(?<![\w+@./-])(?<!\d )(?:"
    r"[A-Z]{1,5}-?\d{4,12}(?:-\d{1,6})?"
    r"|[#№]\s?(?:[A-Z]{1,5}-?)?\d{3,15}"
    r"|\d{7,15}"
    r")(?![\w@]|[.,-]\d)",
    re.IGNORECASE,
)


def references(text: str) -> frozenset[str]:
    """Return the order and reference numbers in the requester's own words, upper case and without signs.

    Those are letters with digits such as AF-123456, numbers after # or №, and bare numbers of seven digits
    or more. Telephone numbers written in groups and dates are left alone.
    """
    found: dict[str, None] = {}
    for match in _REFERENCE.finditer(own_words(text[:MAX_CHARACTERS])):
        found[re.sub(r"[^0-9A-Z]", "", match.group().upper())] = None
    return frozenset(list(found)[:MAX_REFERENCES])


def as_written(reference: str, text: str) -> str:
    """Return a number of `references` as the requester spelled it, or as it is where the text lacks it."""
    for match in _REFERENCE.finditer(text[:MAX_CHARACTERS]):
        if re.sub(r"[^0-9A-Z]", "", match.group().upper()) == reference:
            return match.group()
    return reference
