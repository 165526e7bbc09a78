"""A requester with a past: two earlier complaints, one of them about the same, and a promise not kept."""

from dataclasses import replace
from datetime import datetime, timedelta

from integration.domain.complaint import Assessment, Band, Category, CueKind, Evidence, State
from integration.domain.followup import Satisfier
from integration.domain.history import Outcome, Repeat
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Channel, Requester, Status, Ticket
from integration.handling.clocks import refresh_by_ticket
from integration.handling.editing_policies import path_of
from integration.parts import Parts
from integration.store import complaints, editions, facts, follow_ups, promises, requesters, tickets
from integration.store.complaints import NewComplaint
from integration.store.engine import Database
from integration.store.facts import Fact

REQUESTER = 360000000777
TICKET, FORMER, OLDEST = 41, 12, 3
BODY = "My parcel AF-123456 is lost again. This is outrageous, third time now."
CLOCKS = """\
presets:
  - {id: uk-psd-emd, applies_to: {tags: [clocked]}}
  - {id: iso-10002, applies_to: {tags: [clocked]}}
  - {id: uk-housing, applies_to: {tags: [clocked]}}
"""
SUBJECT = "Parcel <b>lost</b> again {{ 7*7 }}"


def tell(database: Database, now: datetime, *, ticket_id: int = TICKET) -> None:
    """Store the past and the present complaint."""
    with database.write() as conn:
        person = Requester(
            REQUESTER, name="Mary Jane Poppins", locale="en-GB", created_at=now - timedelta(days=900)
        )
        requesters.save(conn, person, order="1")
        for its_id, days, subject in (
            (OLDEST, 400, "Invoice counted twice"),
            (FORMER, 60, "Parcel AF-123456 has not come"),
            (ticket_id, 0, SUBJECT),
        ):
            at = now - timedelta(days=days, hours=1)
            tickets.save(conn, ticket(its_id, subject, at), order="1", with_custom_fields=False)
        complaints.add(conn, past(OLDEST, Category.BILLING, now - timedelta(days=400), Outcome.REFUND))
        former = complaints.add(
            conn, past(FORMER, Category.DELIVERY, now - timedelta(days=60), Outcome.REPLACEMENT)
        )
        repeat = Repeat(
            former, FORMER, Reason(Code.SAME_REFERENCE, {"ticket_id": FORMER, "reference": "AF-123456"})
        )
        present = complaints.add(conn, complaint(ticket_id, now - timedelta(hours=1), repeat))
        follow_ups.plan(
            conn,
            ticket_id=ticket_id,
            complaint_id=present,
            name="first_reply",
            note="first-reply",
            due_at=now + timedelta(hours=2, minutes=40),
            now=now,
            satisfied_by=frozenset({Satisfier.PUBLIC_REPLY}),
        )
        promises.add(
            conn,
            complaint_id=former,
            ticket_id=FORMER,
            what="Tell the requester when the replacement leaves",
            owner_id=None,
            due_at=now - timedelta(days=50),
            now=now - timedelta(days=55),
        )
        facts.put(conn, REQUESTER, Fact("Plan", "Premium", "shop", now - timedelta(days=2)))


def add(database: Database, now: datetime, ticket_id: int, subject: str, body: str) -> None:
    """Store one more complaint of the requester, which continues ticket FORMER; nothing is due for it."""
    at = now - timedelta(hours=1)
    with database.write() as conn:
        former = complaints.by_ticket(conn, FORMER)
        assert former is not None
        written = replace(ticket(ticket_id, subject, at), description=body)
        tickets.save(conn, written, order="1", with_custom_fields=False)
        reason = Reason(Code.SAME_REFERENCE, {"ticket_id": FORMER, "reference": "AF-123456"})
        complaints.add(conn, complaint(ticket_id, at, Repeat(former.id, FORMER, reason)))


def put_on_the_clock(parts: Parts, ticket_id: int) -> None:
    """Switch presets on for tickets tagged `clocked`, and let this one be such a ticket."""
    path = path_of("clocks.yaml")
    with parts.database.write() as conn:
        if not editions.of_path(conn, path):
            now = parts.clock()
            draft = editions.save_draft(conn, path, CLOCKS, author="cli", comment="", revision=0, now=now)
            editions.publish(conn, draft, now=now)
    parts.editions.look()
    with parts.database.write() as conn:
        known = tickets.get(conn, ticket_id)
        assert known is not None
        tagged = replace(known, tags=frozenset({"clocked"}))
        tickets.save(conn, tagged, order="2", with_custom_fields=False)
        refresh_by_ticket(parts, conn, tagged, ())


def ticket(ticket_id: int, subject: str, at: datetime) -> Ticket:
    return Ticket(
        id=ticket_id,
        requester_id=REQUESTER,
        subject=subject,
        description=BODY,
        status=Status.CLOSED if ticket_id in {FORMER, OLDEST} else Status.OPEN,
        created_at=at,
        updated_at=at,
        channel=Channel.EMAIL,
    )


def past(ticket_id: int, category: Category, at: datetime, outcome: Outcome) -> NewComplaint:
    return NewComplaint(
        ticket_id=ticket_id,
        requester_id=REQUESTER,
        received_at=at,
        detected_at=at,
        state=State.RESOLVED,
        channel=Channel.EMAIL,
        assessment=Assessment(True, 0.8, 0.5, 1.5, Band.LOW, category, "en"),
        references=frozenset({"AF-123456"}) if ticket_id == FORMER else frozenset(),
        outcome=outcome,
        resolved_at=at + timedelta(days=2),
        told_at=at + timedelta(days=2),
    )


def complaint(ticket_id: int, at: datetime, repeat: Repeat) -> NewComplaint:
    said = (
        (CueKind.REPEATED, "lost again"),
        (CueKind.ACCUSATION, "outrageous"),
        (CueKind.REPEATED, "third time now"),
    )
    places = ((BODY.index(words), kind, words) for kind, words in said)
    evidence = tuple(Evidence(None, at, at + len(words), kind, words) for at, kind, words in places)
    reasons = (Reason(Code.WORDS, {"count": 3, "points": 4.0}), Reason(Code.BROKEN_PROMISE))
    return NewComplaint(
        ticket_id=ticket_id,
        requester_id=REQUESTER,
        received_at=at,
        detected_at=at,
        state=State.SUSPECTED,
        channel=Channel.EMAIL,
        assessment=Assessment(True, 0.9, 0.5, 3.0, Band.RAISED, Category.DELIVERY, "en", evidence, reasons),
        references=frozenset({"AF-123456"}),
        repeat=repeat,
        policy_id="house",
        policy_version=1,
        deadline_at=at + timedelta(days=1),
    )
