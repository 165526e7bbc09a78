"""The demo plays its story end to end, in processes of its own, and every step holds."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.story
def test_all_ten_steps_of_the_story_hold(tmp_path: Path) -> None:
    played = subprocess.run(
        [sys.executable, "-m", "integration", "demo", "--once", "--json", "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=240,
        cwd=Path(__file__).parents[2],
        check=False,
    )

    assert played.returncode == 0, played.stdout[-3000:] + played.stderr[-3000:]
    story = json.loads(played.stdout)
    assert [step["number"] for step in story["steps"]] == list(range(1, 11))
    assert [step["title"] for step in story["steps"] if not step["held"]] == []
    assert all(step["seen"] for step in story["steps"])
