"""Measures everything on this machine, in one run, and prints it."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from tests.bench import deliveries, fill, follow_ups, machine, report, rules, sidebar
from tests.bench.scale import FULL, QUICK, Scale


@click.command()
@click.option("--quick", is_flag=True, help="Measure a little of everything; the figures say nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where the databases are put: about 2 GB, on a real disk. Default: the temporary one.",
)
def main(quick: bool, as_json: bool, folder: Path | None) -> None:
    """Measure Makegood here: webhooks beside a bare endpoint, the sidebar, follow-ups, rules."""
    # Tables keep their shape in a pipe or a log, too.
    console = Console(width=140, quiet=as_json, highlight=False)
    with tempfile.TemporaryDirectory(prefix="makegood-bench-", dir=folder) as place:
        figures = _measure(Path(place), QUICK if quick else FULL, console)
    if as_json:
        click.echo(json.dumps(figures, indent=2))


def _measure(place: Path, scale: Scale, console: Console) -> dict[str, Any]:
    here = machine.describe(place)
    report.machine(console, here)
    judged = rules.measure(place, scale)
    report.rules(console, judged)
    acknowledged = deliveries.measure(place, scale)
    report.deliveries(console, acknowledged)
    opened = []
    for tickets in scale.stores:
        with tempfile.TemporaryDirectory(dir=place) as folder:
            store = fill.fill(Path(folder), tickets)
            opened.append(sidebar.measure(store, scale))
            # The last store is the largest.
            waited = follow_ups.measure(store, scale) if tickets == scale.stores[-1] else None
    report.sidebar(console, opened)
    assert waited is not None
    report.follow_ups(console, waited)
    return {
        "machine": asdict(here),
        "deliveries": [asdict(one) for one in acknowledged],
        "sidebar": [asdict(one) for one in opened],
        "follow_ups": asdict(waited),
        "rules": asdict(judged),
        "python_loop_ms_at_the_end": machine.loop_ms(),
    }


if __name__ == "__main__":
    main()
