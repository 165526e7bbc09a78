"""`makegood rehearse`: what the policies would have done over the last days; nothing is written."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from integration.commands.context import Context
from integration.handling.rehearse import MOST_DAYS, DryRun, dry_run


@click.command()
@click.option("--days", type=click.IntRange(1, MOST_DAYS), default=30, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with examples.")
@click.option("--suggestions/--no-suggestions", default=True, help="Rank templates too.")
@click.pass_obj
def rehearse(context: Context, days: int, as_json: bool, suggestions: bool) -> None:
    """Play imported tickets through rules and policies, and say what would have come of it."""
    with context.parts() as parts:
        run = dry_run(parts, {}, days, with_suggestions=suggestions, seconds=None)
    if as_json:
        click.echo(json.dumps(_data(run), indent=2, ensure_ascii=False, default=str))
        return
    for line in _lines(run):
        click.echo(line)


def _data(run: DryRun) -> dict[str, Any]:
    # Nothing else in the result knows numbers that are sums.
    return {**asdict(run), "complaints": run.complaints, "reminders": run.reminders}


def _lines(run: DryRun) -> Iterator[str]:
    yield f"{run.tickets} tickets in the last {run.days} days, {run.complaints} of them complaints."
    if run.bands:
        yield "  severity: " + ", ".join(f"{band} {count}" for band, count in run.bands.most_common())
    if run.suggested:
        yield "  first suggestion: " + ", ".join(f"{name} {n}" for name, n in run.suggested.most_common(8))
    for policy in run.policies.values():
        yield f"{policy.title} ({policy.id} {policy.version}): {policy.reminders} reminders"
        for name, step in policy.steps.items():
            silent = ", ".join(f"{reason} {count}" for reason, count in step.silent.most_common())
            words = f"  {name:<20} would have spoken {step.spoke} times [{step.reach}]"
            yield (
                words
                + (f"; silent: {silent}" if silent else "")
                + (f"; still to come: {step.to_come}" if step.to_come else "")
            )
    for preset in run.presets.values():
        yield (
            f"{preset.title} ({preset.id}): {preset.deadlines} deadlines, {preset.met} met,"
            f" {preset.late} late, {preset.running} running"
        )
    if run.without_comments:
        yield (
            f"Of {run.without_comments} complaints no reply is known, as imports bring none:"
            " with replies there would be fewer reminders."
        )
    if run.left_out:
        yield f"{run.left_out} tickets were left out."
    for problem in run.problems:
        yield str(problem)
