"""Files for spreadsheets: whatever somebody wrote, a cell stays a cell and text stays text."""

import csv
import io
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from integration.web.spreadsheet import Cell, csv_file, plain


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_no_text_becomes_a_formula_or_another_cell(texts: list[str]) -> None:
    rows = read(csv_file(["a"] * len(texts), [texts]))

    assert len(rows) == 2
    assert len(rows[1]) == len(texts)
    for cell in rows[1]:
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
        assert all(unicodedata.category(c) != "Cc" for c in cell)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="=+-@'\t\r\n \u202e\u2066\uff1da", max_size=12))
def test_a_formula_is_not_smuggled_in_behind_blanks_marks_or_apostrophes(text: str) -> None:
    [[_], [cell]] = read(csv_file(["a"], [[text + "x"]]))

    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not any(mark in cell for mark in "\u202e\u2066")


def test_a_wide_equals_sign_begins_a_formula_in_some_programs_too() -> None:
    [_, [cell]] = read(csv_file(["a"], [["\uff1d1+1"]]))

    assert cell.startswith("'")


def test_numbers_moments_and_nothing_stay_what_they_are() -> None:
    row: list[Cell] = [5, 0.25, Decimal("12.30"), datetime(2026, 3, 1, 9, tzinfo=UTC), None]

    assert read(csv_file(["n"] * 6, [row]))[1] == ["5", "0.25", "12.30", "2026-03-01 09:00:00+00:00", "", ""]


def test_a_text_of_any_length_is_cut_and_put_on_one_line() -> None:
    assert plain("a\n\n b\u202ec") == "a bc"
    assert len(plain("x" * 10**6)) == 2_000
