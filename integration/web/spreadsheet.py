"""Tables as CSV files that a spreadsheet opens without running or turning round what is in them."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

# What a spreadsheet takes for the beginning of a formula, full-width signs too; white space in front
# is no help.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Marks that turn the direction of what follows; a cell has no walls to keep them in.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
LONGEST_CELL = 2_000

Cell = str | int | float | Decimal | datetime | None


def csv_file(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a CSV file as UTF-8 with the mark by which spreadsheets know it; short rows are filled up."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_cell(name) for name in header])
    for row in rows:
        writer.writerow([_cell(value) for value in row] + [""] * (len(header) - len(row)))
    return text.getvalue().encode("utf-8-sig")


def plain(text: str) -> str:
    """Return a text on one line, without control characters and marks that turn its direction."""
    spaced = " ".join(text[: 4 * LONGEST_CELL].split())
    return "".join(c for c in spaced if c not in _TURNING and unicodedata.category(c) != "Cc")[:LONGEST_CELL]


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if not isinstance(value, str):
        return str(value)
    text = plain(value)
    # An apostrophe in front makes it text; spreadsheets do not show it.
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text
