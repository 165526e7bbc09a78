"""What agents' corrections are for: they are kept, move thresholds, and say how good detection is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from integration.domain.calibration import Share, moved, shift_of
from integration.domain.complaint import Band, Rules, Verdict
from integration.store import audit_log, complaints, corrections, opinions
from integration.store.corrections import Calibration, Correction
from integration.store.opinions import Opinion

SHIPPED_THRESHOLD = Rules().threshold
BY_AGENT = "by_agent"


@dataclass(frozen=True, slots=True)
class Quality:
    """How good detection is in one language, by what agents said since its threshold or model last changed.

    `precision` is of the flagged tickets that agents judged. `recall` can only know the complaints that
    somebody found: of tickets that were not flagged, agents report some and overlook others, so the true
    share is at most this one. Tickets put before a person as unsure are in neither: they are `asked`, and
    `asked_complaints` of them were complaints. `unjudged` were flagged and nobody said anything.
    """

    language: str
    since: datetime
    threshold: float
    shipped_threshold: float
    judgements: int
    precision: Share
    recall: Share
    missed: int
    unjudged: int
    asked: int
    asked_complaints: int


def note_correction(
    conn: Connection,
    *,
    ticket_id: int,
    agent_id: int,
    is_complaint: bool,
    now: datetime,
    severity: Band | None = None,
) -> bool:
    """Keep an agent's word beside what the machine had said, and move the language's threshold by it.

    Belongs in the write that acts on the agent's word, before anything else in it. It counts at once for
    tickets like this one. `severity` is the band that the agent set, where one was. False where the machine
    has said nothing of this ticket.
    """
    opinion = opinions.get(conn, ticket_id) or _of_complaint(conn, ticket_id)
    if opinion is None:
        return False
    corrections.save(
        conn,
        Correction(
            ticket_id=ticket_id,
            agent_id=agent_id,
            corrected_at=now,
            is_complaint=is_complaint,
            severity=severity,
            verdict=opinion.verdict,
            probability=opinion.probability,
            score=opinion.score,
            threshold=opinion.threshold,
            band=opinion.band,
            language=opinion.language,
            model=opinion.model,
            by_rule=opinion.by_rule,
            detected_at=opinion.read_at,
            vector=opinion.vector,
        ),
    )
    if opinion.model is not None:
        calibrate(conn, opinion.language, opinion.model, now)
    return True


def calibrate(conn: Connection, language: str, model: str, now: datetime) -> bool:
    """Move a language's threshold to where the judgements say; False when it stays."""
    said = corrections.judgements(conn, language, model)
    before = corrections.calibrated(conn, model).get(language)
    present = before.shift if before else 0.0
    shift = shift_of(said, present=present)
    if shift == present:
        return False
    corrections.calibrate(conn, Calibration(language, model, now, shift, len(said)))
    audit_log.write(
        conn,
        at=now,
        actor="makegood",
        action="threshold calibrated",
        subject=f"language:{language}",
        before={"shift": present},
        after={"shift": shift, "judgements": len(said)},
    )
    return True


def quality(conn: Connection, *, threshold: float = SHIPPED_THRESHOLD) -> tuple[Quality, ...]:
    """Return how good detection is, one entry for each language that the newest model has read.

    `threshold` is the account's own (`Rules.threshold`), before calibration. Counts rest on an index; with a
    million tickets it takes tenths of a second, so it is for pages that are opened now and then.
    """
    firsts = corrections.first_read(conn)
    if not firsts:
        return ()
    model = _model_in_use(firsts)
    moved_by = corrections.calibrated(conn, model)
    return tuple(
        _quality(conn, language, model, first_at, moved_by.get(language), threshold)
        for language, of_model, first_at in sorted(firsts)
        if of_model == model
    )


def _model_in_use(firsts: list[tuple[str, str, datetime]]) -> str:
    """Return the model that began last."""
    began: dict[str, datetime] = {}
    for _, model, at in firsts:
        began[model] = min(at, began.get(model, at))
    return max(began, key=lambda model: began[model])


def _quality(
    conn: Connection,
    language: str,
    model: str,
    first_at: datetime,
    calibration: Calibration | None,
    threshold: float,
) -> Quality:
    since = max(first_at, calibration.at) if calibration else first_at
    found = {
        (count.verdict, count.is_complaint): count.tickets
        for count in corrections.counts(conn, language, model, since)
    }

    def of(verdict: Verdict, *words: bool | None) -> int:
        return sum(found.get((verdict, word), 0) for word in words)

    right, wrong = of(Verdict.COMPLAINT, True), of(Verdict.COMPLAINT, False)
    missed = of(Verdict.CALM, True)
    return Quality(
        language=language,
        since=since,
        threshold=moved(threshold, calibration.shift) if calibration else threshold,
        shipped_threshold=threshold,
        judgements=calibration.judgements if calibration else 0,
        precision=Share(right, right + wrong),
        recall=Share(right, right + missed),
        missed=missed,
        unjudged=of(Verdict.COMPLAINT, None),
        asked=of(Verdict.UNSURE, True, False, None),
        asked_complaints=of(Verdict.UNSURE, True),
    )


def _of_complaint(conn: Connection, ticket_id: int) -> Opinion | None:
    """Return what the ledger says the machine said, for tickets that no worker has read: imported ones."""
    found = complaints.by_ticket(conn, ticket_id)
    if found is None or found.assessment.by_rule == BY_AGENT:
        return None
    said = found.assessment
    return Opinion(
        ticket_id=ticket_id,
        verdict=said.verdict,
        probability=None,
        score=said.score,
        threshold=said.threshold,
        band=said.band,
        language=said.language,
        model=None,
        by_rule=said.by_rule,
        read_at=found.detected_at,
    )
