"""Texts that admins edit: drafts, what is in force, what was, and how other processes notice."""

import time
from datetime import timedelta
from functools import partial

import pytest

from integration.store import editions
from integration.store.editions import ASK_SECONDS, EditionShelf, Outdated, State
from integration.store.engine import Database
from tests.store.samples import NOON, at_once

LETTER = "templates/apology/en.md.j2"
POLICY = "policies/house.yaml"


def publish(database: Database, path: str, text: str, minutes: int = 0) -> None:
    at = NOON + timedelta(minutes=minutes)
    with database.write() as conn:
        draft = editions.save_draft(conn, path, text, author="agent:1", comment="", revision=0, now=at)
        editions.publish(conn, draft, now=at)


def states(database: Database, path: str) -> list[tuple[int, State]]:
    with database.read() as conn:
        return [(edition.version, edition.state) for edition in editions.of_path(conn, path)]


def test_a_draft_is_saved_again_in_its_place(database: Database) -> None:
    with database.write() as conn:
        first = editions.save_draft(conn, LETTER, "a", author="agent:1", comment="", revision=0, now=NOON)
        second = editions.save_draft(conn, LETTER, "b", author="agent:1", comment="", revision=1, now=NOON)

    assert (first.version, second.version, second.text) == (1, 1, "b")


def test_two_who_edit_a_draft_do_not_overwrite_each_other(database: Database) -> None:
    with database.write() as conn:
        editions.save_draft(conn, LETTER, "hers", author="agent:1", comment="", revision=0, now=NOON)

    with database.write() as conn, pytest.raises(Outdated):
        editions.save_draft(conn, LETTER, "his", author="agent:2", comment="", revision=0, now=NOON)


def test_of_two_who_begin_or_save_a_draft_at_once_one_is_told(database: Database) -> None:
    def save(author: str, revision: int) -> bool:
        try:
            with database.write() as conn:
                editions.save_draft(
                    conn, LETTER, author, author=author, comment="", revision=revision, now=NOON
                )
        except Outdated:
            return False
        return True

    for revision in (0, 1):
        jobs = [partial(save, author, revision) for author in ("agent:1", "agent:2")]
        assert sorted(at_once(jobs)) == [False, True]


def test_a_published_version_takes_the_place_of_the_one_before(database: Database) -> None:
    publish(database, LETTER, "a")
    publish(database, LETTER, "b", minutes=1)

    assert states(database, LETTER) == [(2, State.PUBLISHED), (1, State.REPLACED)]


def test_rolling_back_puts_the_version_before_in_force_and_at_last_the_file(database: Database) -> None:
    publish(database, LETTER, "a")
    publish(database, LETTER, "b", minutes=1)

    with database.write() as conn:
        earlier = editions.roll_back(conn, LETTER, now=NOON)
        at_last = editions.roll_back(conn, LETTER, now=NOON)

    assert (earlier and earlier.version, at_last) == (1, None)
    assert {state for _, state in states(database, LETTER)} == {State.ROLLED_BACK}


def test_another_process_sees_what_was_published_and_taken_back(database: Database) -> None:
    shelf = EditionShelf(database)
    assert shelf.templates() == {}

    publish(database, LETTER, "a")
    time.sleep(ASK_SECONDS)
    assert shelf.templates() == {"apology/en.md.j2": "a"}
    assert shelf.templates() is shelf.templates()

    with database.write() as conn:
        editions.roll_back(conn, LETTER, now=NOON)
    shelf.look()
    assert shelf.templates() == {}


def test_policies_published_before_are_kept_for_the_complaints_that_run_by_them(database: Database) -> None:
    publish(database, POLICY, "version: 2")
    publish(database, POLICY, "version: 3", minutes=1)
    for minute in (0, 1):
        publish(database, "policies/rules.yaml", f"threshold: 0.{minute + 4}", minutes=minute)

    assert EditionShelf(database).policies() == {
        "house.yaml": "version: 3",
        "before/1-house.yaml": "version: 2",
        "rules.yaml": "threshold: 0.5",
    }


def test_a_discarded_draft_is_gone_and_what_is_in_force_stays(database: Database) -> None:
    publish(database, LETTER, "a")
    with database.write() as conn:
        editions.save_draft(conn, LETTER, "b", author="agent:1", comment="", revision=0, now=NOON)
        assert editions.discard_draft(conn, LETTER)
        assert not editions.discard_draft(conn, LETTER)

    assert states(database, LETTER) == [(1, State.PUBLISHED)]
