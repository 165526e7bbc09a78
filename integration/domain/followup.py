"""When somebody should come back to a complaint, what satisfies that duty and what ends it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from integration.domain.reason import Reason


class Start(StrEnum):
    """The moment a step's delay counts from."""

    RECEIVED = "received"
    RESOLVED = "resolved"
    LAST_PUBLIC_REPLY = "last_public_reply"


class Unit(StrEnum):
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    BUSINESS_DAYS = "business_days"


class Satisfier(StrEnum):
    """What makes a step unnecessary."""

    PUBLIC_REPLY = "public_reply"
    RESOLVED = "resolved"
    REQUESTER_WROTE = "requester_wrote"
    CUSTOMER_TOLD = "customer_told"


@dataclass(frozen=True, slots=True)
class Delay:
    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Step:
    """One duty of a policy: due `delay` after `start`, dead as soon as one of `satisfied_by` happened."""

    id: str
    start: Start
    delay: Delay
    satisfied_by: frozenset[Satisfier]
    note: str
    bands: frozenset[str] = frozenset({"low", "raised", "high"})


@dataclass(frozen=True, slots=True)
class Policy:
    """A dated set of steps; a running complaint keeps the version it started with."""

    id: str
    version: int
    title: str
    effective_from: date
    time_zone: str
    steps: tuple[Step, ...]


class FollowUpStatus(StrEnum):
    PENDING = "pending"
    DISPATCHED = "dispatched"
    POSTED = "posted"
    SILENT = "silent"
    SATISFIED = "satisfied"
    CANCELLED = "cancelled"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A duty to come back by `due_at`.

    `name` is a policy step, `promise`, or the name that an admin's trigger gave.
    """

    id: int
    ticket_id: int
    complaint_id: int | None
    name: str
    note: str
    due_at: datetime
    planned_at: datetime
    status: FollowUpStatus = FollowUpStatus.PENDING
    revision: int = 0
    satisfied_by: frozenset[Satisfier] = frozenset()
    what: str | None = None
    owner_id: int | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A follow-up that a policy asks for, not stored yet."""

    name: str
    note: str
    due_at: datetime
    satisfied_by: frozenset[Satisfier]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do with a follow-up that fell due: speak, stay silent for a reason, or wait until `due_at`."""

    speak: bool
    reason: Reason
    due_at: datetime | None = None
