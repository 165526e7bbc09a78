"""How much the words and facts of a ticket speak for a complaint, with a reason for every point."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from integration.domain.cues import CueKind, Evidence, Learned, Reading
from integration.domain.reason import Code, Detail, Reason
from integration.domain.references import references
from integration.domain.ticket import Status, Ticket

if TYPE_CHECKING:
    from integration.domain.history import History

WAITING_DAYS = 3
_BAD_RATING_POINTS = 2.0
_OPEN_COMPLAINT_POINTS = 0.5
_WAITING_POINTS = 0.25
_REOPENED_POINTS = 0.5
_CONTINUED_POINTS = 0.5
_MOST_CERTAIN = 0.999
_UNDER_WAY = frozenset({Status.NEW, Status.OPEN})


def points_of(
    ticket: Ticket, reading: Reading, history: History, now: datetime, *, reopened: int = 0
) -> tuple[float, list[Reason]]:
    """Return the points, two of which make an even chance of a complaint, and what they are for.

    Facts alone make no complaint, but for a bad rating, which is the requester's own word.
    """
    points, reasons = _of_learned(reading, reading.learned) if reading.learned else _of_words(reading)
    if ticket.satisfaction == "bad":
        points = max(points, 0) + _BAD_RATING_POINTS
        reasons.append(Reason(Code.BAD_RATING))
    if points > 0 and (still_open := history.open_complaints()):
        points += _OPEN_COMPLAINT_POINTS
        reasons.append(Reason(Code.OPEN_COMPLAINT, {"count": len(still_open)}))
    if (
        points > 0
        and ticket.status in _UNDER_WAY
        and (days := (now - ticket.created_at).days) >= WAITING_DAYS
    ):
        points += _WAITING_POINTS
        reasons.append(Reason(Code.WAITING, {"days": days}))
    if points > 0 and reopened:
        points += _REOPENED_POINTS
        reasons.append(Reason(Code.REOPENED_TICKET, {"count": reopened}))
    if points > 0 and (again := _continued(ticket, history)):
        points += _CONTINUED_POINTS
        reasons.append(again)
    return max(points, 0.0), reasons


def _continued(ticket: Ticket, history: History) -> Reason | None:
    """Return the surest sign that an earlier complaint comes back, if there is one."""
    for past in history.complaints:
        if past.is_counted and past.ticket_id == ticket.followup_of:
            return Reason(Code.FOLLOW_UP_TICKET, {"ticket_id": past.ticket_id})
    named = references(f"{ticket.subject}\n{ticket.description}")
    for past in history.complaints:
        if past.is_counted and past.ticket_id != ticket.id and (shared := named & past.references):
            return Reason(Code.SAME_REFERENCE, {"ticket_id": past.ticket_id, "reference": min(shared)})
    return None


def _of_words(reading: Reading) -> tuple[float, list[Reason]]:
    points = reading.points
    reasons = []
    if points:
        details = {"count": len(reading.evidence), "points": round(points, 2)}
        reasons.append(Reason(Code.WORDS, details))
    if points and reading.praise:
        points -= reading.praise
        reasons.append(Reason(Code.PRAISE, {"points": round(reading.praise, 2)}))
    return points, reasons


def _of_learned(reading: Reading, learned: Learned) -> tuple[float, list[Reason]]:
    """Turn the learned probability into points, two of which make an even chance.

    The cues are in it already. An announced step outside counts in full, whatever was learned.
    """
    probability = min(max(learned.probability, 0.0), _MOST_CERTAIN)
    reasons = [Reason(Code.LEARNED, {"probability": round(probability, 2), "count": len(reading.evidence)})]
    if tickets := learned.taught.tickets:
        pull = learned.taught.pull
        probability += abs(pull) * ((_MOST_CERTAIN if pull > 0 else 0.0) - probability)
        details: dict[str, Detail] = {"count": len(tickets), "tickets": ", ".join(map(str, tickets))}
        code = Code.LIKE_COMPLAINTS if pull > 0 else Code.LIKE_NO_COMPLAINTS
        reasons.append(Reason(code, details | {"probability": round(probability, 2)}))
    points = -2 * math.log2(1 - probability)
    if first_threat(reading):
        points = max(points, reading.points - reading.praise)
    return points, reasons


def first_threat(reading: Reading) -> Evidence | None:
    """Return where the requester announces a step outside."""
    return next((evidence for evidence in reading.evidence if evidence.kind is CueKind.THREAT), None)
