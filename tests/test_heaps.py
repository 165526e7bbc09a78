"""Memory that was freed goes back to the machine."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

# Large blocks between small ones that stay: what a heap cannot give back once it has grown for them.
WORK = """
import sys
from integration.heaps import keep_heaps_small

if sys.argv[1] == "small":
    keep_heaps_small()
del_me = bytearray(24_000_000)
del del_me
large, stays = [], []
for _ in range(10):
    large.append(bytearray(6_000_000))
    stays.append(bytearray(2_000))
del large
status = open("/proc/self/status").read()
print(status.split("VmRSS:")[1].split()[0])
"""


def kilobytes_held(heaps: str) -> int:
    command = [sys.executable, "-c", WORK, heaps]
    root = Path(__file__).parents[1]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the heaps are those of glibc")
def test_large_blocks_that_were_freed_are_given_back() -> None:
    assert kilobytes_held("small") < kilobytes_held("as they are") - 40_000
