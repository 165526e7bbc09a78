"""`makegood facts-secret`: what other systems sign outside facts with."""

import click

from integration.commands.context import Context
from integration.handling.outside_facts import facts_secret


@click.command(name="facts-secret")
@click.pass_obj
def facts_secret_command(context: Context) -> None:
    """Print the secret that your shop or CRM signs facts for `POST /facts` with."""
    click.echo(facts_secret(context.settings().secret_key))
