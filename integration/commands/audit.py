"""`makegood audit`: who changed what, and whether the record is as it was written."""

from pathlib import Path

import click

from integration.commands.context import Context
from integration.handling import audit as auditing
from integration.store.audit_chain import Break, Head


@click.group()
def audit() -> None:
    """Who changed what, when, from what to what; each entry is chained to the one before."""


@audit.command()
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the screen."
)
@click.pass_obj
def export(context: Context, output: Path | None) -> None:
    """Write every entry as a line of JSON; a copy kept elsewhere shows whether the end was cut off."""
    with context.stored() as parts:
        if output is None:
            for line in auditing.export_lines(parts):
                click.echo(line)
            return
        output.touch(mode=0o600)
        with output.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in auditing.export_lines(parts))
    click.echo(f"Wrote {output}.")


@audit.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--anew", is_flag=True, help="Take the log as it is for a new beginning (SECRET_KEY changed).")
@click.pass_obj
def verify(context: Context, file: Path | None, anew: bool) -> None:
    """Follow the chain from its beginning: in the database, or in an exported FILE."""
    if file is not None:
        try:
            with file.open(encoding="utf-8") as lines:
                head, broken = auditing.check_lines(lines)
        except (auditing.UnreadableExport, UnicodeDecodeError) as error:
            raise click.ClickException(str(error)) from error
    else:
        with context.stored() as parts:
            chain = auditing.check_chain(parts, whole=True, anew=anew)
            head, broken = chain.head, chain.broken
    _tell(head, broken)


def _tell(head: Head, broken: Break | None) -> None:
    if broken is not None:
        if auditing.is_other_key(broken):
            raise click.ClickException(
                f"The chain cannot be judged: {broken.why}. {auditing.step_after(broken)}"
            )
        place = "The chain" if broken.seq is None else f"Entry {broken.seq}"
        raise click.ClickException(
            f"{place} does not hold: {broken.why}. The {head.seq} entries before are whole. "
            "Compare with an exported copy or a backup, and find out who can write to the database."
        )
    click.echo(f"{head.seq} entries, the chain is whole. It ends in {head.hash or 'nothing yet'}.")
