"""What the reports count, of the complaints received in a period.

Every figure is a function from cases to rows, one row for each thing counted, so that the list that a figure
opens and the number that it shows cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from integration.domain.complaint import State
from integration.domain.history import PromiseState

MOST_GROUPS = 12
OTHERS = "\x1f"  # no name has it
UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class PromiseMade:
    """A promise of a case; `moves` is how often its day was changed before it ended."""

    what: str
    due_at: datetime
    state: PromiseState
    moves: int = 0


@dataclass(frozen=True, slots=True)
class RemedyGiven:
    """A recompense of a case; `amount` and `currency` are None where it was not money."""

    kind: str
    amount: Decimal | None = None
    currency: str | None = None

    @property
    def purse(self) -> str:
        """What it is added up with: its kind, and its currency where it was money."""
        return f"{self.kind}:{self.currency}" if self.currency else self.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A complaint as the reports see it; None where something has not happened or is not known."""

    ticket_id: int
    subject: str
    received_at: datetime
    state: State
    category: str
    band: str
    channel: str
    language: str
    cause: str = UNKNOWN
    product: str = UNKNOWN
    outcome: str | None = None
    is_repeat: bool = False
    times_reopened: int = 0
    acknowledge_by: datetime | None = None
    acknowledged_at: datetime | None = None
    resolve_by: datetime | None = None
    resolved_at: datetime | None = None
    decided_at: datetime | None = None
    told_at: datetime | None = None
    is_excused: bool = False  # somebody recorded why the requester is not to be told
    is_satisfied: bool | None = None
    rating: str | None = None
    promises: tuple[PromiseMade, ...] = ()
    remedies: tuple[RemedyGiven, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state in {State.SUSPECTED, State.CONFIRMED}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing counted; `met` says of a rate whether it counts above the line too."""

    case: Case
    met: bool | None = None
    span: timedelta | None = None
    promise: PromiseMade | None = None
    remedy: RemedyGiven | None = None


Rows = Iterator[Row]
Figure = Callable[[Sequence[Case], datetime], Rows]


def received(cases: Sequence[Case], _now: datetime) -> Rows:
    """Count the complaints received in the period, without those that a person said were none."""
    return (Row(case) for case in cases)


def resolved(cases: Sequence[Case], _now: datetime) -> Rows:
    """Count those of them that are resolved now; one that was reopened is not."""
    return (Row(case) for case in cases if case.resolved_at is not None)


def still_open(cases: Sequence[Case], now: datetime) -> Rows:
    """Tell how long those of them that are open have been so, from receipt to now."""
    return (Row(case, span=max(now - case.received_at, timedelta())) for case in cases if case.is_open)


def acknowledged_in_time(cases: Sequence[Case], now: datetime) -> Rows:
    """Rate: first public reply by the acknowledgement deadline / complaints whose deadline has decided.

    Decided is what was answered, or is past its deadline without an answer. Complaints without such a
    deadline, imported ones above all, are in neither count. Sources: the policy's deadline, and the first
    public comment of an agent at or after receipt.
    """
    for case in cases:
        if case.acknowledge_by and (case.acknowledged_at or case.acknowledge_by < now):
            yield Row(case, met=_by(case.acknowledged_at, case.acknowledge_by))


def resolved_in_time(cases: Sequence[Case], now: datetime) -> Rows:
    """Rate: resolved by the deadline / complaints whose deadline has decided.

    Decided is what is resolved, or is past its deadline unresolved; a reopened complaint is unresolved again
    and its clock never stopped. Sources: the complaint's deadline and its resolution.
    """
    for case in cases:
        if case.resolve_by and (case.resolved_at or case.resolve_by < now):
            yield Row(case, met=_by(case.resolved_at, case.resolve_by))


def promises_kept(cases: Sequence[Case], now: datetime) -> Rows:
    """Rate: promises kept / promises kept, broken, or open past their day.

    One complaint may hold several. A promise that was moved counts by its last day; a withdrawn one, or one
    that is not due yet, is in neither count. Source: the promises of these complaints.
    """
    for case in cases:
        for promise in case.promises:
            is_late = promise.state is PromiseState.OPEN and promise.due_at < now
            if is_late or promise.state in {PromiseState.KEPT, PromiseState.BROKEN}:
                yield Row(case, met=promise.state is PromiseState.KEPT, promise=promise)


def repeats(cases: Sequence[Case], _now: datetime) -> Rows:
    """Rate: complaints that continue an earlier one of the same requester / complaints received.

    Source: the link to the earlier complaint, found by rule or confirmed by an agent.
    """
    return (Row(case, met=case.is_repeat) for case in cases)


def reopened(cases: Sequence[Case], _now: datetime) -> Rows:
    """Rate: complaints reopened at least once / complaints resolved at least once.

    Source: the record of what was done, where each reopening is an entry.
    """
    for case in cases:
        if case.resolved_at or case.times_reopened:
            yield Row(case, met=case.times_reopened > 0)


def resolved_to_satisfaction(cases: Sequence[Case], now: datetime) -> Rows:
    """Rate: resolved to the requester's satisfaction / those resolved at least once of which it is known.

    To be closed and to be resolved are two things. It is known where an agent recorded it, where the
    complaint was reopened (then it was not), and where the requester rated the ticket; silence is in neither.
    """
    for row in reopened(cases, now):
        verdict = _satisfaction(row.case)
        if verdict is not None:
            yield Row(row.case, met=verdict)


def told(cases: Sequence[Case], _now: datetime) -> Rows:
    """Rate: requester told / complaints decided.

    Where a reason not to tell was recorded, the complaint is in neither count. Source: the decision, and the
    first public reply that told it.
    """
    for case in cases:
        if case.decided_at and not case.is_excused:
            yield Row(case, met=case.told_at is not None)


def told_lag(cases: Sequence[Case], _now: datetime) -> Rows:
    """Tell the time from decision to requester told, of those told; a letter that decides takes none."""
    for case in cases:
        if case.decided_at and case.told_at:
            yield Row(case, span=max(case.told_at - case.decided_at, timedelta()))


def time_to_resolve(cases: Sequence[Case], _now: datetime) -> Rows:
    """Tell the time from receipt to resolution, of those resolved now."""
    for case in cases:
        if case.resolved_at:
            yield Row(case, span=max(case.resolved_at - case.received_at, timedelta()))


def recompense(cases: Sequence[Case], _now: datetime) -> Rows:
    """Count every recompense given for these complaints, money or not; a complaint may hold several."""
    return (Row(case, remedy=remedy) for case in cases for remedy in case.remedies)


RATES: Mapping[str, Figure] = {
    figure.__name__: figure
    for figure in (
        acknowledged_in_time,
        resolved_in_time,
        promises_kept,
        repeats,
        reopened,
        resolved_to_satisfaction,
        told,
    )
}
SPANS: Mapping[str, Figure] = {figure.__name__: figure for figure in (time_to_resolve, told_lag, still_open)}
COUNTS: Mapping[str, Figure] = {figure.__name__: figure for figure in (received, resolved, recompense)}
FIGURES: Mapping[str, Figure] = {**RATES, **SPANS, **COUNTS}


class Part(StrEnum):
    """Which of a figure's rows; of a count or a span only `ALL` has any."""

    ALL = "all"
    MET = "met"
    MISSED = "missed"


class Dimension(StrEnum):
    """What complaints are told apart by."""

    CATEGORY = "category"
    CAUSE = "cause"
    PRODUCT = "product"
    CHANNEL = "channel"
    LANGUAGE = "language"

    def of(self, case: Case) -> str:
        return str(getattr(case, self.value))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which rows to open: a figure, a part of it, of one group or of one purse alone."""

    figure: str
    part: Part = Part.ALL
    by: Dimension | None = None
    key: str = UNKNOWN
    purse: str = ""


def rows(choice: Choice, cases: Sequence[Case], now: datetime) -> list[Row]:
    """Return the rows behind a number, in the order of receipt. Raises `KeyError` for an unknown figure."""
    chosen = cases if choice.by is None else groups(cases, choice.by).get(choice.key, [])
    found = FIGURES[choice.figure](chosen, now)
    if choice.part is not Part.ALL:
        found = (row for row in found if row.met is (choice.part is Part.MET))
    if choice.purse:
        found = (row for row in found if row.remedy and row.remedy.purse == choice.purse)
    return sorted(found, key=lambda row: (row.case.received_at, row.case.ticket_id))


def groups(cases: Sequence[Case], by: Dimension) -> dict[str, list[Case]]:
    """Return the cases by key, the largest group first; of many groups the smallest are one, `OTHERS`."""
    parted: dict[str, list[Case]] = {}
    for case in cases:
        parted.setdefault(by.of(case), []).append(case)
    keys = sorted(parted, key=lambda key: (key == UNKNOWN, -len(parted[key]), key))
    if len(keys) <= MOST_GROUPS:
        return {key: parted[key] for key in keys}
    named, others = keys[: MOST_GROUPS - 1], keys[MOST_GROUPS - 1 :]
    return {key: parted[key] for key in named} | {OTHERS: [case for key in others for case in parted[key]]}


def _satisfaction(case: Case) -> bool | None:
    if case.is_satisfied is not None:
        return case.is_satisfied
    if case.times_reopened:
        return False
    # Zendesk's words: good, goodwithcomment, bad, badwithcomment, offered, unoffered.
    rating = case.rating or ""
    return rating.startswith("good") if rating.startswith(("good", "bad")) else None


def _by(done_at: datetime | None, limit: datetime) -> bool:
    return done_at is not None and done_at <= limit
