"""Plain values for the rules' tests; every argument that a test does not speak of has a dull default."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from integration.domain.complaint import Assessment, Band, Category, CueBook, Rules, State, Text, detect
from integration.domain.followup import FollowUp, FollowUpStatus, Satisfier
from integration.domain.history import History, PastComplaint, Promise, PromiseState
from integration.domain.ticket import Comment, Requester, Status, Ticket
from integration.policies.load import load_cues, load_rules
from integration.policies.shelf import SHIPPED

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
REQUESTER = Requester(id=7, locale="en")


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@cache
def shipped_cues() -> CueBook:
    return load_cues(SHIPPED / "cues")


@cache
def shipped_rules() -> Rules:
    return load_rules(SHIPPED / "rules.yaml")


def ticket(**changes: Any) -> Ticket:
    plain = Ticket(
        id=100,
        requester_id=7,
        subject="",
        description="",
        status=Status.OPEN,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(plain, **changes)


def judged(text: str = "", *later: str, locale: str | None = "en", **changes: Any) -> Assessment:
    """Detect in a ticket with this description and these later comments, by the shipped lists."""
    history = changes.pop("history", History(replace(REQUESTER, locale=locale)))
    rules = changes.pop("rules", shipped_rules())
    reopened = changes.pop("reopened", 0)
    texts = [Text(None, text), *(Text(number, body) for number, body in enumerate(later, start=1))]
    return detect(
        ticket(description=text, **changes),
        texts,
        rules=rules,
        cues=shipped_cues(),
        history=history,
        now=NOW,
        reopened=reopened,
    )


def past(**changes: Any) -> PastComplaint:
    plain = PastComplaint(
        id=1,
        ticket_id=50,
        requester_id=7,
        received_at=days_ago(30),
        category=Category.DELIVERY,
        band=Band.LOW,
        state=State.RESOLVED,
        subject="Where is it?",
    )
    return replace(plain, **changes)


def promise(**changes: Any) -> Promise:
    plain = Promise(
        complaint_id=1, ticket_id=50, what="Call back", due_at=days_ago(2), state=PromiseState.OPEN
    )
    return replace(plain, **changes)


def comment(**changes: Any) -> Comment:
    plain = Comment(
        id=900, ticket_id=100, author_id=3, by_agent=True, is_public=True, body="Hello", created_at=NOW
    )
    return replace(plain, **changes)


def follow_up(**changes: Any) -> FollowUp:
    plain = FollowUp(
        id=1,
        ticket_id=100,
        complaint_id=1,
        name="first_reply",
        note="first-reply",
        due_at=NOW - timedelta(minutes=5),
        planned_at=days_ago(1),
        status=FollowUpStatus.DISPATCHED,
        satisfied_by=frozenset({Satisfier.PUBLIC_REPLY, Satisfier.RESOLVED}),
    )
    return replace(plain, **changes)
