"""The command line: `makegood`, one command for each thing an operator does."""

from pathlib import Path

import click
from click.core import ParameterSource

from integration.commands import (
    audit,
    backfill,
    check,
    connect,
    demo,
    facts,
    notices,
    package,
    parked,
    policies,
    privacy,
    rehearse,
    schema,
    serve,
    shipped,
    text_files,
    uninstall,
)
from integration.commands.context import Context


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".env"),
    show_default=True,
    help="File with MAKEGOOD_… settings; the environment wins over it.",
)
@click.version_option(package_name="makegood", prog_name="makegood")
@click.pass_context
def main(context: click.Context, env_file: Path) -> None:
    """Complaint history, suggested responses and follow-ups next to your Zendesk."""
    given = context.get_parameter_source("env_file")
    context.obj = Context(env_file, is_named=given is not ParameterSource.DEFAULT)


text_files.add_to(shipped.templates, policies.policies)

for command in (
    demo.demo,
    serve.run,
    serve.web,
    serve.worker,
    connect.connect,
    check.doctor,
    backfill.backfill,
    package.package,
    facts.facts_secret_command,
    parked.parked,
    shipped.templates,
    policies.policies,
    rehearse.rehearse,
    schema.db,
    audit.audit,
    privacy.erase,
    privacy.list_erasures,
    privacy.export,
    privacy.hold,
    privacy.retention,
    uninstall.uninstall,
    notices.notices,
):
    main.add_command(command)
