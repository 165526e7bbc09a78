"""`makegood parked`: jobs that cannot go on by themselves, each with its reason."""

import json

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from integration.commands.context import Context
from integration.store import parked as parked_rows


@click.group()
def parked() -> None:
    """Jobs that wait for a person, and why."""


@parked.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for machines.")
@click.pass_obj
def list_(context: Context, as_json: bool) -> None:
    """Show them, oldest first."""
    with context.stored() as parts, parts.database.read() as conn:
        rows = parked_rows.everything(conn)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {
                        "kind": row.kind,
                        "id": row.id,
                        "ticket_id": row.ticket_id,
                        "reason": row.reason,
                        "since": row.since.isoformat(),
                    }
                    for row in rows
                ]
            )
        )
        return
    if not rows:
        click.echo("Nothing is parked.")
        return
    table = Table("kind", "id", "ticket", "since", "reason")
    for row in rows:
        since = f"{row.since:%Y-%m-%d %H:%M} UTC"
        table.add_row(row.kind, str(row.id), str(row.ticket_id or ""), since, escape(row.reason))
    Console().print(table)
    click.echo("When the cause is gone: makegood parked retry KIND ID")


@parked.command()
@click.argument("kind", type=click.Choice(["inbox", "follow_up", "outbox"]))
@click.argument("row_id", type=int)
@click.pass_obj
def retry(context: Context, kind: str, row_id: int) -> None:
    """Try one of them again, by its KIND and id as `parked list` shows them."""
    with context.stored() as parts, parts.database.write() as conn:
        if not parked_rows.try_again(conn, kind, row_id, parts.clock()):
            raise click.ClickException(
                f"No parked {kind} {row_id}; `makegood parked list` shows what there is."
            )
    click.echo("It will be tried again at once.")
