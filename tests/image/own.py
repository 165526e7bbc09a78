"""A Docker daemon and a base image of our own, for machines without the one or the other.

The base stands in for `python:3.11-slim`: the same family of Debian, Debian's Python 3.11 under the official
image's names, pip beside it, no compiled library, and this machine's certificates, which a proxy between it
and the packages may need.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.image.docker import Docker

BASE = "python:3.11-slim"
RELEASE = "bookworm"
PACKAGES = ("ca-certificates", "netbase", "tzdata", "python3.11-venv", "python3-distutils")
CERTIFICATES = Path("etc/ssl/certs/ca-certificates.crt")
START_SECONDS = 60
STOP_SECONDS = 30
MAKE_SECONDS = 900


@contextmanager
def daemon(folder: Path) -> Iterator[Docker]:
    """Run a daemon that keeps all it has in `folder` and touches neither bridges nor packet filters."""
    _need("dockerd", "apt-get install docker.io")
    socket, log = folder / "docker.sock", folder / "dockerd.log"
    # Mounts of its own: they go when it goes.
    command = ["unshare", "--mount", "dockerd", "--host", f"unix://{socket}", "--storage-driver=overlay2"]
    command += [f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--pidfile={folder}/pid"]
    command += ["--bridge=none", "--iptables=false", "--ip6tables=false"]
    with log.open("wb") as words, subprocess.Popen(command, stdout=words, stderr=words) as process:
        try:
            docker = Docker(f"unix://{socket}")
            _wait(docker, process, log)
            yield docker
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def make_base(docker: Docker, folder: Path) -> str:
    """Make the base image from Debian's packages and return what it is."""
    _need("debootstrap", "apt-get install debootstrap")
    root = folder / "base"
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", RELEASE, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=MAKE_SECONDS, check=False)
    if done.returncode:
        raise click.ClickException(f"debootstrap failed:\n{done.stdout[-2000:]}")
    _dress(root)
    docker.take_in(root, BASE)
    shutil.rmtree(root)
    return f"a stand-in for {BASE}: Debian {RELEASE} and its Python, by debootstrap"


def _dress(root: Path) -> None:
    """Give Debian's Python the official image's names and manners."""
    for name in ("python", "python3"):
        (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3.11")
    library = root / "usr/lib/python3.11"
    (library / "EXTERNALLY-MANAGED").unlink()
    for compiled in library.rglob("*.pyc"):
        compiled.unlink()
    (pip,) = (root / "usr/share/python-wheels").glob("pip-*.whl")
    shutil.unpack_archive(pip, root / "usr/local/lib/python3.11/dist-packages", "zip")
    shutil.copyfile(Path("/") / CERTIFICATES, root / CERTIFICATES)
    for used in ("var/cache/apt/archives", "var/lib/apt/lists"):
        shutil.rmtree(root / used)


def _need(program: str, step: str) -> None:
    if shutil.which(program) is None:
        raise click.ClickException(f"{program} is missing: {step}, as root, then run this again.")


def _wait(docker: Docker, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not docker.answers():
        if process.poll() is not None or time.monotonic() > until:
            raise click.ClickException(f"dockerd does not answer:\n{log.read_text()[-2000:]}")
        time.sleep(0.2)
