"""What agents do in the sidebar: record, correct, close, take back; and who may see and do it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from integration.domain.complaint import Band, State
from integration.domain.preset import Deadline
from integration.domain.staff import Restriction
from integration.domain.ticket import Comment
from integration.store import clocks, complaints, follow_ups, promises, staff
from integration.store import tickets as ticket_rows
from integration.store.tables import tickets
from tests.web import scenario
from tests.web.asking import Asking
from tests.web.installation import ADMIN, AGENT, NOW, Site, access

FACTS = f"/app/api/tickets/{scenario.TICKET}/facts"


def test_a_complaint_that_somebody_may_not_see_in_zendesk_is_not_told_here(here: Site, agent: Asking) -> None:
    with here.parts.database.write() as conn:
        only_own = access(AGENT, "agent", NOW, restriction=Restriction.ASSIGNED)
        staff.save_access(conn, only_own)

    answers = [
        agent.get(FACTS),
        agent.get(f"/app/api/tickets/{scenario.TICKET}/suggestions/apology?locale=en"),
        agent.post(f"/app/api/tickets/{scenario.TICKET}/correct", {"verdict": "confirmed"}),
        agent.post("/app/api/follow-ups/1/done", {}),
        agent.get(f"/app/api/tickets/{scenario.TICKET}/search?q=re"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    new = agent.get(f"/app/api/requesters/{scenario.REQUESTER}/facts").text
    assert "Invoice counted twice" not in new
    assert "3 more are on tickets that Zendesk does not show you." in new


def test_an_agent_of_the_tickets_group_sees_it_and_no_other(here: Site, agent: Asking) -> None:
    with here.parts.database.write() as conn:
        staff.save_access(
            conn,
            access(AGENT, "agent", NOW, restriction=Restriction.GROUPS, group_ids=frozenset({7})),
        )
        conn.execute(sa.update(tickets).where(tickets.c.id == scenario.TICKET).values(group_id=7))

    answer = agent.get(FACTS)

    assert answer.status_code == 200
    assert "2 more are on tickets that Zendesk does not show you." in answer.text


def test_an_admin_who_is_no_longer_one_is_shown_out(here: Site) -> None:
    admin = Asking(here, ADMIN, "admin")
    path = "/app/api/admin/health"
    assert admin.get(path).status_code == 200
    with here.parts.database.write() as conn:
        staff.save_access(conn, access(ADMIN, "agent", NOW))

    assert admin.get(path).status_code == 401


def test_nothing_is_told_while_zendesk_has_never_said_what_somebody_may_see(here: Site) -> None:
    scenario.tell(here.parts.database, NOW)
    stranger = Asking(here, AGENT + 500)

    assert (stranger.get(FACTS).status_code, stranger.get(FACTS).status_code) == (503, 503)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("remedies", {"kind": "bribe"}),
        ("remedies", {"kind": "refund", "amount": "1.234", "currency": "EUR"}),
        ("remedies", {"kind": "refund", "amount": "12", "currency": "XYZ"}),
        ("remedies", {"kind": "refund", "amount": "12"}),
        ("decision", {"value": "guilty"}),
        ("cause", {"value": "the moon"}),
        ("satisfied", {"value": 5}),
        ("severity", {"band": "none"}),
        ("same-matter", {"ticket_id": "12a"}),
        ("not-told", {"value": "x" * 900}),
        ("promises", {"what": "", "due_at": "2026-03-12T15:00:00Z"}),
        ("promises", {"what": "Call", "due_at": "2020-03-12T15:00:00Z"}),
    ],
)
def test_what_nobody_can_have_meant_is_refused_by_its_name(agent: Asking, path: str, body: object) -> None:
    answer = agent.post(f"/app/api/tickets/{scenario.TICKET}/{path}", body)

    assert (answer.status_code, answer.json and answer.json["error"]) == (400, "bad_field")


def test_what_was_taken_back_is_not_taken_back_twice(agent: Asking) -> None:
    said = agent.post(f"/app/api/tickets/{scenario.TICKET}/decision", {"value": "upheld"})
    assert said.json is not None
    undo = f"/app/{said.json['undo']['path']}"

    assert [agent.post(undo, {}).status_code for _ in range(2)] == [200, 404]
    assert agent.post("/app/api/entries/999/undo", {}).status_code == 404


def test_a_decision_that_was_changed_since_is_not_taken_back(agent: Asking) -> None:
    path = f"/app/api/tickets/{scenario.TICKET}/decision"
    first = agent.post(path, {"value": "upheld"}).json
    agent.post(path, {"value": "not_upheld"})
    assert first is not None

    assert agent.post(f"/app/{first['undo']['path']}", {}).status_code == 404
    assert "Decision: Not upheld" in agent.get(FACTS).text


def test_a_complaint_is_not_closed_before_the_requester_was_told(here: Site, agent: Asking) -> None:
    path = f"/app/api/tickets/{scenario.TICKET}"
    early = agent.post(f"{path}/resolve", {})
    agent.post(f"{path}/decision", {"value": "upheld"})
    untold = agent.post(f"{path}/resolve", {})
    here.clock.now += timedelta(minutes=10)
    reply = Comment(9, scenario.TICKET, AGENT, True, True, "Here is your refund.", here.clock.now)
    with here.parts.database.write() as conn:
        ticket_rows.add_comment(conn, reply)
    told = agent.post(f"{path}/resolve", {})

    assert [answer.status_code for answer in (early, untold, told)] == [409, 409, 200]
    assert untold.json is not None
    assert "First tell the requester" in untold.json["message"]
    with here.parts.database.read() as conn:
        complaint = complaints.by_ticket(conn, scenario.TICKET)
    assert complaint is not None
    assert (complaint.state, complaint.told_at, complaint.resolved_by) == (
        State.RESOLVED,
        here.clock.now,
        AGENT,
    )


def test_severity_that_an_agent_said_outlives_what_the_words_weigh(here: Site, agent: Asking) -> None:
    agent.post(f"/app/api/tickets/{scenario.TICKET}/severity", {"band": "low"})
    with here.parts.database.write() as conn:
        complaint = complaints.by_ticket(conn, scenario.TICKET)
        assert complaint is not None
        worse = replace(complaint.assessment, band=Band.HIGH)
        complaints.reassess(
            conn,
            complaint.id,
            worse,
            references=complaint.references,
            repeat=complaint.repeat,
            suggestions=(),
            deadline_at=None,
        )

    with here.parts.database.read() as conn:
        after = complaints.by_ticket(conn, scenario.TICKET)
    assert after is not None
    assert after.assessment.band is Band.LOW


def test_the_record_of_what_was_done_goes_with_the_panel(agent: Asking) -> None:
    path = f"/app/api/tickets/{scenario.TICKET}"
    agent.post(f"{path}/remedies", {"kind": "credit", "amount": "5", "currency": "JPY", "note": "voucher"})
    agent.post(f"{path}/cause", {"value": "lost_in_transit"})
    agent.post(f"{path}/satisfied", {"value": "yes"})

    text = agent.get(FACTS).text

    assert "Credit ¥5 · voucher" in text
    assert "Cause: Lost in transit" in text
    assert "Requester: satisfied" in text


def test_an_inserted_letter_that_promises_a_day_makes_the_promise_once(here: Site, agent: Asking) -> None:
    path = f"/app/api/tickets/{scenario.TICKET}/suggestions/refund/used"

    answers = [agent.post(path, {"locale": "en"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    with here.parts.database.read() as conn:
        (made,) = promises.of_ticket(conn, scenario.TICKET)
        assert [each.promise_id for each in follow_ups.running(conn, scenario.TICKET)].count(made.id) == 1
    assert (made.template_id, made.promise.owner_id) == ("refund", AGENT)
    undos = [answer.get_json()["undo"]["path"] for answer in answers]
    assert [agent.post(f"/app/{path}", {}).status_code for path in (*undos, *undos)] == [200, 200, 404, 404]
    with here.parts.database.read() as conn:
        (taken_back,) = promises.of_ticket(conn, scenario.TICKET)
        assert [each.promise_id for each in follow_ups.running(conn, scenario.TICKET)].count(made.id) == 0
    assert taken_back.promise.state == "withdrawn"
    assert "Taken back: the inserted response" in agent.get(FACTS).text


def test_the_deadlines_are_shown_with_where_they_come_from_and_are_no_advice(
    here: Site, agent: Asking
) -> None:
    preset_id, versions = next(iter(here.parts.shelf.presets().items()))
    preset = versions[0]
    with here.parts.database.write() as conn:
        complaint = complaints.by_ticket(conn, scenario.TICKET)
        assert complaint is not None
        limits = [
            Deadline(
                preset_id, preset.version, name, name, NOW - timedelta(days=9), NOW + timedelta(days=days)
            )
            for name, days in (("Final answer", 20), ("Acknowledge", -1))
        ]
        clocks.save_deadlines(conn, complaint.id, scenario.TICKET, limits)

    text = agent.get(FACTS).text

    assert preset.source in text.replace("&#39;", "'").replace("&amp;", "&")
    assert "Acknowledge: was due yesterday" in text[: text.index("Suggested responses")]
    part = text[text.index("Deadlines") :]
    assert part.index("Acknowledge") < part.index("· late") < part.index("Final answer")
    assert preset.title in part.replace("&#39;", "'").replace("&amp;", "&")
    assert "not legal advice" in part
