"""Alerts and their life: raised, seen, acted, told, closed; late steps go up a level, once for each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integration.domain.calendar import Calendar
from integration.domain.complaint import CueKind
from integration.domain.deadline import Unit, plain
from integration.domain.reason import Reason


class AlertKind(StrEnum):
    """What is wrong, or about to be. Each is a switch of the admin."""

    REPEAT_CONTACT = "repeat_contact"
    REOPENED = "reopened"
    BAD_RATING = "bad_rating"
    MISSED_PROMISE = "missed_promise"
    NEAR_DEADLINE = "near_deadline"
    SAME_ORGANISATION = "same_organisation"
    LEAVING_WORDS = "leaving_words"
    NOT_TOLD = "not_told"
    ONLY_THANKS = "only_thanks"
    LATE_STEP = "late_step"


class Stage(StrEnum):
    """A step in the life of an alert, in this order; a later one implies those before it.

    `ESCALATED` and `UNDONE` are steps on record, and no stage that an alert is in.
    """

    RAISED = "raised"
    SEEN = "seen"
    ACTED = "acted"
    TOLD = "told"
    CLOSED = "closed"
    ESCALATED = "escalated"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert as it stands; `action` says what was done, `late_at` when the next step will be late."""

    id: int
    key: str
    kind: AlertKind
    ticket_id: int
    complaint_id: int | None
    reasons: tuple[Reason, ...]
    raised_at: datetime
    seen_at: datetime | None = None
    acted_at: datetime | None = None
    action: str | None = None
    told_at: datetime | None = None
    closed_at: datetime | None = None
    level: int = 0
    late_at: datetime | None = None

    @property
    def stage(self) -> Stage:
        if self.closed_at is not None:
            return Stage.CLOSED
        if self.told_at is not None:
            return Stage.TOLD
        if self.acted_at is not None:
            return Stage.ACTED
        return Stage.SEEN if self.seen_at is not None else Stage.RAISED


# An alert that nobody has acted on goes up after these business hours, a level each; then it stays there.
HOURS_BY_LEVEL = (8, 16, 24)
NOTE_FROM_LEVEL = 2


def late_at(level: int, since: datetime, calendar: Calendar) -> datetime | None:
    """Return when an alert of `level` goes up, if nobody acts until then; None from the highest level on."""
    if level >= len(HOURS_BY_LEVEL):
        return None
    return plain(HOURS_BY_LEVEL[level], Unit.BUSINESS_HOURS).ends(since, calendar)


def needs_note(level: int) -> bool:
    """Whether a level is worth a note on the ticket; the first shows in the sidebar and the lists alone."""
    return level >= NOTE_FROM_LEVEL


# Words that announce a step outside, or an end of the relation.
LEAVING_CUES = frozenset({CueKind.THREAT})
