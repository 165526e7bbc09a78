"""Deadlines of presets on real tickets: counted from receipt, met, extended, stopped, and shown together."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integration.domain.policy import Start
from integration.domain.preset import DeadlineState
from integration.handling import clock_acts
from integration.handling.agent_acts import Judgement, correct
from integration.handling.clock_acts import BadMoment, NotAllowed
from integration.handling.clocks import ShownDeadline, deadlines_of
from integration.handling.sidebar import UnknownTicket
from integration.handling.undoing import NothingToUndo, undo
from integration.store import audit_log
from tests.handling.conftest import on_both_databases
from tests.handling.installation import Installation

CLOCKS = """\
presets:
  - {id: uk-psd-emd, applies_to: {jurisdictions: [uk]}}
  - {id: uk-housing, applies_to: {jurisdictions: [uk]}}
  - {id: iso-10002, applies_to: {without_tags: [special]}}
jurisdictions:
  uk: {tags: [uk]}
"""
# A Tuesday; the rehearsal begins then.
RECEIVED = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)


def end_of(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T23:59:59+00:00")


@pytest.fixture
def clocked(makegood: Installation) -> Installation:
    """An installation whose admin has switched presets on."""
    shelf = makegood.parts.shelf.overlaid({"clocks.yaml": CLOCKS})
    assert shelf.problems == ()
    makegood.parts = replace(makegood.parts, shelf=shelf)
    return makegood


def shown(clocked: Installation, ticket_id: int) -> dict[str, ShownDeadline]:
    complaint = clocked.complaint(ticket_id)
    assert complaint is not None
    with clocked.parts.database.read() as conn:
        found = deadlines_of(clocked.parts, conn, complaint.id)
    return {f"{each.deadline.preset_id}/{each.deadline.limit_id}": each for each in found}


def test_two_presets_on_one_ticket_are_both_shown_and_the_stricter_date_counts(clocked: Installation) -> None:
    ticket_id = clocked.write_in(tags=["uk", "special"])
    clocked.live()

    found = shown(clocked, ticket_id)
    assert {name: each.deadline.due_at for name, each in found.items()} == {
        # Saint Patrick's Day is a holiday in a part of the United Kingdom, and none in England.
        "uk-housing/acknowledgement": datetime(2026, 3, 17, 23, 59, 59, tzinfo=UTC),
        "uk-housing/stage-1": datetime(2026, 3, 31, 22, 59, 59, tzinfo=UTC),
        "uk-psd-emd/final-response": datetime(2026, 4, 1, 22, 59, 59, tzinfo=UTC),
    }
    assert found["uk-housing/stage-1"].deadline.is_provisional
    assert found["uk-psd-emd/final-response"].preset.source.startswith("FCA Handbook")  # type: ignore[union-attr]
    complaint = clocked.complaint(ticket_id)
    assert complaint is not None
    assert complaint.deadline_at == end_of("2026-03-17")
    assert "2026-03-17" in clocked.outbox(ticket_id)[0].fields.values()


def test_a_reply_meets_the_acknowledgement_and_fixes_what_counts_from_it(clocked: Installation) -> None:
    ticket_id = clocked.write_in(tags=["uk", "special"])
    clocked.live()
    clocked.pass_time(hours=2)
    clocked.reply(ticket_id)
    clocked.live()

    found = {name: each.deadline for name, each in shown(clocked, ticket_id).items()}
    assert found["uk-housing/acknowledgement"].state is DeadlineState.MET
    assert not found["uk-housing/stage-1"].is_provisional
    assert found["uk-housing/stage-1"].due_at == end_of("2026-03-24")
    complaint = clocked.complaint(ticket_id)
    assert complaint is not None
    assert complaint.deadline_at == end_of("2026-03-24")
    assert "2026-03-24" in clocked.outbox(ticket_id)[-1].fields.values()


@on_both_databases
def test_agents_extend_stop_and_restart_only_where_the_preset_lets_them(clocked: Installation) -> None:
    ticket_id, parts = clocked.write_in(tags=["uk"]), clocked.parts
    clocked.live()
    about = {"notice_at": clocked.now, "agent_id": clocked.agent_id}

    clock_acts.extend(parts, ticket_id, "uk-psd-emd", "final-response", cause="A report is missing.", **about)
    extended = shown(clocked, ticket_id)["uk-psd-emd/final-response"].deadline
    assert extended.due_at == datetime(2026, 5, 1, 22, 59, 59, tzinfo=UTC)
    with pytest.raises(NotAllowed, match="already"):
        clock_acts.extend(parts, ticket_id, "uk-psd-emd", "final-response", cause="More.", **about)
    why = {"category": "waiting_for_requester", "reason": "We asked for the receipt."}
    with pytest.raises(NotAllowed, match="may not be stopped"):
        clock_acts.stop(parts, ticket_id, "uk-psd-emd", **why, agent_id=clocked.agent_id)
    clock_acts.stop(parts, ticket_id, "iso-10002", **why, agent_id=clocked.agent_id)
    assert shown(clocked, ticket_id)["iso-10002/answer"].deadline.state is DeadlineState.STOPPED
    clocked.pass_time(days=3)
    clock_acts.restart(parts, ticket_id, "iso-10002", agent_id=clocked.agent_id)

    found = {name: each.deadline for name, each in shown(clocked, ticket_id).items()}
    # Twenty business days from 10 March are 7 April, as this preset has no holidays; three stood still.
    assert found["iso-10002/answer"].due_at == datetime(2026, 4, 10, 16, tzinfo=UTC)
    assert found["uk-psd-emd/final-response"].extension is not None
    with parts.database.read() as conn:
        logged = [entry.action for entry in audit_log.entries(conn, subject=f"ticket:{ticket_id}")]
    assert logged[:3] == ["clock restarted", "clock stopped", "deadline extended"]


def test_moments_that_agents_note_start_clocks_and_must_be_possible(clocked: Installation) -> None:
    ticket_id, parts = clocked.write_in(tags=["uk", "special"]), clocked.parts
    clocked.live()
    note = clock_acts.note_moment
    clocked.pass_time(days=1)

    note(parts, ticket_id, Start.APPEALED, clocked.now, agent_id=clocked.agent_id)

    assert shown(clocked, ticket_id)["uk-housing/stage-2-acknowledgement"].deadline.due_at == end_of(
        "2026-03-18"
    )
    for start, at in [
        (Start.APPEALED, RECEIVED - timedelta(days=1)),
        (Start.APPEALED, clocked.now + timedelta(days=1)),
        (Start.ANSWERED, clocked.now),
    ]:
        with pytest.raises(NotAllowed):
            note(parts, ticket_id, start, at, agent_id=clocked.agent_id)
    with pytest.raises(UnknownTicket):
        note(parts, 987_654, Start.APPEALED, clocked.now, agent_id=clocked.agent_id)


@on_both_databases
def test_what_agents_do_to_clocks_is_taken_back_in_turn(clocked: Installation) -> None:
    ticket_id, parts = clocked.write_in(tags=["uk"]), clocked.parts
    clocked.live()
    me, before = {"agent_id": clocked.agent_id}, shown(clocked, ticket_id)
    why = {"category": "waiting_for_requester", "reason": "We asked for the receipt."}

    extended = clock_acts.extend(
        parts, ticket_id, "uk-psd-emd", "final-response", cause="x", notice_at=clocked.now, **me
    )
    stopped = clock_acts.stop(parts, ticket_id, "iso-10002", **why, **me)
    clocked.pass_time(days=3)
    restarted = clock_acts.restart(parts, ticket_id, "iso-10002", **me)
    appealed = clock_acts.note_moment(parts, ticket_id, Start.APPEALED, clocked.now, **me)
    with pytest.raises(NothingToUndo):
        undo(parts, stopped, **me)
    for entry_id in (appealed, restarted, stopped, extended):
        assert undo(parts, entry_id, **me) == ticket_id
        with pytest.raises(NothingToUndo):
            undo(parts, entry_id, **me)

    assert {name: each.deadline for name, each in shown(clocked, ticket_id).items()} == {
        # A limit that began with the moment noted has ended with it.
        name: replace(each.deadline, state=DeadlineState.CANCELLED) if name not in before else each.deadline
        for name, each in {**shown(clocked, ticket_id), **before}.items()
    }


def test_an_extension_needs_a_notice_that_was_given(clocked: Installation) -> None:
    ticket_id = clocked.write_in(tags=["uk"])
    clocked.live()
    limit = (clocked.parts, ticket_id, "uk-psd-emd", "final-response")

    for days in (1, -1, 60):
        notice_at = clocked.now + timedelta(days=days)
        with pytest.raises(BadMoment):
            clock_acts.extend(*limit, cause="x", notice_at=notice_at, agent_id=clocked.agent_id)


def test_a_complaint_found_late_is_late_and_one_that_is_none_has_no_clock(clocked: Installation) -> None:
    ticket_id = clocked.write_in(tags=["uk"])
    clocked.pass_time(days=6)
    clocked.live()

    found = shown(clocked, ticket_id)
    assert found["iso-10002/acknowledgement"].deadline.starts_at == clocked.ticket(ticket_id).created_at
    assert [name for name, each in found.items() if each.is_late] == ["iso-10002/acknowledgement"]
    correct(clocked.parts, ticket_id, Judgement.NOT_A_COMPLAINT, agent_id=clocked.agent_id)

    assert {each.deadline.state for each in shown(clocked, ticket_id).values()} == {DeadlineState.CANCELLED}
    correct(clocked.parts, ticket_id, Judgement.CONFIRMED, agent_id=clocked.agent_id)
    clocked.write_again(ticket_id, "It is still broken!")
    clocked.live()
    assert {each.deadline.state for each in shown(clocked, ticket_id).values()} == {DeadlineState.RUNNING}
