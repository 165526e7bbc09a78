"""Alerts: raised once for a reason, worked to the end, and up a level when nobody acts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.domain.alert import Alert, AlertKind, Stage
from integration.domain.preset import Deadline
from integration.handling import alerts, undoing
from integration.handling.agent_acts import Judgement, correct
from integration.handling.alerts import NotActed, UnknownAlert
from integration.handling.outcomes import excuse_telling
from integration.handling.switches import UnknownSwitch, set_switch
from integration.handling.watching import watch
from integration.store import clocks, requesters, schedules, tickets
from integration.store.schedules import Schedule
from tests.handling.conftest import on_both_databases
from tests.handling.installation import ANGRY, Installation

LEAVING = "If this is not settled by Friday my lawyer will hear of it, and I will go to the ombudsman."


@pytest.fixture
def ticket_id(makegood: Installation) -> int:
    written = makegood.write_in(ANGRY)
    makegood.live()
    return written


def of_ticket(makegood: Installation, ticket_id: int) -> list[Alert]:
    with makegood.parts.database.read() as conn:
        return alerts.alerts_of(conn, ticket_id)


def kinds(makegood: Installation, ticket_id: int) -> list[str]:
    return [str(alert.kind) for alert in of_ticket(makegood, ticket_id)]


def leaving(makegood: Installation, ticket_id: int) -> Alert:
    makegood.pass_time(minutes=5)
    makegood.write_again(ticket_id, LEAVING)
    makegood.live()
    return next(a for a in of_ticket(makegood, ticket_id) if a.kind is AlertKind.LEAVING_WORDS)


def test_leaving_words_are_quoted_as_the_reason(makegood: Installation, ticket_id: int) -> None:
    alert = leaving(makegood, ticket_id)

    assert alert.stage is Stage.RAISED
    assert any(str(reason.details.get("words", "")).lower() in LEAVING.lower() for reason in alert.reasons)


def test_writing_three_times_without_an_answer_is_repeat_contact(
    makegood: Installation, ticket_id: int
) -> None:
    makegood.write_again(ticket_id, "Is anybody there?")
    makegood.live()
    assert "repeat_contact" not in kinds(makegood, ticket_id)

    makegood.write_again(ticket_id, "Hello? It is still broken.")
    makegood.live()

    assert kinds(makegood, ticket_id).count("repeat_contact") == 1


def test_a_reopened_complaint_warns(makegood: Installation, ticket_id: int) -> None:
    makegood.pass_time(minutes=5)
    makegood.reply(ticket_id)
    makegood.change(ticket_id, status="solved")
    makegood.live()
    makegood.pass_time(minutes=5)
    makegood.write_again(ticket_id, "No, it broke again.")
    makegood.live()

    assert "reopened" in kinds(makegood, ticket_id)


def test_several_people_of_one_organisation_warn(makegood: Installation) -> None:
    for name in ("Anna One", "Bert Two", "Cleo Three"):
        written = makegood.write_in(ANGRY, name=name)
        makegood.live()
        with makegood.parts.database.write() as conn:
            person = requesters.get(conn, makegood.requester_of(written))
            assert person is not None
            requesters.save(conn, replace(person, organization_id=4711), order="9" * 27)

    fourth = makegood.write_in(ANGRY, name="Cleo Three")
    makegood.live()

    assert "same_organisation" in kinds(makegood, fourth)


def test_a_switched_off_warning_is_not_raised(makegood: Installation, ticket_id: int) -> None:
    set_switch(makegood.parts, AlertKind.LEAVING_WORDS, False, admin_id=1)

    makegood.write_again(ticket_id, LEAVING)
    makegood.live()

    assert "leaving_words" not in kinds(makegood, ticket_id)
    with pytest.raises(UnknownSwitch):
        set_switch(makegood.parts, "no_such_thing", False, admin_id=1)


@on_both_databases
def test_an_alert_goes_from_raised_to_closed_and_every_step_is_on_record(
    makegood: Installation, ticket_id: int
) -> None:
    id, agent = leaving(makegood, ticket_id).id, makegood.agent_id
    with pytest.raises(NotActed):
        alerts.close(makegood.parts, id, agent_id=agent)

    alerts.see(makegood.parts, id, agent_id=agent)
    alerts.act(makegood.parts, id, "called her", agent_id=agent)
    alerts.tell(makegood.parts, id, agent_id=agent)
    alerts.close(makegood.parts, id, agent_id=agent)

    with makegood.parts.database.read() as conn:
        steps = [(step.step, step.actor_id) for step in alerts.steps_of(conn, id)]
    assert steps == [
        (Stage.RAISED, None),
        (Stage.SEEN, agent),
        (Stage.ACTED, agent),
        (Stage.TOLD, agent),
        (Stage.CLOSED, agent),
    ]
    with pytest.raises(UnknownAlert):
        alerts.act(makegood.parts, id, "again", agent_id=agent)


def test_a_public_reply_acts_tells_and_closes(makegood: Installation, ticket_id: int) -> None:
    leaving(makegood, ticket_id)
    makegood.pass_time(minutes=5)

    makegood.reply(ticket_id)
    makegood.live()

    assert {alert.stage for alert in of_ticket(makegood, ticket_id)} == {Stage.CLOSED}
    assert all(alert.action and alert.told_at for alert in of_ticket(makegood, ticket_id))


@on_both_databases
def test_an_alert_left_alone_goes_up_once_for_each_level_and_never_twice(
    makegood: Installation, ticket_id: int
) -> None:
    id = leaving(makegood, ticket_id).id
    levels = []
    for _ in range(24):
        makegood.pass_time(hours=12)
        watch(makegood.parts)
        watch(makegood.parts)
        makegood.live()
        levels.append(next(a.level for a in of_ticket(makegood, ticket_id) if a.id == id))

    assert sorted(set(levels)) == [0, 1, 2, 3]
    assert levels == sorted(levels)
    assert sum("Nobody has acted on this yet" in note for note in makegood.notes(ticket_id)) == 2


def test_what_tells_of_an_alert_names_moments_as_the_other_notes_do(
    makegood: Installation, ticket_id: int
) -> None:
    leaving(makegood, ticket_id)
    days = tuple((day * 1440, (day + 1) * 1440) for day in range(7))
    with makegood.parts.database.write() as conn:
        new_york = Schedule(7, "Desk", "Eastern Time (US & Canada)", "America/New_York", days, ())
        schedules.save(conn, [new_york], now=makegood.parts.clock())
    for _ in range(6):
        makegood.pass_time(hours=12)
        watch(makegood.parts)
        makegood.live()

    told = [note for note in makegood.notes(ticket_id) if "Nobody has acted on this yet" in note]
    assert told
    assert all("America/New_York" in note for note in told)


def test_after_downtime_an_alert_goes_up_by_one_level_only(makegood: Installation, ticket_id: int) -> None:
    id = leaving(makegood, ticket_id).id

    makegood.pass_time(days=30)
    watch(makegood.parts)
    watch(makegood.parts)

    assert next(a.level for a in of_ticket(makegood, ticket_id) if a.id == id) == 1


def test_an_alert_on_which_somebody_acted_stays_where_it_is(makegood: Installation, ticket_id: int) -> None:
    id = leaving(makegood, ticket_id).id
    alerts.act(makegood.parts, id, "called her", agent_id=makegood.agent_id)

    makegood.pass_time(days=30)
    watch(makegood.parts)

    assert next(a.level for a in of_ticket(makegood, ticket_id) if a.id == id) == 0


@on_both_databases
def test_what_an_agent_calls_no_complaint_warns_of_nothing_until_that_is_taken_back(
    makegood: Installation, ticket_id: int
) -> None:
    before = leaving(makegood, ticket_id)
    agent_id = makegood.agent_id

    entry_id = correct(makegood.parts, ticket_id, Judgement.NOT_A_COMPLAINT, agent_id=agent_id)
    assert {alert.stage for alert in of_ticket(makegood, ticket_id)} == {Stage.CLOSED}

    undoing.undo(makegood.parts, entry_id or 0, agent_id=agent_id)
    assert of_ticket(makegood, ticket_id) == [before]


def test_what_warned_of_a_complaint_ends_with_it(makegood: Installation, ticket_id: int) -> None:
    leaving(makegood, ticket_id)
    excuse_telling(makegood.parts, ticket_id, "asked not to be written to", agent_id=makegood.agent_id)

    makegood.change(ticket_id, status="solved")
    makegood.live()

    assert {alert.stage for alert in of_ticket(makegood, ticket_id)} == {Stage.CLOSED}


def test_a_deadline_that_comes_near_warns_once(makegood: Installation, ticket_id: int) -> None:
    complaint = makegood.complaint(ticket_id)
    assert complaint is not None
    for days, warnings in ((5, 0), (1, 1)):
        due_at = makegood.now + timedelta(days=days)
        deadline = Deadline("rule", 1, "final", "Final response", complaint.received_at, due_at)
        with makegood.parts.database.write() as conn:
            clocks.save_deadlines(conn, complaint.id, ticket_id, [deadline])

        watch(makegood.parts)
        watch(makegood.parts)

        assert kinds(makegood, ticket_id).count("near_deadline") == warnings


def test_a_bad_rating_warns(makegood: Installation, ticket_id: int) -> None:
    with makegood.parts.database.write() as conn:
        tickets.set_satisfaction(conn, ticket_id, "bad")
    makegood.change(ticket_id, priority="high")

    makegood.live()

    assert "bad_rating" in kinds(makegood, ticket_id)
