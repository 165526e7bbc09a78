"""`makegood package`: the app's zip for upload to Zendesk."""

import json
import zipfile
from pathlib import Path

import click
import sqlalchemy as sa

from integration.app import shipped
from integration.commands.context import Context, trouble_told
from integration.handling.zendesk_fields import FIELDS_MADE_BY_CONNECT
from integration.settings import Settings
from integration.store import kept
from integration.store.engine import Database, make_engine
from integration.store.migrate import schema_state

PLACE = "PUBLIC_URL"
MANIFEST = "manifest.json"
REQUIREMENTS = "requirements.json"
FIELDS = "ticket_fields"
# The same files give the same bytes, so that an upload can be compared with a build.
STAMP = (2026, 1, 1, 0, 0, 0)


@click.command()
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("makegood-app.zip"),
    show_default=True,
    help="Where to write it.",
)
@click.pass_obj
def package(context: Context, output: Path) -> None:
    """Build the Zendesk app, with MAKEGOOD_PUBLIC_URL filled in, to upload in Zendesk's Admin Center."""
    settings = context.settings()
    # Zendesk refuses a second drop-down with the same tags, and the whole app with it.
    with_fields = not _has_made_fields(settings)
    folder = shipped("manifest")
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = file.read_bytes()
            if file.name == MANIFEST:
                content = content.replace(PLACE.encode(), settings.public_url.encode())
            if file.name == REQUIREMENTS and not with_fields:
                content = _without_fields(content)
            archive.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix(), STAMP), content)
    click.echo(f"Wrote {output}. Upload it in Admin Center: Apps and integrations, Zendesk Support apps.")
    if with_fields:
        click.echo("Installing it creates the ticket fields; `makegood connect` afterwards takes them over.")
    else:
        click.echo("It brings no ticket fields: `makegood connect` has created them already.")


def _has_made_fields(settings: Settings) -> bool:
    """Whether this installation created the ticket fields itself; without tables it has not begun."""
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False
    database = Database(make_engine(settings.database_url))
    try:
        with trouble_told():
            if schema_state(database.engine).current is None:
                return False
            with database.read() as conn:
                return bool(kept.get(conn, FIELDS_MADE_BY_CONNECT))
    finally:
        database.close()


def _without_fields(content: bytes) -> bytes:
    requirements = json.loads(content)
    del requirements[FIELDS]
    return json.dumps(requirements, ensure_ascii=False, indent=2).encode() + b"\n"
