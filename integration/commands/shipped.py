"""`makegood templates`: the files that decide what is said."""

import sys
from difflib import get_close_matches

import click

from integration.app import template_folders
from integration.commands.context import Context
from integration.handling.suggesting import unlearn
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


@templates.command(name="reset")
@click.argument("template", metavar="TEMPLATE")
@click.pass_obj
def reset(context: Context, template: str) -> None:
    """Forget what agents' choices taught about TEMPLATE, such as `apology.warm`; its text stays."""
    with context.parts() as parts:
        known = sorted({card.id for card in parts.library.cards()})
        if template not in known:
            near = get_close_matches(template, known) or known[:3]
            raise click.ClickException(
                f"There is no template {template!r}. Did you mean {', '.join(near)}? "
                "`makegood templates lint` checks them all."
            )
        count = unlearn(parts, template, actor="cli")
    click.echo(f"{template}: {count} forgotten; it ranks by its own words again.")


def _report(problems: list[str], fine: str) -> None:
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(fine)
