"""Charts: named, beginning at nothing, and made of text that stays text."""

import re
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from integration.web.charts import Bar, Line, bars, columns, lines

HOSTILE = "<script>alert(1)</script>\"'>\u202e"
PERCENTS = ("0 %", "50 %", "100 %")


def heights(svg: str) -> list[float]:
    return [float(height) for height in re.findall(r'chart__bar"[^>]*height="([0-9.]+)"', svg)]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 10**6), max_size=40))
def test_columns_are_as_tall_as_their_numbers(values: list[int]) -> None:
    svg = str(columns("Received", [str(n) for n in range(len(values))], values))

    ET.fromstring(svg)
    drawn = heights(svg)
    assert len(drawn) == len(values)
    tallest = max(values, default=0)
    for value, height in zip(values, drawn, strict=True):
        assert abs(height - (value / tallest * max(drawn) if tallest else 0)) < 0.2
    assert ">0</text>" in svg


@settings(max_examples=100, deadline=None)
@given(st.lists(st.none() | st.floats(0, 1), max_size=20))
def test_shares_stay_between_nothing_and_all_and_gaps_stay_gaps(values: list[float | None]) -> None:
    names = [str(n) for n in range(len(values))]
    svg = str(lines("In time", names, [Line("one", values, [False] * len(values))], PERCENTS))

    ET.fromstring(svg)
    dots = [float(y) for y in re.findall(r'<circle[^>]*cy="([0-9.]+)"', svg)]
    assert len(dots) == sum(value is not None for value in values)
    assert all(12 <= y <= 166 for y in dots)


def test_what_rests_on_few_is_drawn_hollow() -> None:
    svg = str(lines("In time", ["a", "b"], [Line("one", [0.5, 0.5], [True, False])], PERCENTS))

    assert svg.count("chart__dot--thin") == 1


def test_names_are_text_cut_where_they_are_long() -> None:
    svg = str(bars(HOSTILE, [Bar(HOSTILE, 3, "3"), Bar("W" * 200, 1, "1"), Bar("", 0, "0", quiet=True)]))

    root = ET.fromstring(svg)
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert "\u202e" not in "".join(root.itertext()).replace(HOSTILE, "")
    assert max(len(element.text or "") for element in root.iter() if element.tag.endswith("text")) <= 44


def test_a_chart_is_one_image_with_a_name_and_no_style_of_its_own() -> None:
    svg = str(columns("Received", ["1/3"], [7]))

    assert svg.startswith('<svg class="chart" role="img"')
    assert "<title>Received</title>" in svg
    assert "style=" not in svg
