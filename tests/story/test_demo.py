"""The demo plays its story end to end, in processes of its own, and every step holds."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from integration.demo.stage import Stage, StageError, make_room


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


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(StageError, match=r"file/folder cannot be used.*--data-dir"),
        Stage(tmp_path / "file/folder"),
    ):
        pass


def test_a_disk_without_room_is_told_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"has \d+ MB left, and 999999999999 are needed"):
        make_room(tmp_path, megabytes=999_999_999_999)


def rehearsals(pid: int) -> list[Path]:
    """Return the rehearsals among the children of a process, as they stand below /proc."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [place for place in (Path(f"/proc/{child}") for child in children) if is_rehearsal(place)]


def is_rehearsal(place: Path) -> bool:
    try:
        return b"integration.rehearsal" in (place / "cmdline").read_bytes()
    except OSError:  # over already
        return False


def test_a_terminal_that_closes_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "integration", "demo", "--once", "--data-dir", str(tmp_path)]
    with (
        (tmp_path / "demo.log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT) as demo,
    ):
        deadline = time.monotonic() + 60
        while not (started := rehearsals(demo.pid)):
            assert time.monotonic() < deadline, "the demo started nothing"
            time.sleep(0.05)
        demo.send_signal(signal.SIGHUP)
        ended = demo.wait(90)

    assert ended == 1, (tmp_path / "demo.log").read_text()
    assert not any(is_rehearsal(place) for place in started)
