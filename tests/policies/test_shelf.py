import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration.domain.policy import Traits
from integration.policies.problem import InvalidPolicy
from integration.policies.shelf import SHIPPED, PolicyShelf
from tests.domain.builders import ticket
from tests.policies.test_load import POLICY, written

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def changed(file: Path, text: str) -> None:
    """Write a file so that its time differs even on a coarse clock."""
    before = file.stat().st_mtime_ns
    file.write_text(text, encoding="utf-8")
    os.utime(file, ns=(before + 1_000_000_000, before + 1_000_000_000))


def test_the_shipped_files_are_there_without_any_of_one_s_own(tmp_path: Path) -> None:
    shelf = PolicyShelf([SHIPPED, tmp_path / "policies"])

    assert (shelf.current(NOW).id, shelf.problems) == ("house", ())
    assert "ru" in shelf.cues().languages
    assert shelf.rules().outcome_by_tag


def test_a_policy_of_one_s_own_comes_into_force_without_a_restart(tmp_path: Path) -> None:
    shelf = PolicyShelf([SHIPPED, tmp_path])
    assert shelf.current(NOW).id == "house"

    written(tmp_path, POLICY)

    assert shelf.current(NOW).id == "own"


def test_a_policy_takes_over_on_its_day_in_its_own_time_zone(tmp_path: Path) -> None:
    written(tmp_path, POLICY)
    later = POLICY.replace("version: 2", "version: 3").replace("2026-01-01", "2026-03-11")
    written(tmp_path, later, "later.yaml")
    shelf = PolicyShelf([tmp_path])

    assert shelf.current(datetime(2026, 3, 10, 22, 59, tzinfo=UTC)).version == 2
    assert shelf.current(datetime(2026, 3, 10, 23, 0, tzinfo=UTC)).version == 3
    assert shelf.find("own", 2) is not None
    assert shelf.find("own", 9) is None


def test_a_broken_file_leaves_the_last_good_one_in_use_and_says_why(tmp_path: Path) -> None:
    file = written(tmp_path, POLICY)
    shelf = PolicyShelf([SHIPPED, tmp_path])
    good = shelf.current(NOW)

    changed(file, POLICY.replace("amount: 2", "amount: none"))

    assert shelf.current(NOW) == good
    assert [(problem.file, problem.line) for problem in shelf.problems] == [(file, 11)]
    changed(file, POLICY.replace("amount: 2", "amount: 3"))
    assert shelf.current(NOW).steps[0].limit.counts[0].delay.amount == 3
    assert shelf.problems == ()


def test_a_file_broken_from_the_start_leaves_the_shipped_one_in_use(tmp_path: Path) -> None:
    written(tmp_path, "threshold: 7\n", "rules.yaml")
    shelf = PolicyShelf([SHIPPED, tmp_path])

    assert shelf.rules().threshold == 0.5
    assert [problem.line for problem in shelf.problems] == [1]


def test_a_language_of_one_s_own_replaces_the_shipped_one_until_it_is_removed(tmp_path: Path) -> None:
    (tmp_path / "cues").mkdir()
    text = "language: en\ncues:\n  - {kind: threat, weight: 4, phrases: [abracadabra]}\n"
    file = written(tmp_path / "cues", text, "en.yaml")
    shelf = PolicyShelf([SHIPPED, tmp_path])
    own = shelf.cues().languages["en"]

    file.unlink()

    assert not own.negations
    assert shelf.cues().languages["en"].negations


def test_no_policy_in_force_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(InvalidPolicy, match="effective_from"):
        PolicyShelf([tmp_path]).current(NOW)


def test_what_was_published_wins_over_every_folder_until_it_is_taken_back(tmp_path: Path) -> None:
    texts = {"own.yaml": POLICY.replace("amount: 2", "amount: 5"), "rules.yaml": "threshold: 0.7\n"}
    published = dict(texts)
    written(tmp_path, POLICY)
    shelf = PolicyShelf([SHIPPED, tmp_path], lambda: published)
    assert (shelf.current(NOW).steps[0].limit.counts[0].delay.amount, shelf.rules().threshold) == (5, 0.7)

    published.clear()

    assert (shelf.current(NOW).steps[0].limit.counts[0].delay.amount, shelf.rules().threshold) == (2, 0.5)


def test_a_running_complaint_finds_the_policy_that_was_published_before() -> None:
    past = {"past/1-own.yaml": POLICY.replace("version: 2", "version: 1")}
    shelf = PolicyShelf([SHIPPED], lambda: {"own.yaml": POLICY, **past})

    assert shelf.current(NOW).version == 2
    earlier = shelf.find("own", 1)
    assert earlier is not None
    assert earlier.version == 1


def traits(**changes: object) -> Traits:
    return Traits(ticket(), "low", "delivery", "en", **changes)  # type: ignore[arg-type]


def test_the_policy_that_asks_for_more_of_a_complaint_wins(tmp_path: Path) -> None:
    written(tmp_path, POLICY)
    special = POLICY.replace("id: own", "id: low", 1).replace("steps:", "applies_to: {bands: [low]}\nsteps:")
    written(tmp_path, special, "low.yaml")
    shelf = PolicyShelf([SHIPPED, tmp_path])

    assert shelf.current(NOW, traits()).id == "low"
    assert shelf.current(NOW, replace(traits(), band="high")).id == "own"
    assert shelf.current(NOW).id == "own"
    assert [policy.id for policy in shelf.in_force(NOW)] == ["low", "own", "house"]


def test_a_complaint_for_which_no_own_policy_is_goes_by_the_shipped_one(tmp_path: Path) -> None:
    written(tmp_path, POLICY.replace("steps:", "applies_to: {tags: [vip]}\nsteps:"))
    shelf = PolicyShelf([SHIPPED, tmp_path])

    assert shelf.current(NOW, traits()).id == "house"


def test_a_running_complaint_keeps_its_version_unless_a_later_one_takes_over(tmp_path: Path) -> None:
    written(tmp_path, POLICY)
    file = written(tmp_path, POLICY.replace("version: 2", "version: 3"), "later.yaml")
    shelf = PolicyShelf([SHIPPED, tmp_path])
    assert (shelf.current(NOW).version, shelf.running("own", 2, NOW).version) == (3, 2)

    text = POLICY.replace("version: 2", "version: 3").replace("steps:", "takes_over_running: true\nsteps:")
    changed(file, text)

    assert shelf.running("own", 2, NOW).version == 3
    assert shelf.running("gone", 1, NOW).id == "own"


def test_a_draft_on_top_of_the_shelf_leaves_the_shelf_as_it_is(tmp_path: Path) -> None:
    written(tmp_path, POLICY)
    shelf = PolicyShelf([SHIPPED, tmp_path])
    draft = shelf.overlaid(
        {"house.yaml": POLICY.replace("id: own", "id: draft", 1), "rules.yaml": "threshold: 0.9\n"}
    )

    assert (draft.current(NOW).id, draft.rules().threshold) == ("draft", 0.9)
    assert (shelf.current(NOW).id, shelf.rules().threshold) == ("own", 0.5)


def test_what_was_published_before_stays_in_force_until_the_day_of_its_successor() -> None:
    later = POLICY.replace("version: 2", "version: 3").replace("2026-01-01", "2026-03-12")
    shelf = PolicyShelf([SHIPPED], lambda: {"own.yaml": later, "before/1-own.yaml": POLICY})

    assert [shelf.current(NOW + timedelta(days=days)).version for days in (0, 3)] == [2, 3]
    assert shelf.names() == ("house.yaml", "own.yaml")
