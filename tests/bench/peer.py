"""What an import is compared with: tap-zendesk, installed by itself into an environment of its own."""

import resource
import subprocess
import time
import venv
from dataclasses import dataclass
from pathlib import Path

import click

from tests.bench.machine import resident_megabytes

PEER = "tap-zendesk==2.8.2"
INSTALL_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Run:
    """How many tickets it wrote in so many seconds, with or without the pause that it makes by itself.

    `cpu_seconds` are its own, its start included.
    """

    name: str
    is_throttled: bool
    tickets: int
    seconds: float
    cpu_seconds: float
    peak_megabytes: int


def measure(url: str, place: Path, seconds: float) -> list[Run]:
    """Run it over the stub at `url`, both ways, each for at most so long; nothing where it cannot be had.

    With its own pause the whole would take hours; its rate shows in a minute.
    """
    folder = place / "peer"
    try:
        venv.create(folder, with_pip=True)
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", PEER]
        subprocess.run(pip, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        reason = type(error).__name__
        click.echo(f"{PEER} cannot be had here ({reason}); the comparison is left out.", err=True)
        return []
    return [_run(folder / "bin" / "python", url, place, seconds, is_throttled=way) for way in (False, True)]


def _run(python: Path, url: str, place: Path, most: float, *, is_throttled: bool) -> Run:
    output = place / "messages.jsonl"
    program = Path(__file__).with_name("peer_tap.py")
    with output.open("wb") as messages:
        command = [python, program, url, "throttled" if is_throttled else "free"]
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(command, stdout=messages, stderr=subprocess.DEVNULL)
        peak = 0
        while process.poll() is None and time.perf_counter() - began < most:
            peak = max(peak, resident_megabytes(process.pid))
            time.sleep(0.2)
        seconds = time.perf_counter() - began
        process.kill()
        process.wait()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with output.open("rb") as messages:
        tickets = sum(b'"type": "RECORD"' in line[:40] for line in messages)
    output.unlink()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(PEER.replace("==", " "), is_throttled, tickets, seconds, cpu, peak)
