"""Charts as SVG, drawn on the server: text is text, colours are the page's own, and every axis begins at 0.

A chart is one image for a screen reader, named by its title; the numbers are in the table beside it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from integration.web.spreadsheet import plain

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 12, 24
ROW, BAR = 36, 8
MOST_LABELS = 6
LONGEST_LABEL = 44


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its name; `text` is what is written at its end. What has no name of its own is `quiet`."""

    name: str
    value: float
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """Shares from 0 to 1, None where there is nothing to tell; `thin` ones are drawn hollow."""

    name: str
    values: Sequence[float | None]
    thin: Sequence[bool]


def columns(title: str, names: Sequence[str], values: Sequence[int]) -> Markup:
    """Draw one column for each value, in the order given."""
    top, ticks = _ticks(max(values, default=0))
    slot = (WIDTH - LEFT - RIGHT) / max(len(values), 1)
    wide = min(slot * 0.7, 36)
    parts = [_grid([(tick / top, str(tick)) for tick in ticks])]
    for number, value in enumerate(values):
        height = (HEIGHT - TOP - BOTTOM) * value / top
        parts.append(
            Markup(
                '<rect class="chart__bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="1.5"/>'
            ).format(LEFT + slot * number + (slot - wide) / 2, HEIGHT - BOTTOM - height, wide, height)
        )
    centres = [LEFT + slot * (number + 0.5) for number in range(len(names))]
    return _svg(title, HEIGHT, [*parts, _names(names, centres)])


def lines(title: str, names: Sequence[str], drawn: Sequence[Line], percents: Sequence[str]) -> Markup:
    """Draw shares over time; `percents` are the words for 0, 50 and 100 %."""
    slot = (WIDTH - LEFT - RIGHT) / max(len(names), 1)
    centres = [LEFT + slot * (number + 0.5) for number in range(len(names))]
    parts = [_grid([(level, word) for level, word in zip((0, 0.5, 1), percents, strict=True)])]
    for number, line in enumerate(drawn, start=1):
        points = [
            (x, _level(value), is_thin)
            for x, value, is_thin in zip(centres, line.values, line.thin, strict=True)
            if value is not None
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(
            Markup('<polyline class="chart__line chart__line--{}" points="{}"/>').format(number, path)
        )
        parts += [_dot(number, x, y, is_thin) for x, y, is_thin in points]
    return _svg(title, HEIGHT, [*parts, _names(names, centres)])


def bars(title: str, drawn: Sequence[Bar]) -> Markup:
    """Draw lying bars below their names, in the order given."""
    longest = max((bar.value for bar in drawn), default=0) or 1
    parts = []
    for number, bar in enumerate(drawn):
        y = number * ROW
        name = plain(bar.name)
        name = name if len(name) <= LONGEST_LABEL else name[: LONGEST_LABEL - 1] + "…"
        parts.append(
            Markup(
                '<text class="chart__name" x="0" y="{}">{}</text>'
                '<text class="chart__value" x="{}" y="{}" text-anchor="end">{}</text>'
                '<rect class="chart__track" x="0" y="{}" width="{}" height="{}" rx="4"/>'
                '<rect class="chart__bar{}" x="0" y="{}" width="{:.1f}" height="{}" rx="4"/>'
            ).format(
                *(y + 14, name, WIDTH, y + 14, bar.text, y + 20, WIDTH, BAR),
                *(" chart__bar--quiet" if bar.quiet else "", y + 20),
                *(max(WIDTH * bar.value / longest, 2 if bar.value else 0), BAR),
            )
        )
    return _svg(title, len(drawn) * ROW or ROW, parts)


def _svg(title: str, height: int, parts: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" role="img" viewBox="0 0 {} {}" preserveAspectRatio="xMinYMin meet">'
        "<title>{}</title>{}</svg>"
    ).format(WIDTH, height, title, Markup("").join(parts))


def _grid(levels: Sequence[tuple[float, str]]) -> Markup:
    return Markup("").join(
        Markup(
            '<line class="chart__grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
            '<text class="chart__axis" x="{}" y="{:.1f}" text-anchor="end">{}</text>'
        ).format(LEFT, WIDTH - RIGHT, _level(level), _level(level), LEFT - 6, _level(level) + 4, word)
        for level, word in levels
    )


def _names(names: Sequence[str], centres: Sequence[float]) -> Markup:
    every = math.ceil(len(names) / MOST_LABELS) or 1
    return Markup("").join(
        Markup('<text class="chart__axis" x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            x, HEIGHT - 6, name
        )
        for name, x in zip(names[::every], centres[::every], strict=True)
    )


def _dot(number: int, x: float, y: float, is_thin: bool) -> Markup:
    kind = f"chart__dot chart__dot--{number}" + (" chart__dot--thin" if is_thin else "")
    return Markup('<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3"/>').format(kind, x, y)


def _level(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def _ticks(largest: int) -> tuple[int, list[int]]:
    """Return the top of the axis and its marks, whole and round numbers from 0."""
    step = next(step for step in _round_numbers() if step * 4 >= largest)
    marks = math.ceil(largest / step) or 1
    return step * marks, [step * mark for mark in range(marks + 1)]


def _round_numbers() -> Iterator[int]:
    for power in range(12):
        yield from (10**power, 2 * 10**power, 5 * 10**power)
