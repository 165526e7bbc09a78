"""`makegood backfill`: the account's past, by cursor export."""

import time

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from integration.commands.context import Context
from integration.handling.import_history import Imported, import_history
from integration.parts import Parts
from integration.zendesk.errors import RateLimited, ZendeskError

LONGEST_WAIT_SECONDS = 120.0


@click.command()
@click.pass_obj
def backfill(context: Context) -> None:
    """Import requesters, tickets and complaints of the past. Interrupted, it goes on where it was."""
    with context.parts() as parts:
        try:
            done = run_backfill(parts, Console(stderr=True))
        except ZendeskError as error:
            raise click.ClickException(f"{error} Run the command again: it goes on where it was.") from error
    click.echo(
        f"Imported {done.users} requesters and {done.tickets} tickets; {done.complaints} were complaints, "
        f"{done.repeats} of them about a matter that had come up before."
    )


def run_backfill(parts: Parts, console: Console) -> Imported:
    """Import with a progress line, waiting where Zendesk's export limit says so."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading requesters …")
        started = time.monotonic()

        def report(so_far: Imported) -> None:
            rate = (so_far.users + so_far.tickets) / max(time.monotonic() - started, 0.001)
            progress.update(
                task,
                description=(
                    f"{so_far.users} requesters, {so_far.tickets} tickets, {so_far.complaints} complaints "
                    f"({rate:.0f} rows/s)"
                ),
            )

        while True:
            try:
                return import_history(parts, report)
            except RateLimited as error:
                if error.retry_after > LONGEST_WAIT_SECONDS:
                    raise
                progress.update(
                    task, description=f"Zendesk's export limit: going on in {error.retry_after:.0f} s"
                )
                time.sleep(error.retry_after)
