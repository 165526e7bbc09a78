"""Runs inside the image, read from standard input, and prints as JSON what it finds there."""

import json
import os
import shutil
import tempfile
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

import integration
from integration.commands.notices import components
from integration.learned.encoder import load_encoder

PACKAGE = Path(integration.__file__).parent
NOT_NEEDED = ("cc", "gcc", "g++", "ld", "make", "pip", "pip3", "hatchling", "git", "curl", "wget")
BUILDERS = ("pip", "setuptools", "wheel", "hatchling", "ensurepip")
CLOSED = ("/", "/etc", "/opt/makegood", "/usr/local/lib", "/var/tmp", "/run", "/home")
OPEN = ("/data", "/tmp")


def status() -> dict[str, str]:
    """Return what the kernel lets this process do."""
    lines = Path("/proc/self/status").read_text().splitlines()
    told = {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return {name: told[name].split()[0] for name in ("Uid", "CapEff", "CapBnd", "NoNewPrivs", "Seccomp")}


def can_write(folder: str) -> bool:
    """Whether a file can be made there."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def caches() -> list[str]:
    """Return what pip and apt leave behind."""
    places = (
        Path("/root/.cache"),
        Path("/data/.cache"),
        Path("/var/cache/apt/archives"),
        Path("/var/lib/apt/lists"),
    )
    return [str(place) for place in places if os.access(place, os.R_OK) and any(place.rglob("*"))]


def files(root: Path) -> list[str]:
    """Return what is not compiled Python below a folder."""
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def main() -> None:
    """Print the findings."""
    encoder = load_encoder()
    findings = {
        "status": status(),
        "writable": [folder for folder in (*CLOSED, *OPEN) if can_write(folder)],
        "programs": [name for name in NOT_NEEDED if shutil.which(name)],
        "builders": [name for name in BUILDERS if find_spec(name)],
        "installed": sorted({one.name.lower().replace("_", "-") for one in distributions()}),
        "needed": sorted({one.name.lower().replace("_", "-") for one in components()} | {"makegood"}),
        "caches": caches(),
        "files": files(PACKAGE),
        "encoder": [] if encoder is None else list(encoder.encode(["The kettle arrived broken."]).shape),
    }
    print(json.dumps(findings))  # noqa: T201 - what the caller reads


main()
