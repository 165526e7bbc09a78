"""Deadlines are kept limit by limit, and said to have changed only when they have."""

from dataclasses import replace
from datetime import date, timedelta

from integration.domain.followup import Satisfier
from integration.domain.policy import Start
from integration.domain.preset import Deadline, DeadlineState, Extension
from integration.store import clocks, complaints, follow_ups, schedules
from integration.store.engine import Database
from integration.store.schedules import Schedule
from tests.store.samples import MINUTE, NOON, complaint

DAY = timedelta(days=1)
ANSWER = Deadline("uk-psd-emd", 1, "final-response", "Final response", NOON, NOON + 20 * DAY)
STRICTER = Deadline("iso-10002", 1, "answer", "Answer", NOON, NOON + 10 * DAY, is_provisional=True)
SCHEDULE = Schedule(
    7, "Support", "London", "Europe/London", ((540, 1020),), (("Easter", date(2026, 4, 3), date(2026, 4, 6)),)
)


def test_deadlines_come_back_stricter_first_as_they_were_kept(database: Database) -> None:
    extended = replace(ANSWER, extension=Extension("A report.", NOON + DAY, NOON + 30 * DAY))
    with database.write() as conn:
        assert clocks.save_deadlines(conn, 1, 5, [extended, STRICTER]) == [(None, extended), (None, STRICTER)]
        assert clocks.save_deadlines(conn, 1, 5, [extended, STRICTER]) == []

        assert clocks.deadlines_of(conn, 1) == (STRICTER, extended)


def test_a_deadline_that_moved_is_told_before_and_after(database: Database) -> None:
    later = replace(ANSWER, due_at=NOON + 21 * DAY)
    with database.write() as conn:
        clocks.save_deadlines(conn, 1, 5, [ANSWER])

        assert clocks.save_deadlines(conn, 1, 5, [later]) == [(ANSWER, later)]


def test_what_is_no_longer_asked_for_is_cancelled_and_what_was_met_stays(database: Database) -> None:
    met = replace(ANSWER, state=DeadlineState.MET, met_at=NOON + DAY)
    with database.write() as conn:
        clocks.save_deadlines(conn, 1, 5, [met, STRICTER])
        clocks.save_deadlines(conn, 1, 5, [])

        assert [each.state for each in clocks.deadlines_of(conn, 1)] == [
            DeadlineState.CANCELLED,
            DeadlineState.MET,
        ]


def test_what_runs_out_soon_is_found_soonest_first(database: Database) -> None:
    with database.write() as conn:
        clocks.save_deadlines(conn, 1, 5, [ANSWER])
        clocks.save_deadlines(conn, 2, 6, [STRICTER, replace(ANSWER, state=DeadlineState.MET)])

        near = clocks.due_before(conn, NOON + 30 * DAY, since=NOON, limit=9)
        assert near == [(2, 6, STRICTER), (1, 5, ANSWER)]
        assert clocks.due_before(conn, NOON + 10 * DAY, since=NOON, limit=9) == []
        assert clocks.due_before(conn, NOON + 30 * DAY, since=NOON + 11 * DAY, limit=9) == near[1:]
        assert clocks.complaints_on_the_clock(conn, above=0, limit=9) == [1, 2]
        assert clocks.complaints_on_the_clock(conn, above=1, limit=9) == [2]


def test_a_complaint_that_is_none_has_no_running_deadlines(database: Database) -> None:
    with database.write() as conn:
        clocks.save_deadlines(conn, 1, 5, [ANSWER, STRICTER])

        assert (clocks.cancel_open(conn, 1), clocks.cancel_open(conn, 1)) == (2, 0)


def test_a_clock_that_stands_still_runs_again_once(database: Database) -> None:
    with database.write() as conn:
        id = clocks.add_stop(
            conn, 1, "iso-10002", category="waiting", reason="We asked.", began_at=NOON, actor_id=9
        )
        assert clocks.as_stops(clocks.stops(conn, 1)) == []

        assert clocks.end_stop(conn, id, NOON + DAY)
        assert not clocks.end_stop(conn, id, NOON + DAY)
        assert [stop.ended_at for stop in clocks.as_stops(clocks.stops(conn, 1))] == [NOON + DAY]
        assert not clocks.forget_stop(conn, id)
        assert (clocks.reopen_stop(conn, id), clocks.reopen_stop(conn, id)) == (True, False)
        assert (clocks.forget_stop(conn, id), clocks.stops(conn, 1)) == (True, [])


def test_a_second_note_of_a_moment_corrects_the_first(database: Database) -> None:
    with database.write() as conn:
        clocks.note_moment(conn, 1, Start.CONSENTED, NOON, actor_id=9)
        clocks.note_moment(conn, 1, Start.CONSENTED, NOON + MINUTE, actor_id=None)

        assert clocks.noted(conn, 1) == {Start.CONSENTED: NOON + MINUTE}
        clocks.forget_moment(conn, 1, Start.CONSENTED)
        assert clocks.noted(conn, 1) == {}


def test_schedules_take_the_place_of_those_kept(database: Database) -> None:
    with database.write() as conn:
        schedules.save(conn, [SCHEDULE, replace(SCHEDULE, id=8, zone=None)], now=NOON)
        schedules.save(conn, [SCHEDULE], now=NOON)

        assert schedules.read(conn) == [SCHEDULE]


def test_only_steps_that_a_policy_counted_are_counted_again(database: Database) -> None:
    with database.write() as conn:
        known = complaints.add(conn, complaint(ticket_id=5, policy_id="house", policy_version=1))
        for name, counted_from in [("update", NOON), ("promise", None), ("moved", NOON)]:
            id = follow_ups.plan(
                conn,
                ticket_id=5,
                complaint_id=known,
                name=name,
                note="update",
                due_at=NOON + DAY,
                now=NOON,
                satisfied_by={Satisfier.RESOLVED},
                counted_from=counted_from,
            )
            if name == "moved":
                follow_ups.reschedule(conn, id or 0, NOON + 2 * DAY, now=NOON)

        found = clocks.counted_steps(conn, above=0, limit=9)
        assert [(step.name, step.counted_from, step.policy_id) for step in found] == [
            ("update", NOON, "house")
        ]
        assert clocks.counted_steps(conn, above=found[0].id, limit=9) == []
