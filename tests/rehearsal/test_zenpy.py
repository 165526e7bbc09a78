"""A stock zenpy client, led here by the two switches it reads from the environment."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, Ticket, User, Webhook
from zenpy.lib.exception import APIException, RecordNotFoundException

from tests.rehearsal.outside import Outside


@pytest.fixture
def zenpy(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", outside.server.url.removeprefix("http://"))
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    client = Zenpy(subdomain="rehearsal", oauth_token=outside.token, disable_cache=True, timeout=10)
    yield client
    client.tickets.session.close()


def test_it_reads_tickets_and_their_people(outside: Outside, zenpy: Any) -> None:
    ticket = zenpy.tickets(id=outside.ticket()["id"])

    assert (ticket.subject, ticket.status) == ("The pan is scratched", "new")
    assert ticket.requester.name == "Rosa Diaz"
    assert ticket.brand.name
    assert zenpy.users.me().id == outside.account.service_user_id


def test_it_writes_notes_and_reads_comments_and_audits(outside: Outside, zenpy: Any) -> None:
    ticket = outside.ticket()

    written = zenpy.tickets.update(Ticket(id=ticket["id"], comment=Comment(body="Checked.", public=False)))

    assert written.audit.events[0]["body"] == "Checked."
    assert [(c.body, c.public) for c in zenpy.tickets.comments(ticket["id"])] == [
        ("It came scratched.", True),
        ("Checked.", False),
    ]
    assert [audit.author_id for audit in zenpy.tickets.audits(ticket["id"])] == [
        outside.requester_id,
        outside.account.service_user_id,
    ]


def test_it_adds_sets_and_removes_tags(outside: Outside, zenpy: Any) -> None:
    ticket_id = outside.ticket(tags=["a"])["id"]

    zenpy.tickets.add_tags(ticket_id, ["b"])
    zenpy.tickets.delete_tags(ticket_id, ["a"])
    assert outside.account.ticket(ticket_id)["tags"] == ["b"]
    zenpy.tickets.set_tags(ticket_id, ["c"])
    assert outside.account.ticket(ticket_id)["tags"] == ["c"]


def test_it_exports_and_resumes(outside: Outside, zenpy: Any) -> None:
    ids = [outside.ticket()["id"] for _ in range(3)]
    outside.control("POST", "clock", {"advance_seconds": 120})

    export = zenpy.tickets.incremental(start_time=1)
    assert [ticket.id for ticket in export] == ids
    later = outside.ticket()
    outside.control("POST", "clock", {"advance_seconds": 120})

    assert [ticket.id for ticket in zenpy.tickets.incremental(cursor=export.after_cursor)] == [later["id"]]
    assert outside.requester_id in {user.id for user in zenpy.users.incremental(start_time=1)}


def test_it_searches(outside: Outside, zenpy: Any) -> None:
    ticket = outside.ticket(tags=["lid"])
    outside.control("POST", "clock", {"advance_seconds": 300})

    yesterday = datetime.now(UTC) - timedelta(days=1)
    found = zenpy.search(type="ticket", tags="lid", created_greater_than=yesterday)

    assert [each.id for each in found] == [ticket["id"]]
    assert zenpy.search.count(type="ticket", requester=outside.requester_id) == 1


def test_it_waits_for_jobs(outside: Outside, zenpy: Any) -> None:
    tickets = [outside.ticket() for _ in range(2)]
    job = zenpy.tickets.update([Ticket(id=ticket["id"], priority="high") for ticket in tickets])
    end = time.monotonic() + 10
    while job.status != "completed" and time.monotonic() < end:
        time.sleep(0.02)
        job = zenpy.job_status(id=job.id)

    assert [result.success for result in job.results] == [True, True]
    assert outside.account.ticket(tickets[1]["id"])["priority"] == "high"


def test_it_lists_with_cursors(outside: Outside, zenpy: Any) -> None:
    ids = [outside.ticket()["id"] for _ in range(3)]

    assert [ticket.id for ticket in zenpy.tickets()] == ids
    assert [ticket.id for ticket in zenpy.users.requested(outside.requester_id)] == ids
    assert {field.type for field in zenpy.ticket_fields()} >= {"subject", "status"}
    assert len(list(zenpy.groups())) == len(list(zenpy.brands())) == 1


def test_it_makes_users_tickets_and_follow_up_tickets(outside: Outside, zenpy: Any) -> None:
    user = zenpy.users.create(User(name="Bo", email="bo@example.org"))
    wanted = Ticket(subject="s", comment=Comment(body="b"), requester_id=user.id, type="task")
    made = zenpy.tickets.create(wanted).ticket
    zenpy.tickets.update(Ticket(id=made.id, status="closed"))

    followed = zenpy.tickets.create(
        Ticket(via_followup_source_id=made.id, comment=Comment(body="again"))
    ).ticket

    assert followed.requester_id == user.id
    assert followed.via.source.rel == "follow_up"


def test_it_manages_webhooks(outside: Outside, zenpy: Any) -> None:
    wanted = Webhook(
        name="Makegood",
        endpoint="https://makegood.example/zendesk/events",
        http_method="POST",
        request_format="json",
        status="active",
        subscriptions=["zen:event-type:ticket.created"],
    )

    webhook = zenpy.webhooks.create(wanted)

    assert [each.name for each in zenpy.webhooks.list()] == ["Makegood"]
    assert zenpy.webhooks.show_secret(webhook).secret


def test_it_understands_the_refusals(outside: Outside, zenpy: Any) -> None:
    with pytest.raises(RecordNotFoundException):
        zenpy.tickets(id=999)
    ticket = outside.ticket(status="closed")
    with pytest.raises(APIException) as refused:
        zenpy.tickets.update(Ticket(id=ticket["id"], comment=Comment(body="x", public=False)))

    assert refused.value.response.status_code == 422
