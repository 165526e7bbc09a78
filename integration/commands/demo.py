"""`makegood demo`: see it work without an account."""

import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from integration.commands.backfill import run_backfill
from integration.demo.live import keep_writing
from integration.demo.stage import Stage, StageError
from integration.demo.story import Step, Story
from integration.handling.connect import connect

SEED_TICKETS = 2400
DEFAULT_PORT = 8700


@click.command()
@click.option("--once", is_flag=True, help="Play the story of one complaint in ten steps, then stop.")
@click.option("--json", "as_json", is_flag=True, help="With --once: one JSON object, for machines.")
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Keep the demo's data here, and go on with it next time. Default: a temporary folder.",
)
@click.option(
    "--port",
    type=click.IntRange(1024, 65534),
    default=None,
    help=(
        f"Port of the rehearsal Zendesk, the next one is Makegood's. "
        f"[default: {DEFAULT_PORT}; with --once any free one]"
    ),
)
def demo(once: bool, as_json: bool, data_dir: Path | None, port: int | None) -> None:
    """Show Makegood over a rehearsal Zendesk with years of history: no account needed."""
    console = Console(stderr=True)
    started = time.monotonic()
    port = port or (None if once else DEFAULT_PORT)
    # Both ways of being told to stop end the processes that the demo has started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with _folder(data_dir) as folder, Stage(folder, port) as stage:
        try:
            _set_up(stage, console)
        except StageError as error:
            raise click.ClickException(str(error)) from error
        if once:
            sys.exit(_play(stage, as_json, started))
        _show(stage, console)


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="makegood-demo-") as folder:
        yield Path(folder)


def _set_up(stage: Stage, console: Console) -> None:
    with console.status("Opening a rehearsal Zendesk with three years of history …"):
        stage.open_zendesk(seed_tickets=SEED_TICKETS)
    counts = stage.zendesk.state()["counts"]
    console.print(f"Rehearsal Zendesk: {counts['ticket']} tickets of {counts['user']} people.")
    with console.status("Connecting Makegood: ticket fields and webhooks …"):
        done = connect(stage.parts)
    console.print(f"Connected: {len(done.changes)} things created in Zendesk.")
    imported = run_backfill(stage.parts, console)
    console.print(
        f"Imported {imported.tickets} tickets: {imported.complaints} complaints, "
        f"{imported.repeats} of them repeats."
    )
    with console.status("Starting Makegood's web server and worker …"):
        stage.open_makegood()


def _play(stage: Stage, as_json: bool, started: float) -> int:
    steps = []
    for step in Story(stage).play():
        steps.append(step)
        if not as_json:
            _print(step)
    held = all(step.held for step in steps)
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        click.echo(
            json.dumps({"held": held, "seconds": seconds, "steps": [_as_json(s) for s in steps]}, indent=2)
        )
    else:
        click.echo(f"{sum(step.held for step in steps)} of {len(steps)} steps held, in {seconds} s.")
    return 0 if held else 1


def _print(step: Step) -> None:
    sign = click.style("held  ", fg="green") if step.held else click.style("FAILED", fg="red")
    click.echo(f"{step.number:2}. {sign} {step.title} ({step.seconds} s)")
    for line in step.seen:
        click.echo(f"      saw: {line}")
    for line in step.failed:
        click.echo(click.style(f"      not so: {line}", fg="red"))


def _as_json(step: Step) -> dict[str, object]:
    return {
        "number": step.number,
        "title": step.title,
        "held": step.held,
        "seen": step.seen,
        "failed": step.failed,
        "seconds": step.seconds,
    }


def _show(stage: Stage, console: Console) -> None:
    click.echo(f"\nAgent workspace:  {stage.zendesk.url}/agent")
    click.echo(f"Admin page:       {stage.zendesk.url}/agent/apps/nav_bar")
    click.echo("Tickets come in while you watch. Ctrl-C stops everything.\n")
    try:
        keep_writing(stage, click.echo)
    except StageError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        console.print("Stopping …")
