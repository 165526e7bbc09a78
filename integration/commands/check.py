"""`makegood doctor`: how everything is, line by line."""

import json
import sys

import click

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
            Finding(
                "settings",
                Health.FAILURE,
                problem,
                "Copy .env.example to .env and fill it in; the README tells what each setting is for.",
            )
            for problem in error.problems
        ]
    parts = assemble(settings)
    try:
        return [Finding("settings", Health.OK, settings.zendesk_url), *examine(parts)]
    finally:
        parts.close()


def _print(findings: list[Finding]) -> None:
    for number, finding in enumerate(findings):
        click.secho(f"{finding.health:8}", fg=COLOURS[finding.health], nl=False)
        click.echo(f" {finding.name}: {finding.measured}")
        following = findings[number + 1].next_step if number + 1 < len(findings) else ""
        if finding.next_step and finding.next_step != following:
            click.echo(f"{'':8} → {finding.next_step}")
