"""Measures everything on this machine, in one run, and prints it."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from tests.bench import backfill, deliveries, fill, follow_ups, machine, report, rules, sidebar
from tests.bench.scale import FULL, QUICK, Scale


@click.command()
@click.option(
    "--only",
    type=click.Choice(["rules", "deliveries", "sidebar", "follow-ups", "backfill"]),
    help="Measure one thing alone.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0.5, 10),
    default=3.0,
    show_default=True,
    help="How long follow-ups fall due, at 10,000 in ten minutes; on each database.",
)
@click.option("--quick", is_flag=True, help="Measure a little of everything; the figures say nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where the databases are put: about 2 GB, on a real disk. Default: the temporary one.",
)
def main(only: str | None, minutes: float, quick: bool, as_json: bool, folder: Path | None) -> None:
    """Measure Makegood here: webhooks beside a bare endpoint, the sidebar, follow-ups, rules, the import."""
    # Tables keep their shape in a pipe or a log, too.
    console = Console(width=140, quiet=as_json, highlight=False)
    with tempfile.TemporaryDirectory(prefix="makegood-bench-", dir=folder) as place:
        figures = _measure(Path(place), QUICK if quick else FULL.with_minutes(minutes), console, only)
    if as_json:
        click.echo(json.dumps(figures, indent=2))


def _measure(place: Path, scale: Scale, console: Console, only: str | None) -> dict[str, Any]:
    here = machine.describe(place)
    report.machine(console, here)
    figures: dict[str, Any] = {"machine": asdict(here)}
    for name, one in _MEASURES.items():
        if only in {None, name}:
            figures[name.replace("-", "_")] = one(place, scale, console)
    return {**figures, "python_loop_ms_at_the_end": machine.loop_ms()}


def _rules(place: Path, scale: Scale, console: Console) -> Any:
    judged = rules.measure(place, scale)
    report.rules(console, judged)
    return asdict(judged)


def _deliveries(place: Path, scale: Scale, console: Console) -> Any:
    acknowledged = deliveries.measure(place, scale)
    report.deliveries(console, acknowledged)
    return [asdict(one) for one in acknowledged]


def _sidebar(place: Path, scale: Scale, console: Console) -> Any:
    opened = []
    for tickets in scale.stores:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            opened.append(sidebar.measure(fill.fill(Path(folder), tickets), scale))
    report.sidebar(console, opened)
    return [asdict(one) for one in opened]


def _follow_ups(place: Path, scale: Scale, console: Console) -> Any:
    waited = follow_ups.measure(place, scale)
    report.follow_ups(console, waited)
    return [asdict(one) for one in waited]


def _backfill(place: Path, scale: Scale, console: Console) -> Any:
    imported = backfill.measure(place, scale)
    report.backfill(console, imported)
    return [asdict(one) for one in imported]


_MEASURES: dict[str, Callable[[Path, Scale, Console], Any]] = {
    "rules": _rules,
    "deliveries": _deliveries,
    "sidebar": _sidebar,
    "follow-ups": _follow_ups,
    "backfill": _backfill,
}


if __name__ == "__main__":
    main()
