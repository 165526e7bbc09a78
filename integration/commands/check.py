"""`makegood doctor`: how everything is, line by line."""

import sys

import click

from integration.app import assemble
from integration.commands.context import Context
from integration.commands.findings import print_findings
from integration.handling.doctor import Finding, Health, examine
from integration.settings import InvalidSettings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for machines.")
@click.pass_obj
def doctor(context: Context, as_json: bool) -> None:
    """Check every part; the exit status is 1 when one fails."""
    findings = _examine(context)
    print_findings(findings, as_json=as_json)
    sys.exit(any(finding.health is Health.FAILURE for finding in findings))


def _examine(context: Context) -> list[Finding]:
    try:
        settings = context.read()
    except InvalidSettings as error:
        step = (
            "Run `makegood connect --ask`, or copy .env.example to .env and fill it in; "
            "the README tells what each setting is for."
        )
        return [Finding("settings", Health.FAILURE, problem, step) for problem in error.problems]
    try:
        parts = assemble(settings)
    except OSError as error:
        problem = f"{settings.data_dir}: {error.strerror}"
        step = "Set MAKEGOOD_DATA_DIR to a folder that Makegood may make, and write to."
        return [Finding("data folder", Health.FAILURE, problem, step)]
    try:
        return [Finding("settings", Health.OK, settings.zendesk_url), *examine(parts)]
    finally:
        parts.close()
