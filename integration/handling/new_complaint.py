"""Opens a complaint: repeat or not, what to suggest, when to come back, and the one write to Zendesk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from integration.domain import complaint, history, planning, suggestion
from integration.domain.calendar import Calendar
from integration.domain.complaint import Assessment, State
from integration.domain.history import Repeat, Summary
from integration.domain.planning import Planned
from integration.domain.policy import Policy
from integration.domain.preset import Deadline, strictest
from integration.domain.suggestion import Suggestion
from integration.handling import notes, suggesting
from integration.handling.case import Case
from integration.handling.clocks import calendar_of, day_of, first_deadlines, traits_of
from integration.handling.past_complaint import received_at
from integration.handling.zendesk_fields import FieldValues, to_custom_fields
from integration.parts import Parts
from integration.store import audit_log, clocks, complaints, counters, follow_ups, outbox
from integration.store.complaints import NewComplaint

ENRICHMENT, ENRICHMENT_PRIORITY = "enrich", 2


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything that was decided about a new complaint, ready to be written in one transaction."""

    case: Case
    assessment: Assessment
    references: frozenset[str]
    repeat: Repeat | None
    summary: Summary
    suggestions: tuple[Suggestion, ...]
    policy: Policy
    planned: tuple[Planned, ...]
    deadlines: tuple[Deadline, ...]
    deadline_at: datetime | None
    deadline_on: date | None
    next_on: date | None
    received_at: datetime
    marker: str
    note: str


def decide_opening(parts: Parts, case: Case, assessment: Assessment, now: datetime) -> Opening:
    """Decide what a new complaint needs; raises the library's errors where a note's template is broken."""
    ticket = case.ticket
    references = complaint.references("\n".join((ticket.subject, *(text.body for text in case.texts))))
    repeat = history.find_repeat(
        ticket,
        references,
        assessment.category,
        case.history,
        now=now,
        alike=suggesting.alike_ticket(parts, ticket, case.history, now),
    )
    summary = history.summarise(case.history, category=assessment.category, now=now)
    cards = parts.library.cards()
    locale = case.locale(assessment.language)
    with parts.database.read() as conn:
        taught = parts.choices.read(conn)
    suggestions = suggestion.rank(
        cards,
        assessment=assessment,
        summary=summary,
        ticket=ticket,
        locale=locale,
        used=case.used_templates,
        situation=case.situation(is_repeat=repeat is not None),
        likeness=suggesting.likeness(parts, case, cards, locale, taught, now),
    )
    traits = traits_of(parts, ticket, assessment)
    policy = parts.shelf.current(now, traits)
    with parts.database.read() as conn:
        calendar = calendar_of(parts, conn, policy, now)
    received = received_at(case, now)
    planned = planning.plan(
        policy,
        received_at=received,
        band=assessment.band,
        existing=frozenset(),
        now=now,
        last_public_reply_at=case.last_public_reply_at,
        calendar=calendar,
    )
    deadlines = first_deadlines(parts, traits, received)
    marker = notes.new_marker()
    titles = {(card.id, card.locale): card.title for card in cards}
    best = suggestions[0] if suggestions else None
    note = notes.enrichment(
        parts,
        ticket,
        assessment=assessment,
        history=case.history,
        summary=summary,
        repeat=repeat,
        suggestion_title=titles.get((best.template_id, best.locale)) if best else None,
        next_up=planned[0] if planned else None,
        zone=calendar.zone,
        marker=marker,
        now=now,
    )
    return Opening(
        case,
        assessment,
        references,
        repeat,
        summary,
        suggestions,
        policy,
        planned,
        deadlines,
        *_deadline(parts, deadlines, planned, calendar),
        calendar.local(planned[0].due_at).date() if planned else None,
        received,
        marker,
        note,
    )


def _deadline(
    parts: Parts, deadlines: Sequence[Deadline], planned: Sequence[Planned], calendar: Calendar
) -> tuple[datetime | None, date | None]:
    """Return the strictest date a rule sets or, without any, the last thing that the policy asks for."""
    if first := strictest(deadlines):
        return first.due_at, day_of(parts, first)
    last = max((follow_up.due_at for follow_up in planned), default=None)
    return last, calendar.local(last).date() if last else None


def enrichment_key(complaint_id: int) -> str:
    """Return the outbox key of the one note that a complaint gets."""
    return f"{ENRICHMENT}:{complaint_id}"


def open_complaint(conn: Connection, opening: Opening, now: datetime) -> int:
    """Write a complaint, its follow-ups and its outbox row; return the complaint's id."""
    ticket, assessment = opening.case.ticket, opening.assessment
    complaint_id = complaints.add(
        conn,
        NewComplaint(
            ticket_id=ticket.id,
            requester_id=opening.case.requester.id,
            received_at=opening.received_at,
            detected_at=now,
            state=State.SUSPECTED,
            assessment=assessment,
            channel=ticket.channel,
            references=opening.references,
            repeat=opening.repeat,
            policy_id=opening.policy.id,
            policy_version=opening.policy.version,
            deadline_at=opening.deadline_at,
            suggestions=opening.suggestions,
        ),
    )
    complaints.add_action(
        conn,
        complaint_id,
        at=now,
        actor_id=None,
        kind="detected",
        details={"score": assessment.score, "band": assessment.band, "by_rule": assessment.by_rule},
    )
    for planned in opening.planned:
        follow_ups.plan(
            conn,
            ticket_id=ticket.id,
            complaint_id=complaint_id,
            name=planned.name,
            note=planned.note,
            due_at=planned.due_at,
            now=planned.since,
            satisfied_by=planned.satisfied_by,
            counted_from=planned.counted_from,
        )
    clocks.save_deadlines(conn, complaint_id, ticket.id, opening.deadlines)
    values = FieldValues(
        state=State.SUSPECTED,
        band=assessment.band,
        complaints_before=opening.summary.count,
        deadline=opening.deadline_on,
        next_follow_up=opening.next_on,
    )
    outbox.add(
        conn,
        key=enrichment_key(complaint_id),
        kind=ENRICHMENT,
        ticket_id=ticket.id,
        marker=opening.marker,
        note=opening.note,
        fields=to_custom_fields(conn, values),
        priority=ENRICHMENT_PRIORITY,
        now=now,
    )
    audit_log.write(
        conn,
        at=now,
        actor="makegood",
        action="complaint opened",
        subject=f"ticket:{ticket.id}",
        after={"band": assessment.band, "category": assessment.category},
    )
    counters.add(conn, "complaints_opened")
    return complaint_id
