"""The machine, the versions and how busy both were: no figure means anything without them."""

import os
import platform
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from tests.bench.figures import Spread, timed

PACKAGES = ("flask", "gunicorn", "sqlalchemy", "psycopg")
LOOPS = 2_000_000


@dataclass(frozen=True, slots=True)
class Machine:
    """`python_loop_ms` is what one fixed loop took; `load` counts the processes that wanted a core."""

    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    sqlite: str
    postgresql: str | None
    packages: dict[str, str]
    fsync: Spread
    python_loop_ms: float
    load: float


def describe(folder: Path) -> Machine:
    """Look at this machine; `folder` lies on the disk that the databases are put on."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(pages / 2**30, 1),
        system=platform.platform(),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        postgresql=_postgresql(),
        packages={name: version(name) for name in PACKAGES},
        fsync=_fsync(folder / "fsync"),
        python_loop_ms=loop_ms(),
        load=round(os.getloadavg()[0], 2),
    )


def loop_ms() -> float:
    """Time a fixed loop: how fast, and how much left alone, this interpreter is right now."""
    began = time.perf_counter()
    total = 0
    for number in range(LOOPS):
        total += number
    return round((time.perf_counter() - began) * 1000, 1)


def resident_megabytes(pid: int) -> int:
    """Return the memory of a process and its children, what they share counted once."""
    own = [pid]
    for task in Path(f"/proc/{pid}/task").glob("[0-9]*"):
        own += [int(child) for child in _text(task / "children").split()]
    return sum(_proportional_kilobytes(each) for each in set(own)) // 1_000


def _proportional_kilobytes(pid: int) -> int:
    lines = _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _text(file: Path) -> str:
    """Return a file's text; a process that has just ended has none."""
    try:
        return file.read_text()
    except OSError:
        return ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _postgresql() -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        return None
    said = subprocess.run([found[-1], "--version"], capture_output=True, text=True, check=True, timeout=10)
    return said.stdout.split()[2]


def _fsync(file: Path) -> Spread:
    with file.open("wb", buffering=0) as out:

        def put(_: int) -> None:
            out.write(b"x" * 4096)
            os.fsync(out.fileno())

        spread = timed(put, range(100)).spread
    file.unlink()
    return spread
