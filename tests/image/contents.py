"""What is inside the image, and what its processes may do under the flags of the compose file."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.image.docker import Composed
from tests.image.seen import Seen, holds

HERE = Path(__file__).parent
UID = "10001"
NOTHING = 0
FILTERED = "2"  # seccomp's mode in which a filter decides
MEANT = {"integration": "", "templates": "shipped/templates/", "manifest": "shipped/manifest/"}


def look(clone: Path, compose: Composed) -> Iterator[Seen]:
    """Run the probe in a container of the web service and judge what it found."""
    probe = (HERE / "probe.py").read_text()
    run = ("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", "python", "web-1", "-")
    found = json.loads(compose(*run, typed=probe).splitlines()[-1])
    yield _rights(found)
    yield holds(
        "only /data and /tmp can be written", found["writable"] == ["/data", "/tmp"], found["writable"]
    )
    useless = [*found["programs"], *found["builders"], *found["caches"]]
    yield holds("no compiler, installer or cache is inside", not useless, useless or "none found")
    yield _packages(found)
    yield _files(clone, found)
    shape = found["encoder"]
    yield holds("the learned reader has its encoder", len(shape) == 2, f"a sentence became {shape} numbers")


def _rights(found: dict[str, Any]) -> Seen:
    told = found["status"]
    bound = {int(told["CapEff"], 16), int(told["CapBnd"], 16)}
    is_small = (told["Uid"], told["NoNewPrivs"], bound) == (UID, "1", {NOTHING})
    return holds("it runs as nobody, without capabilities or a way to more", is_small, told)


def _packages(found: dict[str, Any]) -> Seen:
    installed, needed = set(found["installed"]), set(found["needed"])
    more, missing = sorted(installed - needed), sorted(needed - installed)
    seen = {"more": more, "missing": missing} if more or missing else f"{len(installed)} packages"
    return holds("exactly the packages that Makegood needs are installed", not more and not missing, seen)


def _files(clone: Path, found: dict[str, Any]) -> Seen:
    """Every tracked file of the package, the templates and the app is there, and nothing else."""
    wanted = set()
    for folder, place in MEANT.items():
        command = ["git", "-C", str(clone / folder), "ls-files", "-z"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        wanted |= {place + name for name in listed.split("\0") if name}
    there = set(found["files"])
    apart = sorted(wanted ^ there)
    return holds(
        "every tracked file is in the image, and nothing else", not apart, apart or f"{len(there)} files"
    )
