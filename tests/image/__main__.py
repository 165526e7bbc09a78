"""Builds the image from a clean clone, looks inside, and runs the compose file's whole set from it."""

import secrets
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from integration.demo.puppets import Puppets
from integration.rehearsal.server import RehearsalServer
from tests.image import contents, own, trial
from tests.image.compose import free_port, override
from tests.image.docker import BUILD_SECONDS, Composed, Docker, names
from tests.image.gate import gate
from tests.image.seen import Seen, holds
from tests.postgres import Cluster

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
LAST_LINES = "20"


@click.command()
@click.option(
    "--alone",
    is_flag=True,
    help="Start a Docker daemon of its own and make a stand-in for the base image from Debian's packages; "
    "needs root, dockerd and debootstrap.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Where everything is put: about 3 GB with --alone. Default: the temporary one.",
)
def main(alone: bool, folder: Path | None) -> None:
    """Build the image and run it, as deploy/compose.yaml says, against a rehearsal Zendesk.

    Needs Linux, Docker with its compose plugin (2.24 or newer), PostgreSQL, and the network for packages.
    Without --alone the daemon at hand builds on the official base image. Everything listens on 127.0.0.1.
    """
    failed = 0
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="makegood-image-", dir=folder)))
        docker = stack.enter_context(own.daemon(place)) if alone else Docker()
        if not docker.answers():
            raise click.ClickException("No Docker daemon answers: start one, or give --alone as root.")
        base = own.make_base(docker, place) if alone else own.BASE
        click.echo(f"base: {base}")
        for seen in _try(docker, place):
            click.echo(f"{'ok  ' if seen.held else 'FAIL'}  {seen.claim}: {seen.what}")
            failed += not seen.held
    if failed:
        raise click.ClickException(f"{failed} of these did not hold.")


def _try(docker: Docker, place: Path) -> Iterator[Seen]:
    clone = place / "makegood"
    subprocess.run(["git", "-c", "advice.detachedHead=false", "clone", "--quiet", ROOT, clone], check=True)
    image = f"makegood-tried-{secrets.token_hex(4)}"
    try:
        yield _build(docker, clone, image)
        with _stage(docker, place, clone, image) as (compose, played):
            yield holds(
                "compose.yaml is valid", True, compose("config", "--quiet") or "docker compose config"
            )
            yield from contents.look(clone, compose)
            yield from played.play()
    finally:
        docker.attempt("image", "rm", "--force", image)


def _build(docker: Docker, clone: Path, image: str) -> Seen:
    began = time.monotonic()
    # Steps of a build reach the packages as this machine does.
    command = ("build", "--network=host", f"--file={clone}/deploy/Dockerfile", f"--tag={image}", str(clone))
    docker(*command, within=BUILD_SECONDS)
    spent = time.monotonic() - began
    whole, base = (
        int(docker("image", "inspect", "--format", "{{.Size}}", name)) for name in (image, own.BASE)
    )
    sizes = f"{whole / MEGABYTE:.0f} MB, of which the base is {base / MEGABYTE:.0f} MB"
    return holds("the image builds from a clean clone", True, f"{spent:.0f} s, {sizes}")


@contextmanager
def _stage(docker: Docker, place: Path, clone: Path, image: str) -> Iterator[tuple[Composed, trial.Trial]]:
    """Set the stage: an account, a database, a gate, settings; and clear away the containers at the end."""
    ports = {web: free_port() for web in trial.WEBS}
    cluster = Cluster(durable=True)
    account = place / "zendesk.db"
    tracked, second = clone / "deploy/compose.yaml", place / "override.yaml"
    try:
        with RehearsalServer(account) as zendesk, gate(ports[trial.WEBS[0]]) as door:
            config = zendesk.account.config
            environment = {
                "MAKEGOOD_ZENDESK_URL": zendesk.url,
                "MAKEGOOD_OAUTH_CLIENT_ID": config.oauth_client_id,
                "MAKEGOOD_OAUTH_CLIENT_SECRET": config.oauth_client_secret,
                "MAKEGOOD_PUBLIC_URL": door.url,
                "MAKEGOOD_SECRET_KEY": secrets.token_urlsafe(32),
                "MAKEGOOD_MODE": "act",
                "MAKEGOOD_REHEARSAL": "true",
            }
            (clone / ".env").write_text(names(environment))
            given = {"MAKEGOOD_HOST": "127.0.0.1", "MAKEGOOD_DATABASE_URL": cluster.url(cluster.create())}
            second.write_text(override(tracked, image, given, ports))
            compose = Composed(docker, image, tracked, second)
            played = trial.Trial(compose, Puppets(zendesk.url), account, door, ports)
            try:
                yield compose, played
            except click.ClickException:
                click.echo(compose("logs", "--no-color", "--tail", LAST_LINES), err=True)
                raise
            finally:
                compose("down", "--volumes", "--timeout", "5")
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
