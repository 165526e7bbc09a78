"""A dry run plays past tickets through policies, as they are or as a draft has them, and writes nothing."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from integration.domain.policy import Reach
from integration.handling.rehearse import DryRun, dry_run
from integration.policies.shelf import SHIPPED
from integration.store.tables import audit_log, complaints, follow_ups, outbox
from tests.handling.installation import CALM, Installation

HOUSE = (SHIPPED / "house.yaml").read_text("utf-8")


@pytest.fixture
def a_week_later(makegood: Installation) -> Installation:
    """Three complaints of a week ago, one answered within the hour and solved, and a question."""
    makegood.write_in()
    answered = makegood.write_in(name="Ana Silva")
    makegood.write_in(name="Li Wei")
    makegood.write_in(CALM, name="Tom Hill")
    makegood.live()
    makegood.pass_time(hours=1)
    makegood.reply(answered)
    makegood.pass_time(minutes=5)
    makegood.change(answered, status="solved")
    makegood.live()
    makegood.pass_time(days=7)
    return makegood


def counts(makegood: Installation) -> list[int]:
    with makegood.parts.database.read() as conn:
        tables = (complaints, follow_ups, outbox, audit_log)
        return [conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables]


def house(run: DryRun) -> dict[str, tuple[int, dict[str, int], int]]:
    """Tell each step of the house policy: how often it spoke, why it kept silent, what is to come."""
    steps = run.policies["house"].steps.items()
    return {name: (step.spoke, dict(step.silent), step.to_come) for name, step in steps}


def test_a_dry_run_says_what_each_policy_would_have_done_and_writes_nothing(
    a_week_later: Installation,
) -> None:
    before = counts(a_week_later)

    run = dry_run(a_week_later.parts, {}, 30)

    assert (run.tickets, run.complaints, run.left_out) == (4, 3, 0)
    found = {name: each for name, each in house(run).items() if name.startswith("first_reply")}
    assert sum(spoke for spoke, _, _ in found.values()) == 2
    assert sum(silent.get("public_reply", 0) for _, silent, _ in found.values()) == 1
    assert run.suggested.total() == 3
    assert run.reminders == sum(reminder.spoke for reminder in run.examples) >= 2
    assert counts(a_week_later) == before
    a_week_later.live()
    assert counts(a_week_later)[0] == before[0]


def test_a_draft_is_played_in_place_of_what_is_in_force(a_week_later: Installation) -> None:
    quiet = HOUSE.replace("version: 1\n", "version: 2\n").replace(
        "    note: first-reply\n", "    note: first-reply\n    reach: side_list\n"
    )
    more = "threshold: 0.99\nalways: [{id: all, channels: [email, web, api, other]}]\n"
    clocks = "presets: [{id: uk-fca-prompt}, {id: uk-fca-disp}]\n"

    run = dry_run(
        a_week_later.parts,
        {"house.yaml": quiet, "rules.yaml": more, "clocks.yaml": clocks},
        30,
        with_suggestions=False,
    )

    assert (run.complaints, run.policies["house"].version) == (4, 2)
    assert {r.reach for r in run.examples if r.step.startswith("first_reply")} == {Reach.SIDE_LIST}
    assert run.suggested.total() == 0
    assert {id: (p.deadlines, p.late, p.running) for id, p in run.presets.items()} == {
        "uk-fca-prompt": (4, 3, 0),
        "uk-fca-disp": (4, 0, 3),
    }
    assert a_week_later.parts.shelf.current(a_week_later.now).version == 1


def test_a_run_out_of_time_says_what_it_left_out(a_week_later: Installation) -> None:
    run = dry_run(a_week_later.parts, {}, 30, seconds=0.0)

    assert (run.looked_at, run.left_out) == (0, 3)


def test_only_tickets_of_the_last_days_are_played(a_week_later: Installation) -> None:
    assert dry_run(a_week_later.parts, {}, 5).tickets == 0


def test_problems_of_a_draft_come_with_the_result(a_week_later: Installation) -> None:
    run = dry_run(a_week_later.parts, {"house.yaml": "id: house\n"}, 30, with_suggestions=False)

    assert any("steps is missing" in problem.message for problem in run.problems)
    assert run.policies["house"].version == 1


def test_a_policy_for_some_complaints_gets_only_those(a_week_later: Installation) -> None:
    special = HOUSE.replace("id: house", "id: special", 1).replace(
        "steps:", "applies_to: {tags: [vip]}\nsteps:"
    )
    parts = replace(a_week_later.parts)

    run = dry_run(parts, {"special.yaml": special}, 30, with_suggestions=False)

    assert {id: policy.complaints for id, policy in run.policies.items()} == {"house": 3}
