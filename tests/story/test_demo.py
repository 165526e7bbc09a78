"""The demo plays its story end to end, in processes of its own, and every step holds."""

import json
import os
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


def test_a_rehearsal_that_dies_is_named_without_a_trace_and_leaves_an_answer_for_machines(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "integration", "demo", "--once", "--json", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        started, log = rehearsal_of(demo), tmp_path / "the-rehearsal-Zendesk.log"
        deadline = time.monotonic() + 60
        while "http" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(int(started.name), signal.SIGKILL)
        answer, said = demo.communicate(timeout=90)

    assert json.loads(answer)["held"] is False
    assert "the rehearsal Zendesk ended" in json.loads(answer)["error"], answer
    assert "Traceback" not in said


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


def rehearsal_of(demo: subprocess.Popen[str]) -> Path:
    """Wait until a demo has started its rehearsal; return where that stands below /proc."""
    children = Path(f"/proc/{demo.pid}/task/{demo.pid}/children")
    deadline = time.monotonic() + 60
    while True:
        for child in children.read_text().split():
            if is_rehearsal(place := Path(f"/proc/{child}")):
                return place
        assert time.monotonic() < deadline, "the demo started nothing"
        time.sleep(0.05)


def is_rehearsal(place: Path) -> bool:
    try:
        return b"integration.rehearsal" in (place / "cmdline").read_bytes()
    except OSError:  # over already
        return False


def test_a_terminal_that_closes_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "integration", "demo", "--once", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as demo:
        started = rehearsal_of(demo)
        demo.send_signal(signal.SIGHUP)
        said, _ = demo.communicate(timeout=90)

    assert (demo.returncode, "Traceback" in said) == (1, False), said
    assert not is_rehearsal(started)
