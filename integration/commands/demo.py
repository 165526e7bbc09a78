"""`makegood demo`: see it work without an account."""

import json
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import requests
from rich.console import Console

from integration.commands.backfill import run_backfill
from integration.commands.stopping import stop_signals
from integration.demo.live import keep_writing, write_again
from integration.demo.stage import Stage, StageError
from integration.demo.story import Step, Story
from integration.handling.connect import connect
from integration.handling.schedules import sync_schedules
from integration.store.engine import DatabaseUnavailable
from integration.zendesk.errors import ZendeskError

SEED_TICKETS = 2400
# The story needs somebody with a past, and must be over within a minute on two cores.
STORY_TICKETS = 1200
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
    """Show Makegood over a rehearsal Zendesk; no account needed."""
    if as_json and not once:
        raise click.UsageError("--json goes with --once.")
    console = Console(stderr=True)
    started = time.monotonic()
    port = port or (None if once else DEFAULT_PORT)
    # Every way of being told to stop ends the processes that the demo has started.
    stopping = stop_signals()
    for number in set(stopping) - {signal.SIGINT}:
        signal.signal(number, signal.default_int_handler)
    if port:
        _refuse_taken(port, port + 1)
    try:
        with _folder(data_dir) as folder, Stage(folder, port) as stage:
            try:
                _set_up(stage, console, STORY_TICKETS if once else SEED_TICKETS)
                if once:
                    sys.exit(_play(stage, as_json, started))
                _show(stage, console)
            except (ZendeskError, DatabaseUnavailable, requests.RequestException) as error:
                raise StageError(stage.obituary(within=5.0) or f"The demo cannot go on: {error}") from error
            finally:
                # A second Ctrl-C, out of impatience, must not leave processes behind.
                for number in stopping:
                    signal.signal(number, signal.SIG_IGN)
    except StageError as error:
        if as_json:
            click.echo(json.dumps({"held": False, "error": str(error), "steps": []}, indent=2))
        raise click.ClickException(str(error)) from error


def _refuse_taken(*ports: int) -> None:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise click.ClickException(
                    f"Port {port} is taken, perhaps by another demo. Choose two others: "
                    f"makegood demo --port {port + 10}"
                ) from error


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    try:
        made = tempfile.TemporaryDirectory(prefix="makegood-demo-")
    except OSError as error:
        raise StageError(
            f"No temporary folder can be made ({error.strerror}); give one: --data-dir"
        ) from error
    with made as folder:
        yield Path(folder)


def _set_up(stage: Stage, console: Console, tickets: int) -> None:
    with console.status("Opening a rehearsal Zendesk with three years of history …"):
        stage.open_zendesk(seed_tickets=tickets)
    counts = stage.zendesk.state()["counts"]
    console.print(f"Rehearsal Zendesk: {counts['ticket']} tickets of {counts['user']} people.")
    with console.status("Connecting Makegood: ticket fields and webhooks …"):
        done = connect(stage.parts)
        sync_schedules(stage.parts)
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
    try:
        with console.status("Waiting for somebody who complains again …"):
            ticket_id, hero = write_again(stage)
        click.echo(f"\nAgent workspace:  {stage.zendesk.url}/agent")
        click.echo(f"Admin page:       {stage.zendesk.url}/agent/apps/nav_bar")
        look_here = click.style(f"{stage.zendesk.url}/agent/tickets/{ticket_id}", bold=True)
        click.echo(f"Look here first:  {look_here}")
        outcome = hero.outcome.replace("_", " ")
        click.echo(
            f"{'':18}Order {hero.reference} once more; ticket #{hero.ticket_id} had ended in: {outcome}."
        )
        click.echo("\nTickets come in while you watch. Ctrl-C stops everything.\n")
        keep_writing(stage, click.echo)
    except KeyboardInterrupt:
        click.echo("\nStopping; this takes a few seconds …")
