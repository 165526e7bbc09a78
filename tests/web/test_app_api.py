"""What the sidebar is told and what agents may do there, over the real store and the shipped templates."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from integration.domain.complaint import State
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Requester
from integration.handling import sidebar
from integration.store import complaints, editions, follow_ups, outbox, requesters, suggestion_uses
from integration.store import kept as kept_rows
from integration.web.panel import Panel
from integration.web.words import words_for
from integration.zendesk.launch import mint_session
from tests.web import scenario
from tests.web.asking import Asking, bearer
from tests.web.installation import ADMIN, AGENT, END_USER, NOW, Site, access

FACTS = f"/app/api/tickets/{scenario.TICKET}/facts"


def test_the_first_line_says_what_came_back_and_how_it_ended(agent: Asking) -> None:
    text = agent.get(FACTS).text

    first = text.index("Repeat of #12, which ended with: replacement")
    assert first < text.index("First reply: due today") < text.index("and not kept: Tell the requester when")
    assert "Both name AF-123456." in text
    assert text.index("and not kept") < text.index("Suggested responses")


def test_what_requesters_wrote_is_text_and_nothing_else(agent: Asking) -> None:
    text = agent.get(FACTS).text

    assert ">outrageous</mark>" in text
    assert "<b>lost</b>" not in text
    assert "49" not in text.split("Earlier complaints")[1].split("</details>")[0]


def test_times_are_told_in_the_agents_zone(agent: Asking) -> None:
    assert "due today 11:40" in agent.get(FACTS).text.replace("\u202f", " ")
    assert "due today 12:40" in agent.get(f"{FACTS}?zone=Europe/Berlin").text.replace("\u202f", " ")
    assert agent.get(f"{FACTS}?zone=../../etc/passwd").status_code == 200


def test_an_agent_who_reads_russian_is_answered_in_russian(here: Site, agent: Asking) -> None:
    with here.parts.database.write() as conn:
        requesters.save(conn, Requester(AGENT, name="Анна", locale="ru", role="agent"), order="2")

    text = agent.get(FACTS).text

    assert "Suggested responses" not in text
    assert "замена" in text


def test_a_ticket_that_has_not_arrived_is_told_apart_from_one_without_history(agent: Asking) -> None:
    answer = agent.get("/app/api/tickets/999/facts")

    assert answer.status_code == 200
    assert "has not received this ticket yet" in answer.text


def test_a_suggestion_is_filled_and_its_gaps_are_named(agent: Asking) -> None:
    answer = agent.get(f"/app/api/tickets/{scenario.TICKET}/suggestions/apology?locale=en")

    assert answer.json is not None
    assert "Mary" in answer.json["text"]
    assert "AF-123456" in answer.json["text"]
    for gap in answer.json["unfilled"]:
        assert f'data-slot="{gap}"' in answer.json["fragment"]


def test_a_template_that_is_gone_is_refused_with_the_next_step(agent: Asking) -> None:
    answer = agent.get(f"/app/api/tickets/{scenario.TICKET}/suggestions/no-such?locale=en")

    assert answer.status_code == 404
    assert answer.json == {
        "error": "unknown_template",
        "message": "There is no such response template any more; reload the panel.",
    }


def test_a_used_suggestion_is_remembered_and_said_to_be_one(here: Site, agent: Asking) -> None:
    offered = agent.get(FACTS).text.split('data-template="')[1].split('"')[0]

    answer = agent.post(f"/app/api/tickets/{scenario.TICKET}/suggestions/{offered}/used", {"locale": "en"})

    assert answer.status_code == 200
    with here.parts.database.read() as conn:
        assert suggestion_uses.used_for(conn, scenario.REQUESTER) == {offered}
    assert "this requester has had it before" in agent.get(FACTS).text


def test_a_use_whose_promise_cannot_be_told_is_refused_and_keeps_nothing(here: Site, agent: Asking) -> None:
    path, text = "templates/apology/en.md.j2", "---\ntitle: Sorry\nkeywords: [one, two]\n---\n{{ oops }}"
    with here.parts.database.write() as conn:
        draft = editions.save_draft(conn, path, text, author="cli", comment="", revision=0, now=NOW)
        editions.publish(conn, draft, now=NOW)
    here.parts.editions.look()
    here.parts.library.refresh()

    answer = agent.post(f"/app/api/tickets/{scenario.TICKET}/suggestions/apology/used", {"locale": "en"})

    assert answer.status_code == 422
    with here.parts.database.read() as conn:
        assert suggestion_uses.used_for(conn, scenario.REQUESTER) == set()


def test_not_a_complaint_counts_at_once_and_ends_what_was_planned(here: Site, agent: Asking) -> None:
    with here.parts.database.write() as conn:
        kept_rows.put(conn, "zendesk_fields", {"complaint": 9001}, now=NOW)

    answer = agent.post(f"/app/api/tickets/{scenario.TICKET}/correct", {"verdict": "not_a_complaint"})

    assert answer.status_code == 200
    with here.parts.database.read() as conn:
        complaint = complaints.by_ticket(conn, scenario.TICKET)
        assert complaint is not None
        assert complaint.state is State.NOT_A_COMPLAINT
        assert follow_ups.running(conn, scenario.TICKET) == []
        row = outbox.get(conn, 1)
    assert row is not None
    assert (row.note, row.fields) == (None, {9001: "makegood_not_a_complaint"})
    assert "Nothing is due." in agent.get(FACTS).text


def test_the_same_correction_twice_writes_once(here: Site, agent: Asking) -> None:
    with here.parts.database.write() as conn:
        kept_rows.put(conn, "zendesk_fields", {"complaint": 9001}, now=NOW)

    for _ in range(2):
        agent.post(f"/app/api/tickets/{scenario.TICKET}/correct", {"verdict": "confirmed"})

    with here.parts.database.read() as conn:
        assert outbox.get(conn, 1) is not None
        assert outbox.get(conn, 2) is None


def test_a_follow_up_is_moved_and_then_ended(here: Site, agent: Asking) -> None:
    moved = agent.post("/app/api/follow-ups/1/reschedule", {"due_at": "2026-03-12T15:00:00+01:00"})
    assert moved.status_code == 200
    assert "First reply: due 12 Mar" in agent.get(FACTS).text or "Mar 12" in agent.get(FACTS).text

    ended = agent.post("/app/api/follow-ups/1/cancel", {"reason": "no_longer_needed"})
    again = agent.post("/app/api/follow-ups/1/cancel", {"reason": "no_longer_needed"})

    assert (ended.status_code, again.status_code) == (200, 404)
    assert "Nothing is due." in agent.get(FACTS).text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"due_at": 5},
        {"due_at": "soon"},
        {"due_at": "2026-03-12T15:00:00"},
        {"due_at": "2026-03-01T00:00:00Z"},
        {"due_at": "2036-01-01T00:00:00Z"},
        {"due_at": "0001-01-01T00:00:00+14:00"},
    ],
)
def test_a_due_time_that_cannot_be_is_refused_by_name(agent: Asking, body: object) -> None:
    answer = agent.post("/app/api/follow-ups/1/reschedule", body)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["field"] == "due_at"


@pytest.mark.parametrize("verdict", [None, "maybe", 1, ["confirmed"], {}])
def test_a_verdict_that_nobody_gave_is_refused(agent: Asking, verdict: object) -> None:
    answer = agent.post(f"/app/api/tickets/{scenario.TICKET}/correct", {"verdict": verdict})

    assert (answer.status_code, answer.json and answer.json["error"]) == (400, "bad_field")


def test_without_our_bearer_nothing_is_told(here: Site, agent: Asking) -> None:
    answers = [
        here.client.get(FACTS),
        here.client.get(FACTS, headers={"Authorization": "Basic eDp5"}),
        here.client.get(FACTS, headers={"Authorization": f"Bearer {here.launch(AGENT)}"}),
        here.client.post("/app/api/follow-ups/1/cancel", json={"reason": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [401] * 4


def test_a_bearer_of_another_account_is_refused(here: Site) -> None:
    key = here.parts.settings.secret_key
    foreign = mint_session(key, user_id=AGENT, role="agent", tenant="other.zendesk.com", now=NOW)

    assert here.client.get(FACTS, headers={"Authorization": f"Bearer {foreign}"}).status_code == 401


def test_an_end_users_bearer_opens_nothing(here: Site) -> None:
    assert Asking(here, END_USER, "end-user").get(FACTS).status_code == 403


def test_a_page_that_stays_in_use_is_given_a_fresh_bearer_and_an_idle_one_ends(
    here: Site, agent: Asking
) -> None:
    assert "X-Session-Token" not in agent.get(FACTS).headers
    here.clock.now += timedelta(minutes=8)
    assert "X-Session-Token" in agent.get(FACTS).headers
    here.clock.now += timedelta(minutes=8)
    assert agent.get(FACTS).status_code == 401


def test_a_form_of_another_site_changes_nothing(here: Site, agent: Asking) -> None:
    answer = here.client.post(
        "/app/api/follow-ups/1/cancel",
        data='{"reason":"x"}',
        headers=bearer(here) | {"Content-Type": "text/plain"},
    )

    assert answer.status_code == 415
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_only_an_admin_sees_the_overview(here: Site) -> None:
    assert Asking(here).get("/app/api/admin/health").status_code == 403
    answer = Asking(here, ADMIN, "admin").get("/app/api/admin/health")

    assert "Makegood observes" in answer.text
    assert "No worker has started" in answer.text


def test_an_admin_puts_parked_work_back_in_line(here: Site, agent: Asking) -> None:
    with here.parts.database.write() as conn:
        row_id = outbox.add(
            conn, key="k", kind="enrich", ticket_id=5, marker="m", note=None, fields={}, priority=5, now=NOW
        )
        assert row_id is not None
        outbox.park(conn, row_id, attempt=0, reason="Zendesk refused it: 422")
    admin = Asking(here, ADMIN, "admin")
    assert "Zendesk refused it: 422" in admin.get("/app/api/admin/health").text

    path = f"/app/api/admin/parked/outbox/{row_id}/try-again"
    answers = [agent.post(path, {}), admin.post(path, {}), admin.post(path, {})]

    assert [answer.status_code for answer in answers] == [403, 204, 404]
    assert "Nothing is parked." in admin.get("/app/api/admin/health").text


@pytest.mark.parametrize(("probability", "percent"), [(0.974, 97), (0.9999, 99), (0.0001, 1)])
def test_what_was_learned_is_told_as_so_many_of_a_hundred(
    here: Site, probability: float, percent: int
) -> None:
    scenario.tell(here.parts.database, NOW)
    facts = sidebar.first_facts(here.parts, scenario.TICKET, access(AGENT, "agent", NOW))
    panel = Panel(facts, words_for("en"), ZoneInfo("UTC"))

    told = panel.reason(Reason(Code.LEARNED, {"probability": probability, "count": 2}))

    assert told == f"About {percent} of 100 texts like this were complaints; telling phrases counted: 2."
