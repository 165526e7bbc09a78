"""`makegood uninstall`: takes everything out of Zendesk that Makegood made there."""

from pathlib import Path

import click

from integration.commands.context import Context
from integration.handling import uninstall as leaving
from integration.zendesk.errors import ZendeskError


@click.command()
@click.option("--plan", is_flag=True, help="Only list what would be removed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--ledger",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the ledger is written first; makegood-ledger.jsonl in the data folder without it.",
)
@click.pass_obj
def uninstall(context: Context, plan: bool, yes: bool, ledger: Path | None) -> None:
    """Write out the ledger, then remove Makegood's webhooks and ticket fields from Zendesk."""
    with context.parts(can_write=None if plan else True) as parts:
        try:
            removal = leaving.plan_removal(parts)
            _print(removal)
            if plan:
                return
            if removal.rules:
                raise click.ClickException("Switch off the rules above first, or they would call nobody.")
            if removal.changes and not yes:
                click.confirm("With a ticket field go its values in all tickets. Go on?", abort=True)
            file = ledger or parts.settings.data_dir / "makegood-ledger.jsonl"
            click.echo(f"Wrote {leaving.write_ledger(parts, file)} rows to {file}.")
            done = leaving.remove(parts)
        except OSError as error:
            raise click.ClickException(f"{error}. The ledger comes first, so nothing was removed.") from error
        except ZendeskError as error:
            raise click.ClickException(f"{error} Run the command again: it goes on where it was.") from error
    for change in done:
        click.echo(f"deleted: {change.kind} {change.title!r}")
    click.echo(
        "Notes on tickets stay. Left for you: uninstall the app in Admin Center, delete the OAuth client "
        "and the service user, stop Makegood, and delete its data folder."
    )


def _print(removal: leaving.Removal) -> None:
    for change in removal.changes:
        click.echo(f"would be deleted: {change.kind} {change.title!r}")
    if not removal.changes:
        click.echo("Nothing of Makegood's stands in Zendesk.")
    for rule in removal.rules:
        click.echo(f"yours, and names Makegood: {rule.kind} {rule.id} {rule.title!r}")
    if removal.app_id is not None:
        click.echo(f"by hand: the app (id {removal.app_id}), in Admin Center, Zendesk Support apps")
