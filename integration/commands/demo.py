"""`makegood demo`: see it work without an account."""

import click


@click.command()
def demo() -> None:
    """Show Makegood over a rehearsal Zendesk."""
