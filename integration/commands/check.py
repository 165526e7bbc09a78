"""`makegood doctor`: how everything is, line by line."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from integration.app import assemble
from integration.commands.context import Context
from integration.handling.doctor import Finding, Health, examine
from integration.settings import InvalidSettings

COLOURS = {Health.OK: "green", Health.WARNING: "yellow", Health.FAILURE: "red"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for machines.")
@click.pass_obj
def doctor(context: Context, as_json: bool) -> None:
    """Check every part; the exit status is 1 when one fails."""
    findings = _examine(context)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {"name": f.name, "health": f.health, "measured": f.measured, "next_step": f.next_step}
                    for f in findings
                ],
                indent=2,
            )
        )
    else:
        _print(findings)
    sys.exit(any(finding.health is Health.FAILURE for finding in findings))


def _examine(context: Context) -> list[Finding]:
    try:
        settings = context.read()
    except InvalidSettings as error:
        return [
            Finding("settings", Health.FAILURE, problem, "See .env.example for every setting.")
            for problem in error.problems
        ]
    parts = assemble(settings)
    try:
        return [Finding("settings", Health.OK, settings.zendesk_url), *examine(parts)]
    finally:
        parts.close()


def _print(findings: list[Finding]) -> None:
    table = Table("", "check", "measured", "next step", expand=False)
    for finding in findings:
        colour = COLOURS[finding.health]
        table.add_row(
            f"[{colour}]{finding.health}[/{colour}]", finding.name, finding.measured, finding.next_step
        )
    Console().print(table)
