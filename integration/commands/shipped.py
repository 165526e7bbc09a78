"""`makegood templates` and `makegood policies`: the files that decide what is said and when."""

import sys

import click

from integration.app import policy_folders, template_folders
from integration.commands.context import Context
from integration.policies.shelf import PolicyShelf
from integration.responses.lint import lint as lint_templates


@click.group()
def templates() -> None:
    """Response templates and notes."""


@templates.command(name="lint")
@click.pass_obj
def lint(context: Context) -> None:
    """Check every template; each problem names its file and line."""
    problems = lint_templates(template_folders(context.data_dir()))
    _report([str(problem) for problem in problems], "Every template is fine.")


@click.group()
def policies() -> None:
    """Follow-up policies and complaint rules."""


@policies.command(name="lint")
@click.pass_obj
def lint_policies(context: Context) -> None:
    """Check every policy, rule and cue file; each problem names its file and line."""
    shelf = PolicyShelf(policy_folders(context.data_dir()))
    _report([str(problem) for problem in shelf.problems], "Every policy is fine.")


def _report(problems: list[str], fine: str) -> None:
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(fine)
