"""Cases for the reports: plain ones to change, and arbitrary ones for properties."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from integration.domain.complaint import State
from integration.domain.history import PromiseState
from integration.domain.report import Case, PromiseMade, RemedyGiven

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def case(ticket_id: int = 1, **changes: Any) -> Case:
    start = Case(
        ticket_id=ticket_id,
        subject="Parcel lost",
        received_at=NOW - 10 * DAY,
        state=State.CONFIRMED,
        category="delivery",
        band="low",
        channel="email",
        language="en",
    )
    return replace(start, **changes)


def promise(state: PromiseState = PromiseState.KEPT, due_at: datetime = NOW - DAY) -> PromiseMade:
    return PromiseMade("Call back", due_at, state)


_moments = st.none() | st.integers(-60, 60).map(lambda hours: NOW + hours * HOUR)
_promises = st.builds(promise, st.sampled_from(PromiseState), st.integers(-9, 9).map(lambda n: NOW + n * DAY))
_remedies = st.builds(
    RemedyGiven,
    st.sampled_from(["refund", "credit", "apology"]),
    st.none() | st.integers(0, 10**6).map(lambda n: Decimal(n) / 100),
    st.sampled_from([None, "EUR", "USD"]),
)


@st.composite
def many_cases(draw: st.DrawFn) -> list[Case]:
    """Return up to thirty complaints in every condition."""
    return [
        case(
            number,
            received_at=NOW - draw(st.integers(0, 500)) * HOUR,
            state=draw(st.sampled_from([State.SUSPECTED, State.CONFIRMED, State.RESOLVED])),
            category=draw(st.sampled_from(["delivery", "billing", "other"])),
            cause=draw(st.sampled_from(["", "packing", "*", "=1+1"])),
            product=draw(st.integers(0, 20).map(str)),
            is_repeat=draw(st.booleans()),
            times_reopened=draw(st.integers(0, 2)),
            acknowledge_by=draw(_moments),
            acknowledged_at=draw(_moments),
            resolve_by=draw(_moments),
            resolved_at=draw(_moments),
            decided_at=draw(_moments),
            told_at=draw(_moments),
            is_satisfied=draw(st.none() | st.booleans()),
            rating=draw(st.sampled_from([None, "good", "badwithcomment", "offered"])),
            promises=tuple(draw(st.lists(_promises, max_size=2))),
            remedies=tuple(draw(st.lists(_remedies, max_size=2))),
        )
        for number in range(draw(st.integers(0, 30)))
    ]
