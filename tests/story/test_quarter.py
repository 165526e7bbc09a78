"""A short quarter of a year holds; `python -m tests.soak.quarter` plays the long one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.story
def test_every_follow_up_of_a_quarter_speaks_once_at_its_minute_or_is_silent_for_a_reason() -> None:
    command = [sys.executable, "-m", "tests.soak.quarter", "--complaints", "10", "--kills", "1"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["kills"] == 1
    assert found["posted_by_minute"]["at its minute"] > 5
    assert sum(found["faults"].values()) > 0
