"""`makegood connect`: what Makegood needs in Zendesk, created or repaired."""

from collections.abc import Sequence

import click

from integration.commands.context import Context
from integration.handling import connect as connecting
from integration.zendesk.errors import ZendeskError
from integration.zendesk.provision import Change


@click.command()
@click.option("--plan", is_flag=True, help="Only say what would be changed.")
@click.pass_obj
def connect(context: Context, plan: bool) -> None:
    """Create Makegood's ticket fields and webhooks. Run again, it repairs what somebody deleted."""
    # Creating fields and webhooks is asked for by name, also where Makegood only observes otherwise.
    with context.parts(can_write=not plan) as parts:
        try:
            if plan:
                _print(connecting.plan_connection(parts), "would be")
                return
            done = connecting.connect(parts)
        except ZendeskError as error:
            raise click.ClickException(f"{error} Nothing is half done: run the command again.") from error
    _print(done.changes, "was")
    click.echo(f"Connected as user {done.service_user_id}.")
    if not done.has_app:
        click.echo("Makegood's app is not installed in Zendesk yet; agents see the sidebar once it is.")


def _print(changes: Sequence[Change], tense: str) -> None:
    words = {"create": "created", "repair": "repaired", "delete": "deleted"}
    for change in changes:
        click.echo(f"{change.kind} {change.title!r} {tense} {words[change.action]}: {change.why}")
    if not changes:
        click.echo("Everything is there already.")
