"""How findings look on a terminal and in JSON."""

import json
from collections.abc import Sequence

import click

from integration.handling.findings import Finding, Health

COLOURS = {Health.OK: "green", Health.WARNING: "yellow", Health.FAILURE: "red"}


def print_findings(findings: Sequence[Finding], *, as_json: bool = False) -> None:
    """Print a line for each, with its next step below where there is one."""
    if as_json:
        names = Finding.__dataclass_fields__
        click.echo(json.dumps([{name: getattr(f, name) for name in names} for f in findings], indent=2))
        return
    for number, finding in enumerate(findings):
        click.secho(f"{finding.health:8}", fg=COLOURS[finding.health], nl=False)
        click.echo(f" {finding.name}: {finding.measured}")
        following = findings[number + 1].next_step if number + 1 < len(findings) else ""
        if finding.next_step and finding.next_step != following:
            click.echo(f"{'':8} → {finding.next_step}")
