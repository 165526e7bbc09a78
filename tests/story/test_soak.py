"""A short soak holds; `make soak` plays the long one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.story
def test_thirty_complaints_survive_faults_and_a_kill() -> None:
    command = [sys.executable, "-m", "tests.soak", "--complaints", "30", "--kills", "1", "--json"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["kills"] == 1
    assert found["notes"] == found["notes"] | {"complaints": 30, "missing": 0, "doubled": 0}
    assert found["reminders"]["posted"] > 10
    assert found["faults_injected"]["duplicate"] > 0
