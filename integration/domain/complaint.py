"""Is this ticket a complaint, about what, how severe, and which words and facts say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from integration.domain.calibration import moved
from integration.domain.cues import (
    Category,
    CueBook,
    CueKind,
    Evidence,
    Learned,
    Reader,
    Reading,
    Sentence,
    Text,
    read,
)
from integration.domain.reason import Code, Reason
from integration.domain.references import as_written, references
from integration.domain.rules import Condition, Rules
from integration.domain.scoring import first_threat, points_of
from integration.domain.ticket import Ticket

if TYPE_CHECKING:
    from integration.domain.history import History

__all__ = [
    "Assessment",
    "Band",
    "Category",
    "CueBook",
    "CueKind",
    "Evidence",
    "Reader",
    "Reading",
    "Rules",
    "State",
    "Text",
    "Verdict",
    "as_written",
    "assess",
    "detect",
    "quotable",
    "read",
    "references",
]

RECENT_DAYS = 90
LONGEST_QUOTE = 160
UNSURE_WITHIN = 0.1


class Band(StrEnum):
    """Severity as people see it; the number behind it stays inside."""

    LOW = "low"
    RAISED = "raised"
    HIGH = "high"


class Verdict(StrEnum):
    """What detection says of a ticket; an unsure one is put before a person."""

    COMPLAINT = "complaint"
    UNSURE = "unsure"
    CALM = "calm"


class State(StrEnum):
    """Where a complaint stands; the values are also the tags of the ticket field *Complaint*."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    RESOLVED = "resolved"
    NOT_A_COMPLAINT = "not_a_complaint"


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
    # What was learned is kept elsewhere; two assessments that say the same are the same.
    learned: Learned | None = field(default=None, compare=False, repr=False)

    @property
    def sentence(self) -> Sentence | None:
        """The sentence that decided."""
        return self.learned.sentence if self.learned else None

    @property
    def is_unsure(self) -> bool:
        """Whether the score is so near the threshold that a person should look."""
        return self.by_rule is None and abs(self.score - self.threshold) <= UNSURE_WITHIN

    @property
    def verdict(self) -> Verdict:
        """Complaint from the threshold on; just below it the answer is a person's to give."""
        if self.is_complaint:
            return Verdict.COMPLAINT
        return Verdict.UNSURE if self.is_unsure else Verdict.CALM


def detect(
    ticket: Ticket,
    texts: Sequence[Text],
    *,
    rules: Rules,
    cues: CueBook,
    history: History,
    now: datetime,
    read: Reader = read,
    reopened: int = 0,
) -> Assessment:
    """Judge a ticket by the account's rules, then by the requester's words and the facts of the history.

    `texts` are the requester's own words, oldest first; quoted mail and signatures in them are ignored.
    `history` holds what came before this ticket. `read` is the word lists' reader unless one that learned
    is given. `reopened` says how often the ticket was solved and opened again.
    """
    reading = read(ticket.subject, texts, cues, locale=history.requester.locale)
    return assess(ticket, reading, rules=rules, history=history, now=now, reopened=reopened)


def assess(
    ticket: Ticket, reading: Reading, *, rules: Rules, history: History, now: datetime, reopened: int = 0
) -> Assessment:
    """Put together what the account's rules, the words and the facts say; `never` beats `always`."""
    points, reasons = points_of(ticket, reading, history, now, reopened=reopened)
    score = round(1 - 2 ** (-points / 2), 4)
    threshold, taught = _threshold(reading, rules)
    reasons += taught
    rule, is_complaint = _ruled(ticket, rules)
    if rule:
        reasons.insert(0, Reason(Code.RULE_ALWAYS if is_complaint else Code.RULE_NEVER, {"rule": rule.id}))
    else:
        is_complaint = score >= threshold
        if abs(score - threshold) <= UNSURE_WITHIN:
            reasons.append(Reason(Code.UNSURE, {"score": score, "threshold": threshold}))
    severity, raised_by = _severity(ticket, reading, rules, history, now) if is_complaint else (0.0, [])
    threat = first_threat(reading) if is_complaint else None
    if threat:
        raised_by.append(Reason(Code.THREAT, {"words": threat.words}))
    return Assessment(
        is_complaint=is_complaint,
        score=score,
        threshold=threshold,
        severity=severity,
        band=_band(severity, is_top=threat is not None),
        category=reading.category,
        language=reading.language,
        evidence=reading.evidence,
        reasons=_told(reasons + raised_by, reading, is_complaint=is_complaint),
        by_rule=rule.id if rule else None,
        learned=reading.learned,
    )


def _threshold(reading: Reading, rules: Rules) -> tuple[float, list[Reason]]:
    """Return the account's threshold, moved by what agents' judgements say of this language."""
    taught = reading.learned.taught if reading.learned else None
    if taught is None or not taught.shift:
        return rules.threshold, []
    threshold = moved(rules.threshold, taught.shift)
    details = {"threshold": threshold, "shipped": rules.threshold, "judgements": taught.judgements}
    return threshold, [Reason(Code.CALIBRATED, details)]


def _told(reasons: list[Reason], reading: Reading, *, is_complaint: bool) -> tuple[Reason, ...]:
    told = reasons or [Reason(Code.NO_SIGNS)]
    if reading.learned is None:
        return (*told, Reason(Code.WORD_LISTS_ALONE))
    if is_complaint and (most := reading.learned.sentence):
        place = {"comment_id": most.comment_id, "start": most.start, "end": most.end}
        told = [*told, Reason(Code.DECIDING_SENTENCE, {**place, "words": most.words[:LONGEST_QUOTE]})]
    return tuple(told)


def _ruled(ticket: Ticket, rules: Rules) -> tuple[Condition | None, bool]:
    for conditions, verdict in ((rules.never, False), (rules.always, True)):
        for condition in conditions:
            if condition.holds(ticket):
                return condition, verdict
    return None, False


def _severity(
    ticket: Ticket, reading: Reading, rules: Rules, history: History, now: datetime
) -> tuple[float, list[Reason]]:
    kinds = {evidence.kind for evidence in reading.evidence}
    reasons: list[Reason] = []
    if reading.learned is not None:
        severity = max(reading.learned.severity, 1.0)
    else:
        severity = max((_SEVERITY[kind] for kind in kinds), default=1.0) + 0.5 * (len(kinds) > 2)
    if ticket.satisfaction == "bad":
        severity = max(severity, _SEVERITY[CueKind.DISSATISFIED])
    if recent := history.recent_complaints(now, days=RECENT_DAYS):
        severity += 0.5
        reasons.append(Reason(Code.EARLIER_COMPLAINTS, {"count": len(recent), "days": RECENT_DAYS}))
    if history.broken_promise(now):
        severity += 1
        reasons.append(Reason(Code.BROKEN_PROMISE))
    if raise_by := rules.severity_by_channel.get(ticket.channel):
        severity += raise_by
        reasons.append(Reason(Code.CHANNEL, {"channel": ticket.channel, "points": raise_by}))
    return min(max(severity, 0.0), 4.0), reasons


def _band(severity: float, *, is_top: bool) -> Band:
    if is_top or severity >= 3.5:
        return Band.HIGH
    return Band.RAISED if severity >= 2 else Band.LOW


def quotable(evidence: Sequence[Evidence], description: str) -> str | None:
    """Return a short sentence of the description that says what happened, to show that it was read.

    Reproaches and threats are left out: repeating them to their author sounds like an argument.
    """
    for one in evidence:
        if one.comment_id is None and not one.in_subject and one.kind in _TELLS_WHAT_HAPPENED:
            start = max(description.rfind(sign, 0, one.start) for sign in _SENTENCE_ENDS) + 1
            ends = [at for sign in _SENTENCE_ENDS if (at := description.find(sign, one.end)) >= 0]
            sentence = description[start : min(ends, default=len(description) - 1) + 1].strip()
            if len(sentence) <= LONGEST_QUOTE:
                return sentence
    return None


_SENTENCE_ENDS = ".!?\n"
_TELLS_WHAT_HAPPENED = frozenset({CueKind.FAILURE, CueKind.REPEATED})
# 1 a problem stated politely, 2 displeasure, 3 a reproach, 4 an announced step outside.
_SEVERITY = {
    CueKind.FAILURE: 1.0,
    CueKind.DISSATISFIED: 2.0,
    CueKind.REPEATED: 2.0,
    CueKind.ACCUSATION: 3.0,
    CueKind.THREAT: 4.0,
}
