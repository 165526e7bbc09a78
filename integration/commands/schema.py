"""`makegood db`: the database's schema."""

from contextlib import closing

import click

from integration.app import assemble
from integration.commands.context import Context, trouble_told
from integration.store.going_back import NotForgettable
from integration.store.migrate import downgrade_one, migrate, schema_state


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.pass_obj
def upgrade(context: Context) -> None:
    """Bring the schema to this version; an SQLite file is backed up first."""
    settings = context.settings()
    with trouble_told(), closing(assemble(settings)) as parts:
        schema_state(parts.database.engine)
        click.echo(f"The schema is at {migrate(parts.database.engine).current}.")


@db.command()
@click.pass_obj
def downgrade(context: Context) -> None:
    """Go one schema version back; an SQLite file is backed up first."""
    settings = context.settings()
    with trouble_told(), closing(assemble(settings)) as parts:
        try:
            click.echo(f"The schema is at {downgrade_one(parts.database.engine).current}.")
        except (NotForgettable, ValueError) as error:
            raise click.ClickException(str(error)) from error
