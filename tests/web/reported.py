"""A quarter of complaints in every condition, with promises, recompense and hostile words."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import Assessment, Band, Category, State
from integration.domain.history import Outcome, PromiseState
from integration.domain.ticket import Channel, Comment, Status, Ticket
from integration.store import complaints, follow_ups, promises, tickets
from integration.store.complaints import NewComplaint
from integration.store.engine import Database
from integration.store.tables import complaint_actions, remedies
from integration.store.tables import complaints as complaint_rows

FIRST_TICKET = 5001
HOSTILE = (
    '<script>alert("x")</script> & <img src=x onerror=alert(1)>',
    '=HYPERLINK("https://evil.example","open")',
    "+1+1",
    "@SUM(1)",
    "-2+3",
    "Refund \u202egnp.exe now",
    "{{ 7*7 }} {% raw %}",
    "W" * 120,
    "Vаши деньги: pаypal",
)
SUBJECTS = (
    "Parcel AF-{n} has not come",
    "Invoice counted twice",
    "Wrong size for the third time",
    "Rücksendung immer noch nicht erstattet",
    "Die Hotline legt auf",
    "No puedo entrar en mi cuenta",
)
CAUSES = ("late_delivery", "lost_in_transit", "billing_error", "slow_answer", None, None)


def tell(
    database: Database, now: datetime, *, count: int = 64, first: int = FIRST_TICKET, is_hostile: bool = True
) -> None:
    """Store the complaints of the last ninety days; the same ones every time."""
    dice = random.Random(7)
    with database.write() as conn:
        for number in range(count):
            _one(conn, dice, first, number, now, HOSTILE if is_hostile else ())


def _one(
    conn: Connection, dice: random.Random, first: int, number: int, now: datetime, hostile: Sequence[str]
) -> None:
    ticket_id = first + number
    at = now - timedelta(hours=dice.randint(30, 24 * 86))
    is_resolved = dice.random() < 0.7
    resolved_at = at + timedelta(hours=dice.expovariate(1 / 50) + 2) if is_resolved else None
    resolved_at = min(resolved_at, now - timedelta(hours=1)) if resolved_at else None
    subject = hostile[number] if number < len(hostile) else dice.choice(SUBJECTS).format(n=100000 + number)
    channel = dice.choice(
        [Channel.EMAIL, Channel.EMAIL, Channel.EMAIL, Channel.WEB, Channel.CHAT, Channel.SOCIAL]
    )
    ticket = Ticket(
        id=ticket_id,
        requester_id=360000000900 + number % 40,
        subject=subject,
        description="",
        status=Status.SOLVED if is_resolved else Status.OPEN,
        created_at=at,
        updated_at=resolved_at or at,
        channel=channel,
        satisfaction=dice.choice([None, None, "good", "bad"]) if is_resolved else None,
    )
    tickets.save(conn, ticket, order="1", with_custom_fields=False)
    if dice.random() < 0.85:
        replied = at + timedelta(hours=dice.expovariate(1 / 5))
        comment = Comment(900000 + ticket_id, ticket_id, 360000000011, True, True, "…", replied)
        tickets.add_comment(conn, comment)
    language = dice.choice(["en", "en", "de", "es", "ru"])
    category = dice.choice([Category.DELIVERY, Category.DELIVERY, Category.BILLING, Category.OTHER])
    id = complaints.add(
        conn,
        NewComplaint(
            ticket_id=ticket_id,
            requester_id=ticket.requester_id,
            received_at=at,
            detected_at=at,
            state=State.RESOLVED if is_resolved else State.CONFIRMED,
            channel=channel,
            assessment=Assessment(True, 0.9, 0.5, 2.0, Band.RAISED, category, language),
            deadline_at=at + timedelta(days=5),
            outcome=Outcome.REFUND if is_resolved else None,
            resolved_at=resolved_at,
            told_at=resolved_at and resolved_at + timedelta(hours=dice.choice([0, 1, 6, 30])),
        ),
    )
    follow_ups.plan(
        conn,
        ticket_id=ticket_id,
        complaint_id=id,
        name="first_reply",
        note="first-reply",
        due_at=at + timedelta(hours=8),
        now=at,
        satisfied_by=(),
    )
    said = {
        "cause": hostile[number][:60] if number < min(2, len(hostile)) else dice.choice(CAUSES),
        "decided_at": resolved_at,
        "repeat_of": 1 if dice.random() < 0.2 else None,
    }
    conn.execute(sa.update(complaint_rows).where(complaint_rows.c.id == id).values(said))
    _promise(conn, dice, id, ticket_id, at)
    _record(conn, dice, id, resolved_at)


def _promise(conn: Connection, dice: random.Random, id: int, ticket_id: int, at: datetime) -> None:
    if dice.random() < 0.4:
        state = dice.choice([PromiseState.KEPT, PromiseState.KEPT, PromiseState.BROKEN, PromiseState.OPEN])
        made = promises.add(
            conn,
            complaint_id=id,
            ticket_id=ticket_id,
            what="Say when the replacement leaves",
            due_at=at + timedelta(days=2),
            owner_id=None,
            now=at,
        )
        if state is not PromiseState.OPEN:
            promises.set_state(conn, made, state)


def _record(conn: Connection, dice: random.Random, id: int, resolved_at: datetime | None) -> None:
    if resolved_at is None:
        return
    if dice.random() < 0.15:
        _action(conn, id, "reopened", resolved_at)
    if dice.random() < 0.6:
        kind, currency = dice.choice(
            [("refund", "EUR"), ("refund", "USD"), ("credit", "EUR"), ("apology", None)]
        )
        amount = Decimal(dice.randint(500, 9000)) / 100 if currency else None
        given = {"complaint_id": id, "kind": kind, "amount": amount, "currency": currency, "at": resolved_at}
        conn.execute(
            sa.insert(remedies).values(given | {"action_id": _action(conn, id, "remedy", resolved_at)})
        )


def _action(conn: Connection, id: int, kind: str, at: datetime) -> int:
    row = {"complaint_id": id, "at": at, "kind": kind, "details": {}}
    return int(conn.scalar(sa.insert(complaint_actions).values(row).returning(complaint_actions.c.id)) or 0)
