"""Is this ticket a complaint, about what, how severe, and which words and facts say so."""

from dataclasses import dataclass
from enum import StrEnum

from integration.domain.reason import Reason


class Category(StrEnum):
    """What a complaint is about."""

    DELIVERY = "delivery"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    BILLING = "billing"
    REFUND = "refund"
    SERVICE = "service"
    TECHNICAL = "technical"
    CANCELLATION = "cancellation"
    PRIVACY = "privacy"
    OTHER = "other"


class Band(StrEnum):
    """Severity as people see it; the number behind it stays inside."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


class State(StrEnum):
    """Where a complaint stands; the values are also the tags of the ticket field *Complaint*."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    RESOLVED = "resolved"
    NOT_A_COMPLAINT = "not_a_complaint"


class CueKind(StrEnum):
    """What a phrase tells: from displeasure to an announced step."""

    DISSATISFIED = "dissatisfied"
    FAILURE = "failure"
    REPEATED = "repeated"
    ACCUSATION = "accusation"
    THREAT = "threat"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the requester that count: `text[start:end]` of the comment, or of the description for None."""

    comment_id: int | None
    start: int
    end: int
    kind: CueKind
    words: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What detection says of a ticket.

    `score` and `threshold` are 0 to 1; `severity` is 0 (none) to 4 (an announced step outside).
    """

    is_complaint: bool
    score: float
    threshold: float
    severity: float
    band: Band
    category: Category
    language: str
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()
    by_rule: str | None = None
