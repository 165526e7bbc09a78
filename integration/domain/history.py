"""What this requester has complained about before, how that ended, and what was promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from integration.domain.complaint import Band, Category, State
from integration.domain.reason import Code, Reason
from integration.domain.remedy import Decision, Remedy, RemedyKind
from integration.domain.ticket import Requester, Ticket

LOOK_BACK_MONTHS = 24
SAME_CATEGORY_DAYS = 90


class Outcome(StrEnum):
    """How a complaint ended; UNKNOWN where nobody recorded it."""

    REFUND = "refund"
    PARTIAL_REFUND = "partial_refund"
    REPLACEMENT = "replacement"
    CREDIT = "credit"
    REPAIR = "repair"
    EXPLANATION = "explanation"
    APOLOGY = "apology"
    NOT_UPHELD = "not_upheld"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


# What weighed most for the requester is how it ended.
_BY_WEIGHT = {
    RemedyKind.REFUND: Outcome.REFUND,
    RemedyKind.REPLACEMENT: Outcome.REPLACEMENT,
    RemedyKind.REPAIR: Outcome.REPAIR,
    RemedyKind.CREDIT: Outcome.CREDIT,
    RemedyKind.EXPLANATION: Outcome.EXPLANATION,
    RemedyKind.APOLOGY: Outcome.APOLOGY,
}


def outcome_of(decision: Decision | None, remedies: Iterable[Remedy]) -> Outcome | None:
    """Return how a complaint ended by what is on record; None while neither is."""
    kinds = {remedy.kind for remedy in remedies}
    given = next((outcome for kind, outcome in _BY_WEIGHT.items() if kind in kinds), None)
    if decision is Decision.WITHDRAWN:
        return Outcome.WITHDRAWN
    if decision is Decision.NOT_UPHELD and given in {None, Outcome.EXPLANATION, Outcome.APOLOGY}:
        return Outcome.NOT_UPHELD
    if given is None and (decision is not None or kinds):
        return Outcome.UNKNOWN
    return given


class PromiseState(StrEnum):
    OPEN = "open"
    KEPT = "kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PastComplaint:
    """One complaint of this requester, as the ledger keeps it."""

    id: int
    ticket_id: int
    requester_id: int
    received_at: datetime
    category: Category
    band: Band
    state: State
    subject: str
    outcome: Outcome | None = None
    resolved_at: datetime | None = None
    told_at: datetime | None = None
    references: frozenset[str] = frozenset()
    satisfaction: str | None = None
    repeat_of: int | None = None
    decision: Decision | None = None
    cause: str | None = None
    is_satisfied: bool | None = None
    remedies: tuple[Remedy, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether it was a complaint after all."""
        return self.state is not State.NOT_A_COMPLAINT


@dataclass(frozen=True, slots=True)
class Promise:
    """What somebody said would happen by when."""

    complaint_id: int
    ticket_id: int
    what: str
    due_at: datetime
    state: PromiseState
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Everything the store knows of a requester, complaints newest first."""

    requester: Requester
    complaints: tuple[PastComplaint, ...] = ()
    promises: tuple[Promise, ...] = ()
    tickets_total: int = 0
    first_ticket_at: datetime | None = None
    good_ratings: int = 0
    is_importing: bool = False

    def open_complaints(self) -> tuple[PastComplaint, ...]:
        return tuple(c for c in self.complaints if c.state in {State.SUSPECTED, State.CONFIRMED})

    def recent_complaints(self, now: datetime, *, days: int) -> tuple[PastComplaint, ...]:
        """Return the complaints received in the last `days` days, without those that proved to be none."""
        since = now - timedelta(days=days)
        return tuple(c for c in self.complaints if c.is_counted and since <= c.received_at <= now)

    def open_promise(self, now: datetime) -> Promise | None:
        """Return the promise that is due next."""
        ahead = [p for p in self.promises if p.state is PromiseState.OPEN and p.due_at >= now]
        return min(ahead, key=lambda promise: promise.due_at, default=None)

    def broken_promise(self, now: datetime) -> Promise | None:
        """Return the promise that was broken last, be it recorded as broken or open and overdue."""
        broken = [
            p
            for p in self.promises
            if p.state is PromiseState.BROKEN or (p.state is PromiseState.OPEN and p.due_at < now)
        ]
        return max(broken, key=lambda promise: promise.due_at, default=None)


@dataclass(frozen=True, slots=True)
class Repeat:
    """An earlier complaint that this ticket seems to continue, and why it seems so."""

    complaint_id: int
    ticket_id: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Summary:
    """A history on one line: `count` complaints in the months looked back at, `same_kind` of them alike."""

    count: int = 0
    same_kind: int = 0
    open_count: int = 0
    last: PastComplaint | None = None
    last_same_kind: PastComplaint | None = None
    open_promise: Promise | None = None
    broken_promise: Promise | None = None
    tenure_days: int | None = None
    tickets_total: int = 0
    good_ratings: int = 0
    is_importing: bool = False
    looked_back_months: int = LOOK_BACK_MONTHS

    @property
    def other_kinds(self) -> int:
        return self.count - self.same_kind


def summarise(history: History, *, category: Category | None, now: datetime) -> Summary:
    """Sum up what came before; `history` must not hold the complaint at hand, and `category` is its kind.

    Without a category nothing is of the same kind.
    """
    since = _months_before(now, LOOK_BACK_MONTHS)
    counted = [c for c in history.complaints if c.is_counted and since <= c.received_at <= now]
    counted.sort(key=lambda complaint: complaint.received_at, reverse=True)
    alike = [complaint for complaint in counted if complaint.category is category]
    return Summary(
        count=len(counted),
        same_kind=len(alike),
        open_count=sum(complaint in counted for complaint in history.open_complaints()),
        last=counted[0] if counted else None,
        last_same_kind=alike[0] if alike else None,
        open_promise=history.open_promise(now),
        broken_promise=history.broken_promise(now),
        tenure_days=_tenure_days(history, now),
        tickets_total=history.tickets_total,
        good_ratings=history.good_ratings,
        is_importing=history.is_importing,
    )


def _tenure_days(history: History, now: datetime) -> int | None:
    moments = [m for m in (history.requester.created_at, history.first_ticket_at) if m is not None]
    return max((now - min(moments)).days, 0) if moments else None


def _months_before(moment: datetime, months: int) -> datetime:
    """Return the first instant of the day `months` earlier; the 31st becomes the 1st of the next month."""
    count = moment.year * 12 + moment.month - 1 - months
    first = moment.replace(
        year=count // 12, month=count % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return first + timedelta(days=moment.day - 1)


def find_repeat(
    ticket: Ticket,
    references: frozenset[str],
    category: Category,
    history: History,
    *,
    now: datetime,
    alike: int | None = None,
) -> Repeat | None:
    """Return the earlier complaint that a ticket seems to continue: the surest sign first, then the newest.

    Signs are a link that Zendesk keeps, then a reference number in both, then `alike`, the ticket whose
    words are like this one's, then the same category within `SAME_CATEGORY_DAYS`. It is for showing and
    counting; nothing is ever merged on its strength.
    """
    earlier = sorted(
        (c for c in history.complaints if c.ticket_id != ticket.id and c.is_counted and c.received_at <= now),
        key=lambda complaint: complaint.received_at,
        reverse=True,
    )
    for past in earlier:
        if past.ticket_id == ticket.followup_of:
            return _repeat(past, Code.FOLLOW_UP_TICKET)
        if past.ticket_id == ticket.merged_into:
            return _repeat(past, Code.MERGED)
    for past in earlier:
        if shared := references & past.references:
            return _repeat(past, Code.SAME_REFERENCE, reference=min(shared))
    for past in earlier:
        if past.ticket_id == alike:
            return _repeat(past, Code.ALIKE_TICKET)
    for past in earlier:
        days = (now - past.received_at).days
        if past.category is category and category is not Category.OTHER and days <= SAME_CATEGORY_DAYS:
            return _repeat(past, Code.SAME_CATEGORY_RECENTLY, category=category, days=days)
    return None


def _repeat(past: PastComplaint, code: Code, **details: str | int) -> Repeat:
    return Repeat(past.id, past.ticket_id, Reason(code, {"ticket_id": past.ticket_id, **details}))
