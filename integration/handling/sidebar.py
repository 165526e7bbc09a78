"""What the sidebar shows: everything about a ticket and its requester from our own store, no call outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from integration.domain import history, suggestion
from integration.domain.complaint import Assessment, State, as_written, quotable
from integration.domain.followup import FollowUp
from integration.domain.history import PastComplaint, Repeat, Summary
from integration.domain.suggestion import Suggestion, TemplateCard
from integration.handling import suggesting
from integration.handling.case import Case, read_case
from integration.learned.ranker import Choice
from integration.parts import Parts
from integration.responses.library import Rendered
from integration.responses.values import Earlier, Matter, OpenPromise, Person, Values
from integration.store import facts, requesters
from integration.store.complaints import Complaint
from integration.store.facts import Fact


class UnknownTicket(Exception):
    """The store has not seen this ticket."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion with the title under which agents know it."""

    suggestion: Suggestion
    card: TemplateCard


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the sidebar shows of one ticket at `now`."""

    case: Case
    summary: Summary
    repeat: Repeat | None
    offers: tuple[Offer, ...]
    outside: tuple[Fact, ...]
    now: datetime

    @property
    def complaint(self) -> Complaint | None:
        return self.case.complaint

    @property
    def repeated(self) -> PastComplaint | None:
        """The earlier complaint that comes back."""
        if self.repeat is None:
            return None
        earlier = self.case.history.complaints
        return next((past for past in earlier if past.id == self.repeat.complaint_id), None)

    @property
    def running(self) -> tuple[FollowUp, ...]:
        """The follow-ups still to come, the next one first."""
        return tuple(sorted(self.case.running, key=lambda follow_up: follow_up.due_at))


@dataclass(frozen=True, slots=True)
class Letter:
    """A filled template under its title."""

    rendered: Rendered
    title: str


def first_facts(parts: Parts, ticket_id: int) -> Facts:
    """Read and rank what concerns a ticket. Raises `UnknownTicket`."""
    now = parts.clock()
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
        if case is None:
            raise UnknownTicket
        outside = facts.of_requester(conn, case.requester.id)
        taught = parts.choices.read(conn)
    assessment = assessment_of(case)
    summary = history.summarise(case.history, category=assessment.category if assessment else None, now=now)
    return Facts(
        case=case,
        summary=summary,
        repeat=case.complaint.repeat if case.complaint else None,
        offers=_offers(parts, case, assessment, summary, taught, now),
        outside=tuple(outside),
        now=now,
    )


def render_suggestion(
    parts: Parts, ticket_id: int, template_id: str, locale: str, *, agent_id: int, zone: ZoneInfo
) -> Letter:
    """Fill one template for a ticket. Raises `UnknownTicket` and the library's errors."""
    now = parts.clock()
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=now)
        if case is None:
            raise UnknownTicket
        outside = facts.of_requester(conn, case.requester.id)
        agent = requesters.get(conn, agent_id)
    values = letter_values(case, outside, agent_name=agent.name if agent else None, now=now, zone=zone)
    rendered = parts.library.render(template_id, locale, values)
    card = next(c for c in parts.library.cards() if (c.id, c.locale) == (template_id, rendered.locale))
    return Letter(rendered, card.title)


def letter_values(
    case: Case, outside: Sequence[Fact], *, agent_name: str | None, now: datetime, zone: ZoneInfo
) -> Values:
    """Return what a letter may use. What is not known stays open, for the agent to fill in."""
    complaint = case.complaint
    assessment = assessment_of(case)
    summary = history.summarise(case.history, category=assessment.category if assessment else None, now=now)
    promise = summary.broken_promise or summary.open_promise
    references = sorted(complaint.references) if complaint else []
    words = f"{case.ticket.subject}\n{case.ticket.description}"
    known = {fact.name: fact.value for fact in outside}
    return Values(
        today=now.astimezone(zone).date(),
        requester=Person.named(case.requester.name),
        agent=Person.named(agent_name),
        matter=Matter(
            category=assessment.category if assessment else None,
            quote=quotable(assessment.evidence, case.ticket.description) if assessment else None,
        ),
        order=as_written(references[0], words) if len(references) == 1 else known.get("order"),
        product=known.get("product"),
        tenure_years=_years(summary.tenure_days),
        earlier=_earlier(case, zone),
        open_promise=OpenPromise(promise.what, _day(promise.due_at, zone)) if promise else None,
        facts=known,
    )


def assessment_of(case: Case) -> Assessment | None:
    """Return what counts about the complaint now: nothing, once an agent has said that it is none."""
    if case.complaint is None or case.complaint.state is State.NOT_A_COMPLAINT:
        return None
    return case.complaint.assessment


def _offers(
    parts: Parts,
    case: Case,
    assessment: Assessment | None,
    summary: Summary,
    taught: Sequence[Choice],
    now: datetime,
) -> tuple[Offer, ...]:
    is_repeat = case.complaint is not None and case.complaint.repeat is not None
    cards = parts.library.cards()
    locale = case.locale(assessment.language) if assessment else case.requester.locale or "en"
    ranked = suggestion.rank(
        cards,
        assessment=assessment,
        summary=summary,
        ticket=case.ticket,
        locale=locale,
        used=case.used_templates,
        situation=case.situation(is_repeat=is_repeat),
        likeness=suggesting.likeness(parts, case, cards, locale, taught, now),
    )
    by_key = {(card.id, card.locale): card for card in cards}
    return tuple(Offer(one, by_key[one.template_id, one.locale]) for one in ranked)


def _earlier(case: Case, zone: ZoneInfo) -> Earlier | None:
    repeat = case.complaint.repeat if case.complaint else None
    past = next((c for c in case.history.complaints if repeat and c.id == repeat.complaint_id), None)
    return Earlier(_day(past.received_at, zone), past.category, past.outcome) if past else None


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _years(days: int | None) -> int | None:
    return days // 365 if days is not None and days >= 365 else None
