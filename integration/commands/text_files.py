"""`makegood templates export` and `import`, and the same of policies: edited texts as files, with a diff."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from integration.commands.context import Context
from integration.handling import editing_policies, editing_templates, text_files
from integration.handling.editing import Broken
from integration.handling.editing_policies import NAME
from integration.handling.text_files import Change, NotTaken
from integration.parts import Parts
from integration.responses.files import key_of
from integration.store.editions import POLICIES, TEMPLATES

Compare = Callable[[Parts, Mapping[str, str]], list[Change]]
IsOurs = Callable[[str], bool]
_COLOURS = {"+": "green", "-": "red"}


def add_to(templates: click.Group, policies: click.Group) -> None:
    """Give both groups of commands an `export` and an `import`."""
    kinds: tuple[tuple[click.Group, str, IsOurs, Compare], ...] = (
        (templates, TEMPLATES, lambda name: key_of(name) is not None, editing_templates.compare_files),
        (policies, POLICIES, lambda name: bool(NAME.fullmatch(name)), editing_policies.compare_files),
    )
    for group, prefix, is_ours, compare in kinds:
        group.add_command(_export_command(prefix))
        group.add_command(_import_command(prefix, is_ours, compare))


def _export_command(prefix: str) -> click.Command:
    return click.Command(
        "export",
        params=[click.Argument(["target"], type=click.Path(path_type=Path))],
        callback=click.pass_obj(partial(_export, prefix)),
        help="Write what is published in the program to TARGET, a folder or a .zip, for version control.",
    )


def _import_command(prefix: str, is_ours: IsOurs, compare: Compare) -> click.Command:
    return click.Command(
        "import",
        params=[
            click.Argument(["source"], type=click.Path(exists=True, path_type=Path)),
            click.Option(["--plan"], is_flag=True, help="Show what would change, and change nothing."),
            click.Option(["--publish"], is_flag=True, help="Put it in force; without, it becomes drafts."),
        ],
        callback=click.pass_obj(partial(_import, prefix, is_ours, compare)),
        help="Take in SOURCE, a folder or a .zip as `export` writes it; shows each difference.",
    )


def _export(prefix: str, context: Context, target: Path) -> None:
    with context.parts() as parts:
        files = text_files.export(parts, prefix)
    if not files:
        raise click.ClickException("Nothing is published in the program; files are where you put them.")
    if target.suffix == ".zip":
        target.write_bytes(text_files.pack(files))
    else:
        for place, text in files.items():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            (target / place).write_text(text, encoding="utf-8")
    click.echo(f"Wrote {len(files)} to {target}.")


def _import(
    prefix: str, is_ours: IsOurs, compare: Compare, context: Context, source: Path, plan: bool, publish: bool
) -> None:
    try:
        files = (
            text_files.unpack(source.read_bytes(), is_ours)
            if source.is_file()
            else text_files.read_folder(source, is_ours)
        )
    except NotTaken as error:
        raise click.ClickException(str(error)) from error
    with context.parts() as parts:
        changes = compare(parts, files)
        _show(changes)
        if not changes:
            click.echo("All of it is in force already.")
        elif not plan:
            _take_in(parts, prefix, changes, publish=publish)


def _take_in(parts: Parts, prefix: str, changes: Sequence[Change], *, publish: bool) -> None:
    try:
        text_files.take_in(parts, prefix, changes, actor="cli", in_force=publish)
    except Broken as error:
        raise click.ClickException(f"Nothing was taken in, because something is wrong.\n{error}") from error
    what = "in force" if publish else "drafts; publish them on the admin page, or with --publish"
    click.echo(f"{len(changes)} now {what}.")


def _show(changes: Sequence[Change]) -> None:
    for change in changes:
        click.secho(change.place, bold=True)
        for finding in change.findings:
            click.echo(f"  line {finding.line}: {finding.message}")
        for line in change.lines:
            click.secho(f"  {line.sign} {line.text}", fg=_COLOURS.get(line.sign))
