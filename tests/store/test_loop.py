"""Alerts and reviews on either database: one open of a kind, each step on record."""

from datetime import timedelta

from integration.domain.alert import AlertKind, Stage
from integration.domain.reason import Code, Reason
from integration.store import alerts, complaints, outcomes, reviews, write_pause
from integration.store.engine import Database
from tests.store.samples import MINUTE, NOON, complaint


def test_one_alert_of_a_key_is_open_and_its_steps_are_kept(database: Database) -> None:
    wanted = {
        "key": "k",
        "kind": AlertKind.REOPENED,
        "ticket_id": 5,
        "complaint_id": 1,
        "reasons": [Reason(Code.REOPENED)],
        "now": NOON,
        "late_at": NOON + MINUTE,
    }
    with database.write() as conn:
        id = alerts.add(conn, **wanted)  # type: ignore[arg-type]
        assert alerts.add(conn, **wanted) is None  # type: ignore[arg-type]
        assert id is not None
        (late,) = alerts.late(conn, NOON + MINUTE, limit=9)
        assert alerts.go_up(conn, late, NOON, late_at=None)
        assert not alerts.go_up(conn, late, NOON, late_at=None)
        assert alerts.act(conn, id, "called", NOON, agent_id=7)
        assert alerts.close(conn, id, None, NOON, agent_id=7)

        steps = [step.step for step in alerts.steps(conn, id)]
        assert steps == [Stage.RAISED, Stage.ESCALATED, Stage.ACTED, Stage.CLOSED]
        assert alerts.raised_of(conn, {"k", "other"}) == {"k"}
        assert alerts.open_alerts(conn) == []

        assert not alerts.take_back(conn, id, Stage.ACTED, NOON, agent_id=8)
        assert alerts.take_back(conn, id, Stage.CLOSED, NOON, agent_id=8)
        assert not alerts.take_back(conn, id, Stage.CLOSED, NOON, agent_id=8)
        assert alerts.take_back(conn, id, Stage.ACTED, NOON, agent_id=8)
        (again,) = alerts.open_alerts(conn)
        assert (again.level, again.stage, again.action, again.seen_at) == (1, Stage.RAISED, None, None)
        (step,) = alerts.steps(conn, id)[-1:]
        assert (step.step, step.actor_id, step.details) == (Stage.UNDONE, 8, {"step": "acted"})


def test_one_review_of_a_cause_is_open(database: Database) -> None:
    due_at = NOON + timedelta(days=14)
    with database.write() as conn:
        ids = [complaints.add(conn, complaint(ticket_id=n, received_at=NOON)) for n in (5, 6)]
        for id in ids:
            outcomes.say(conn, id, cause="other")
        assert reviews.unreviewed(conn, "other", NOON) == ids

        review_id = reviews.add(conn, "other", ids, NOON, due_at=due_at)

        assert review_id is not None
        assert reviews.add(conn, "other", ids, NOON, due_at=due_at) is None
        assert reviews.unreviewed(conn, "other", NOON) == []
        assert [each.ticket_id for each in reviews.behind(conn, review_id)] == [5, 6]
        assert reviews.change(conn, review_id, action="second box", closed_at=NOON)
        assert not reviews.change(conn, review_id, action="third box")


def test_while_writing_is_paused_one_write_goes_now_and_then(database: Database) -> None:
    with database.write() as conn:
        assert write_pause.begin(conn, "refused", NOON)
        assert not write_pause.begin(conn, "refused", NOON)
        rooms = [write_pause.room(conn, NOON + minutes * MINUTE) for minutes in (1, 5, 6, 10)]
        assert rooms == [0, 1, 0, 1]
        assert write_pause.end(conn)
        assert write_pause.room(conn, NOON) > 1
