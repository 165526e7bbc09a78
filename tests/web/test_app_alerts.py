"""Warnings in the sidebar: seen, acted on, told, settled, and each step taken back in turn."""

from datetime import datetime, timedelta

import pytest

from integration.domain.alert import Alert, AlertKind, Stage
from integration.domain.reason import Code, Reason
from integration.store import alerts
from tests.web import scenario
from tests.web.asking import Asking
from tests.web.installation import NOW, Site

FACTS = f"/app/api/tickets/{scenario.TICKET}/facts"
LATE_AT = NOW + timedelta(hours=4)


@pytest.fixture
def alert_id(here: Site, agent: Asking) -> int:
    """A warning that nobody has looked at."""
    with here.parts.database.write() as conn:
        made = alerts.add(
            conn,
            key="k",
            kind=AlertKind.MISSED_PROMISE,
            ticket_id=scenario.TICKET,
            complaint_id=None,
            reasons=[Reason(Code.BROKEN_PROMISE)],
            now=NOW,
            late_at=LATE_AT,
        )
    assert made is not None
    return made


def stored(here: Site, alert_id: int) -> Alert:
    with here.parts.database.read() as conn:
        found = alerts.get(conn, alert_id)
    assert found is not None
    return found


def waits_until(here: Site, alert_id: int) -> tuple[Stage, datetime | None]:
    found = stored(here, alert_id)
    return found.stage, found.late_at


def test_a_warning_is_closed_only_once_something_was_done(agent: Asking, alert_id: int) -> None:
    assert "A promise was not kept" in agent.get(FACTS).text

    early = agent.post(f"/app/api/alerts/{alert_id}/close", {})
    acted = agent.post(f"/app/api/alerts/{alert_id}/act", {"action": "called"})
    closed = agent.post(f"/app/api/alerts/{alert_id}/close", {})
    again = agent.post(f"/app/api/alerts/{alert_id}/close", {})

    assert [each.status_code for each in (early, acted, closed, again)] == [409, 200, 200, 404]
    assert "What was done about it" not in agent.get(FACTS).text


def test_every_step_is_taken_back_in_turn_and_once(here: Site, agent: Asking, alert_id: int) -> None:
    path = f"/app/api/alerts/{alert_id}"
    steps = [("see", {}), ("act", {"action": "called"}), ("tell", {}), ("close", {})]
    stood = [waits_until(here, alert_id)]
    undos = []
    for step, body in steps:
        undos.append(agent.post(f"{path}/{step}", body).get_json()["undo"])
        stood.append(waits_until(here, alert_id))
    assert [stage for stage, _ in stood] == ["raised", "seen", "acted", "told", "closed"]
    assert agent.post(f"/app/{undos[0]['path']}", undos[0]["body"]).status_code == 409

    for undo, before in zip(reversed(undos), reversed(stood[:-1]), strict=True):
        assert agent.post(f"/app/{undo['path']}", undo["body"]).status_code == 200
        assert waits_until(here, alert_id) == before
        assert agent.post(f"/app/{undo['path']}", undo["body"]).status_code == 409

    assert stored(here, alert_id).action is None
    with here.parts.database.read() as conn:
        record = [step.step for step in alerts.steps(conn, alert_id)]
    assert record == ["raised", "seen", "acted", "told", "closed", *["undone"] * 4]


def test_what_makegood_settled_itself_is_no_agents_step(here: Site, agent: Asking, alert_id: int) -> None:
    with here.parts.database.write() as conn:
        alerts.close(conn, alert_id, "resolved", NOW, agent_id=None)

    answer = agent.post(f"/app/api/alerts/{alert_id}/undo", {"step": "closed"})

    assert answer.status_code == 409
    assert stored(here, alert_id).closed_at == NOW
