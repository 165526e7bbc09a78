"""What this requester has complained about before, how that ended, and what was promised."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integration.domain.complaint import Band, Category, State
from integration.domain.reason import Reason
from integration.domain.ticket import Requester


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


@dataclass(frozen=True, slots=True)
class Repeat:
    """An earlier complaint that this ticket seems to continue, and why it seems so."""

    complaint_id: int
    ticket_id: int
    reason: Reason
