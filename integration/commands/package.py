"""`makegood package`: the app's zip for upload to Zendesk."""

import zipfile
from pathlib import Path

import click

from integration.app import shipped
from integration.commands.context import Context

PLACE = "PUBLIC_URL"
MANIFEST = "manifest.json"
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
    public_url = context.settings().public_url
    folder = shipped("manifest")
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            content = file.read_bytes()
            if file.name == MANIFEST:
                content = content.replace(PLACE.encode(), public_url.encode())
            archive.writestr(zipfile.ZipInfo(file.relative_to(folder).as_posix(), STAMP), content)
    click.echo(f"Wrote {output}. Upload it in Admin Center: Apps and integrations, Zendesk Support apps.")
