"""A ticket's events are worked: one enrichment for a complaint, nothing for the rest."""

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from integration.domain.complaint import State
from integration.domain.reason import Code
from integration.handling.receive import Receipt
from integration.handling.retrying import MAX_TRIES, MAX_TRIES_WHILE_AWAY
from integration.handling.work_ticket import work_ticket
from integration.store.tables import audit_log, inbox
from tests.handling.conftest import Install
from tests.handling.installation import ANGRY, CALM, Installation

REFERENCE = "AF-482913"
ABOUT_ORDER = f"Order {REFERENCE} arrived broken. I am very disappointed, this is unacceptable."
MISSPELT = "{{ category.name }}\n\nThey had {{ complaints_befor }} complaints.\n"


def created(bodies: list[bytes]) -> list[bytes]:
    """Leave out what tells of the requester: all but the creation of the ticket."""
    return [body for body in bodies if json.loads(body)["type"].endswith(":ticket.created")]


def test_a_complaint_costs_one_write_and_no_read(makegood_anywhere: Installation) -> None:
    makegood = makegood_anywhere
    ticket_id = makegood.write_in(ANGRY)

    makegood.live()

    assert makegood.calls(ticket_id) == (0, 1)
    assert len(makegood.notes(ticket_id)) == 1
    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.state is State.SUSPECTED
    assert [follow_up.name for follow_up in makegood.follow_ups(ticket_id)] == ["first_reply"]


def test_the_write_sets_our_fields_and_leaves_the_accounts_tags_alone(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY, tags=["vip"])

    makegood.live()

    tags = set(makegood.zendesk.ticket_page(ticket_id)["tags"])
    assert {"vip", "makegood_suspected"} <= tags


def test_an_ordinary_ticket_costs_nothing(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)

    makegood.live()

    assert makegood.calls(ticket_id) == (0, 0)
    assert makegood.complaint(ticket_id) is None
    assert makegood.outbox(ticket_id) == []


def test_events_that_come_twice_enrich_once(makegood_anywhere: Installation) -> None:
    makegood = makegood_anywhere
    ticket_id = makegood.write_in(ANGRY)
    bodies = makegood.news()

    makegood.deliver(bodies + bodies)
    makegood.work()
    late = makegood.deliver(bodies)
    makegood.live()

    assert set(late) == {Receipt.SEEN_BEFORE}
    assert len(makegood.notes(ticket_id)) == 1


def test_events_in_reverse_order_enrich_once_and_end_at_the_newest_state(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.change(ticket_id, status="pending", priority="high")

    for body in reversed(makegood.news()):
        makegood.deliver([body])
        makegood.work()

    assert len(makegood.notes(ticket_id)) == 1
    assert (makegood.ticket(ticket_id).status, makegood.ticket(ticket_id).priority) == ("pending", "high")


def test_working_a_ticket_twice_intends_one_write(makegood_anywhere: Installation) -> None:
    makegood = makegood_anywhere
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())

    work_ticket(makegood.parts, ticket_id)
    work_ticket(makegood.parts, ticket_id)

    assert makegood.states(ticket_id) == [("enrich", "new")]


def test_two_workers_on_one_ticket_open_one_complaint(makegood_anywhere: Installation) -> None:
    makegood = makegood_anywhere
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: work_ticket(makegood.parts, ticket_id), range(4)))
    makegood.live()

    assert len(makegood.notes(ticket_id)) == 1
    with makegood.parts.database.read() as conn:
        opened = sa.select(audit_log.c.subject).where(audit_log.c.action == "complaint opened")
        assert list(conn.scalars(opened)) == [f"ticket:{ticket_id}"]


def test_our_own_write_does_not_wake_us(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(makegood.news())
    makegood.work()

    echoes = makegood.news()

    assert echoes
    assert set(makegood.deliver(echoes)) == {Receipt.OWN}
    assert makegood.work() == 0
    assert makegood.calls(ticket_id) == (0, 1)


def test_a_requester_whom_no_event_named_is_asked_for_once(makegood: Installation) -> None:
    for _ in range(2):
        makegood.write_in(ANGRY)
        makegood.deliver(created(makegood.news()))
        makegood.work()

    assert makegood.zendesk.calls()["by"]["GET users/:id"] == 1


def test_observe_mode_keeps_the_write_and_does_not_make_it(install: Install, sqlite_url: str) -> None:
    makegood = install(sqlite_url, MODE="observe")
    ticket_id = makegood.write_in(ANGRY)

    makegood.live()

    assert makegood.states(ticket_id) == [("enrich", "held")]
    assert "Makegood · mg-" in (makegood.outbox(ticket_id)[0].note or "")
    assert makegood.calls(ticket_id) == (0, 0)


def test_a_repeat_is_found_by_its_order_number(makegood: Installation) -> None:
    former = makegood.write_in(ABOUT_ORDER)
    makegood.live()
    makegood.change(former, status="solved")
    makegood.live()
    makegood.pass_time(days=200)

    ticket_id = makegood.write_in(f"Order {REFERENCE} again: your refund is wrong. This is outrageous.")
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.repeat is not None
    assert (found.repeat.ticket_id, found.repeat.reason.code) == (former, Code.SAME_REFERENCE)
    assert f"Continues #{former}" in makegood.notes(ticket_id)[0]


def test_two_tickets_of_the_same_kind_soon_after_each_other_are_a_repeat(makegood: Installation) -> None:
    former = makegood.write_in(ANGRY)
    makegood.live()
    makegood.pass_time(days=30)

    ticket_id = makegood.write_in("A plate was smashed to pieces when I opened the box. Awful!")
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.repeat is not None
    assert (found.repeat.ticket_id, found.repeat.reason.code) == (former, Code.SAME_CATEGORY_RECENTLY)


def test_somebody_elses_order_number_is_no_repeat(makegood: Installation) -> None:
    makegood.write_in(ABOUT_ORDER)
    makegood.live()

    ticket_id = makegood.write_in(ABOUT_ORDER, name="Sven Berg")
    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.repeat is None


def test_an_angry_comment_makes_a_complaint_of_a_calm_ticket(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM)
    makegood.live()

    makegood.write_again(ticket_id, ANGRY)
    makegood.live()

    assert makegood.complaint(ticket_id) is not None
    assert len(makegood.notes(ticket_id)) == 1


def test_the_accounts_own_tag_makes_a_complaint_without_telling_words(makegood: Installation) -> None:
    ticket_id = makegood.write_in(CALM, tags=["complaint"])

    makegood.live()

    found = makegood.complaint(ticket_id)
    assert found is not None
    assert found.assessment.by_rule == "complaint_tag"


@pytest.mark.parametrize("fate", ["DELETE", "closed"])
def test_a_ticket_that_ended_before_it_was_worked_gets_nothing(makegood: Installation, fate: str) -> None:
    ticket_id = makegood.write_in(ANGRY)
    if fate == "DELETE":
        makegood.control("DELETE", f"tickets/{ticket_id}")
    else:
        makegood.change(ticket_id, status="closed")

    makegood.live()

    assert makegood.outbox(ticket_id) == []


def test_a_broken_note_parks_the_events_and_loses_nothing(install: Install, sqlite_url: str) -> None:
    makegood = install(sqlite_url, with_own_files=True)
    template = makegood.parts.settings.data_dir / "templates" / "notes" / "en" / "complaint.md.j2"
    template.parent.mkdir(parents=True)
    template.write_text(MISSPELT)
    makegood.parts.library.refresh()
    ticket_id = makegood.write_in(ANGRY)

    makegood.live()

    assert makegood.complaint(ticket_id) is None
    reasons = {one.reason for one in makegood.parked()}
    assert len(reasons) == 1
    assert f"{template}:3" in reasons.pop()

    template.unlink()
    makegood.parts.library.refresh()
    makegood.try_again()
    makegood.live()

    assert makegood.parked() == []
    assert len(makegood.notes(ticket_id)) == 1


def test_zendesk_away_puts_the_work_off_and_keeps_it(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.zendesk.faults({"api": [{"kind": "503", "path": "/users/", "times": 1}]})
    makegood.deliver(created(makegood.news()))

    makegood.work()
    assert makegood.complaint(ticket_id) is None
    makegood.pass_time(minutes=2)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 1


@pytest.mark.parametrize("trouble", ["outage", "refusal"])
def test_a_day_without_zendesk_parks_nothing(makegood: Installation, trouble: str) -> None:
    ticket_id = makegood.write_in(ANGRY)
    makegood.deliver(created(makegood.news()))
    service_user = f"users/{makegood.server.account.service_user_id}"
    if trouble == "outage":
        makegood.zendesk.faults({"api": [{"kind": "503", "path": "/users/"}]})
    else:
        makegood.control("PATCH", service_user, suspended=True)

    for _ in range(2 * MAX_TRIES):
        makegood.work()
        makegood.pass_time(hours=1)
    assert makegood.parked() == []
    makegood.zendesk.no_faults()
    makegood.control("PATCH", service_user, suspended=False)
    makegood.work()

    assert len(makegood.notes(ticket_id)) == 1


def test_what_fails_for_days_is_parked_with_its_reason(makegood: Installation) -> None:
    makegood.write_in(ANGRY)
    makegood.zendesk.faults({"api": [{"kind": "503", "path": "/users/"}]})
    makegood.deliver(created(makegood.news()))
    with makegood.parts.database.write() as conn:
        conn.execute(sa.update(inbox).values(attempts=MAX_TRIES_WHILE_AWAY - 1))

    makegood.work()

    assert "gave up after" in makegood.parked()[0].reason


def test_an_event_that_a_newer_version_cannot_read_is_parked_alone(makegood: Installation) -> None:
    ticket_id = makegood.write_in(ANGRY)
    bodies = makegood.news()
    makegood.deliver(bodies)
    with sqlite3.connect(str(makegood.parts.database.engine.url.database)) as file:
        spoilt = "UPDATE inbox SET body = x'7b7d' WHERE type LIKE '%comment_added'"
        assert file.execute(spoilt).rowcount == 1
    file.close()

    makegood.work()

    assert len(makegood.parked()) == 1
    assert len(makegood.notes(ticket_id)) == 1
