"""`makegood backfill`: the account's past, by cursor export."""

import time
from datetime import datetime, timedelta

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from integration.commands.context import Context
from integration.handling.import_history import Imported, import_history
from integration.handling.import_progress import span
from integration.parts import Parts
from integration.zendesk.errors import RateLimited, ZendeskError
from integration.zendesk.pace import INCREMENTAL_EXPORTS

LONGEST_WAIT_SECONDS = 120.0


@click.command()
@click.option(
    "--comments", is_flag=True, help="Also read the conversations of complaints found: one request for each."
)
@click.pass_obj
def backfill(context: Context, comments: bool) -> None:
    """Import requesters, tickets and complaints of the past. Interrupted, it goes on where it was."""
    with context.parts() as parts:
        began = time.monotonic()
        try:
            done = run_backfill(parts, Console(stderr=True), with_comments=comments)
        except ZendeskError as error:
            raise click.ClickException(f"{error} Run the command again: it goes on where it was.") from error
    click.echo(_summary(done, time.monotonic() - began))


def run_backfill(parts: Parts, console: Console, *, with_comments: bool = False) -> Imported:
    """Import with a progress bar, waiting where Zendesk's export limit says so."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Reading requesters …", total=1.0, left="")
        meter = _Meter(parts, progress, task)
        while True:
            try:
                return import_history(parts, meter.report, with_comments=with_comments)
            except RateLimited as error:
                if error.retry_after > LONGEST_WAIT_SECONDS:
                    raise
                progress.update(task, left=f"our share of the limit is spent: {error.retry_after:.0f} s")
                time.sleep(error.retry_after)


class _Meter:
    """Turns what was imported into a bar for each part of it: how far, how fast, how long still."""

    def __init__(self, parts: Parts, progress: Progress, task: TaskID) -> None:
        self._parts = parts
        self._progress = progress
        self._task = task
        self._part = ""
        self._began = 0.0
        self._rows_before, self._share_before = 0, 0.0

    def report(self, done: Imported) -> None:
        part, told, rows, share = _part(done, self._parts.clock())
        now = time.monotonic()
        if part != self._part:
            # Judging is many times slower than reading: the pace of one says nothing about the other.
            self._part, self._began = part, now
            self._rows_before, self._share_before = rows, share
        spent = now - self._began
        left = f"{(rows - self._rows_before) / spent:,.0f} a second" if spent > 0 else ""
        if (gained := share - self._share_before) > 0.001:
            left += f", {span(spent * (1 - share) / gained)} left to {part}"
        budget = self._parts.pace.seen(INCREMENTAL_EXPORTS)
        if budget is not None and part == "read":
            left += f", exports {budget[1]} of {budget[0]} free"
        self._progress.update(self._task, description=told, completed=share, left=left)


def _part(done: Imported, now: datetime) -> tuple[str, str, int, float]:
    """Return which part of the work it is, what was done of it in words, in rows, and as a share."""
    if done.reached is None or done.first is None:
        return "list requesters", f"{done.users:,} requesters", done.users, 0.0
    if done.judging_since is None:
        first, reached = datetime.fromisoformat(done.first), datetime.fromisoformat(done.reached)
        share = (reached - first) / max(now - first, timedelta(seconds=1))
        told = f"{done.tickets:,} tickets, up to {reached:%Y-%m-%d}"
        return "read", told, done.tickets, min(max(share, 0.0), 1.0)
    told = f"{done.judged:,} of {done.tickets:,} tickets judged, {done.complaints:,} complaints"
    return "judge", told, done.judged, min(done.judged / max(done.tickets, 1), 1.0)


def _summary(done: Imported, seconds: float) -> str:
    lines = [
        f"Imported {done.users:,} requesters and {done.tickets:,} tickets; {done.complaints:,} were "
        f"complaints, {done.repeats:,} of them about a matter that had come up before."
    ]
    if done.first and done.reached:
        lines.append(f"The first ticket is of {done.first[:10]}, the last change of {done.reached[:10]}.")
    if done.comments:
        lines.append(f"{done.comments:,} comments of these complaints were read, too.")
    if done.unread:
        lines.append(f"{done.unread:,} rows made no sense and were left out; the log names the reason.")
    lines.append(
        f"It took {span(seconds)}. To check: the number of tickets in Zendesk's own list, deleted ones "
        "included; and `makegood doctor`."
    )
    return "\n".join(lines)
