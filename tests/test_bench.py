"""The bench still measures what it says: its smallest run starts the real servers and fills real stores."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.bench.figures import Spread
from tests.bench.scale import QUICK

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "tests.bench", "--quick", "--json", "--folder", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_machine_is_named_beside_the_figures(figures: dict[str, Any]) -> None:
    machine = figures["machine"]

    assert machine["cores"] >= 1
    assert machine["python"].startswith("3.")
    assert machine["sqlite"].startswith("3.")
    assert machine["fsync"]["p50"] > 0


def test_makegood_is_compared_with_a_bare_endpoint_of_the_same_run(figures: dict[str, Any]) -> None:
    (one,) = figures["deliveries"]

    ours, theirs = one["makegood"], one["bare"]
    assert ours["together"]["count"] == theirs["together"]["count"] == QUICK.deliveries * QUICK.rounds
    assert one["ratio"] == pytest.approx(ours["rates"][0] / theirs["rates"][0], rel=0.01)
    assert one["rows_kept"] > QUICK.deliveries


def test_the_sidebar_is_opened_with_few_and_with_many_tickets(figures: dict[str, Any]) -> None:
    opened = figures["sidebar"]

    assert [one["tickets"] for one in opened] == list(QUICK.stores)
    for one in opened:
        assert 0 < one["over_http"]["p50"] <= one["over_http"]["p95"] <= one["over_http"]["p99"]
        assert one["handling"]["spread"]["count"] == QUICK.tickets_opened
        assert one["answer_kb"] > 1


def test_rules_and_letters_have_their_figures(figures: dict[str, Any]) -> None:
    judged = figures["rules"]

    assert judged["letter"]["spread"]["p50"] > 0
    assert judged["detect_150_words"]["cpu_ms"] > judged["detect_40_words"]["cpu_ms"]


def test_every_follow_up_that_falls_due_is_written_by_a_real_worker(figures: dict[str, Any]) -> None:
    (one,) = figures["follow_ups"]

    assert (one["database"], one["pending"]) == ("SQLite", QUICK.pending)
    for timed in (one["claim"], one["reschedule"], one["cancel"]):
        assert timed["spread"]["p50"] > 0
    late = one["lateness"]
    assert (late["written"], late["not_written"]) == (QUICK.falling_due, {})
    assert 0 <= late["begun_late"]["p50"] <= late["written_late"]["p99"]
    assert late["memory_most_mb"] > 0


def test_percentiles_are_values_that_were_measured() -> None:
    spread = Spread.of(number / 1000 for number in range(100, 0, -1))

    assert (spread.p50, spread.p95, spread.p99, spread.longest) == (50, 95, 99, 100)
    assert Spread.of([0.004]) == Spread(1, 4, 4, 4, 4)


def test_an_import_is_timed_with_what_it_stored_and_judged(figures: dict[str, Any]) -> None:
    (one,) = figures["backfill"]

    assert (one["reader"], one["tickets"]) == ("Makegood", QUICK.past)
    assert one["per_second"] > one["judged_per_second"] > 0
    assert one["peak_megabytes"] > 10
