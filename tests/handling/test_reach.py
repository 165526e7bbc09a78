"""A policy says whom a due step reaches: a note, somebody else, a list, the digest, or the requester."""

from collections.abc import Callable
from pathlib import Path

import pytest

from integration.handling.alerts import alerts_of
from integration.handling.switches import PUBLIC_MESSAGES, set_switch
from tests.handling.conftest import Install
from tests.handling.installation import ANGRY, Installation

POLICY = """
id: reaching
version: 1
title: Reaching
effective_from: 2021-01-01
time_zone: Europe/London
may_write_to_requester: true
steps:
  - {{id: step, start: {start}, delay: {{amount: 1, unit: hours}}, satisfied_by: [resolved], {more}}}
"""


WithStep = Callable[..., tuple[Installation, int]]


@pytest.fixture
def with_step(install: Install, sqlite_url: str, tmp_path: Path) -> WithStep:
    def made(more: str, *, start: str = "received") -> tuple[Installation, int]:
        file = tmp_path / "policies" / "reaching.yaml"
        file.parent.mkdir()
        file.write_text(POLICY.format(more=more, start=start))
        makegood = install(sqlite_url, with_own_files=True)
        set_switch(makegood.parts, PUBLIC_MESSAGES, True, admin_id=1)
        ticket_id = makegood.write_in(ANGRY)
        makegood.live()
        makegood.pass_time(minutes=5)
        if start != "received":
            makegood.reply(ticket_id)
            makegood.live()
        return makegood, ticket_id

    return made


def hours_pass(makegood: Installation, hours: int = 2) -> None:
    for _ in range(hours):
        makegood.pass_time(hours=1)
        makegood.live()


def public(makegood: Installation, ticket_id: int) -> int:
    page = makegood.zendesk.ticket_page(ticket_id)
    return sum(one["public"] for one in page["comments"])


def test_it_hands_the_ticket_to_the_step_s_agent(with_step: WithStep) -> None:
    makegood, ticket_id = with_step("note: update, reach: assignee, assignee_id: 360000000003")

    hours_pass(makegood)

    assert makegood.server.account.ticket(ticket_id)["assignee_id"] == 360000000003
    assert len(makegood.notes(ticket_id)) == 2


def test_the_side_list_writes_nothing_and_shows(with_step: WithStep) -> None:
    makegood, ticket_id = with_step("note: update, reach: side_list")

    hours_pass(makegood)

    assert len(makegood.notes(ticket_id)) == 1
    assert ("step", "silent", "side_list") in makegood.fates(ticket_id)
    with makegood.parts.database.read() as conn:
        assert "late_step" in {alert.kind for alert in alerts_of(conn, ticket_id)}


def test_the_digest_waits_for_the_team(with_step: WithStep) -> None:
    makegood, ticket_id = with_step("note: update, reach: digest")

    hours_pass(makegood)

    assert len(makegood.notes(ticket_id)) == 1
    assert ("step", "silent", "in_digest") in makegood.fates(ticket_id)


def test_the_requester_is_written_to_once(with_step: WithStep) -> None:
    makegood, ticket_id = with_step("note: chain-check-in, reach: requester", start="last_public_reply")
    before = public(makegood, ticket_id)

    hours_pass(makegood, 30)

    assert public(makegood, ticket_id) == before + 1
    assert ("step", "silent", "sent_by_chain") in makegood.fates(ticket_id)


def test_a_note_for_agents_never_reaches_a_requester(with_step: WithStep) -> None:
    makegood, ticket_id = with_step("note: update, reach: requester", start="last_public_reply")
    before = public(makegood, ticket_id)

    hours_pass(makegood)

    assert public(makegood, ticket_id) == before
    assert ("step", "silent", "unusable_note") in makegood.fates(ticket_id)


def test_what_cancels_a_step_leaves_it_silent(with_step: WithStep) -> None:
    makegood, ticket_id = with_step("note: update, cancelled_by: [requester_wrote]")
    makegood.write_again(ticket_id, "It has come after all, in one piece.")
    makegood.news()  # nobody told us

    hours_pass(makegood)

    assert ("step", "silent", "requester_wrote") in makegood.fates(ticket_id)
    assert len(makegood.notes(ticket_id)) == 1


def test_levels_go_up_once_each(with_step: WithStep) -> None:
    hour = "{after: {amount: 1, unit: hours}"
    levels = f"escalate: [{hour}, reach: side_list}}, {hour}}}]"
    makegood, ticket_id = with_step(f"note: update, {levels}")

    hours_pass(makegood, 8)

    assert len(makegood.notes(ticket_id)) == 3
    assert [fate[1:] for fate in makegood.fates(ticket_id)].count(("posted", None)) == 2
