"""What the sidebar shows: everything about a ticket and its requester from our own store, no call outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from integration.domain import closing, history, suggestion
from integration.domain.alert import Alert
from integration.domain.chain import Chain
from integration.domain.complaint import Assessment, State, as_written, quotable
from integration.domain.followup import FollowUp
from integration.domain.history import PastComplaint, Repeat, Summary
from integration.domain.remedy import Missing, Remedy, missing_to_close
from integration.domain.search import find
from integration.domain.staff import Access
from integration.domain.suggestion import Suggestion, TemplateCard
from integration.handling import suggesting
from integration.handling.case import Case, read_case
from integration.handling.clock_board import ClockBoard, clock_board
from integration.handling.switches import PUBLIC_MESSAGES, is_on
from integration.learned.ranker import Choice
from integration.parts import Parts
from integration.responses.library import Rendered
from integration.responses.values import Earlier, Matter, OpenPromise, Person, Values
from integration.store import alerts, chains, facts, outcomes, promises, requesters, staff, tickets
from integration.store.complaints import Complaint
from integration.store.facts import Fact
from integration.store.outcomes import Entry
from integration.store.promises import KeptPromise

# A template that was searched for, and whether its language is a makeshift.
Found = tuple[TemplateCard, bool]


class UnknownTicket(Exception):
    """The store has not seen this ticket."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A suggestion with the title under which agents know it."""

    suggestion: Suggestion
    card: TemplateCard


@dataclass(frozen=True, slots=True)
class Work:
    """What was done and is to be done about the complaint at hand; `names` are those of the staff in it.

    `chain` writes to the requester until there is an answer; `may_write` says that an admin allows it.
    """

    entries: tuple[Entry, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    promises: tuple[KeptPromise, ...] = ()
    clocks: ClockBoard = field(default_factory=ClockBoard)
    causes: tuple[str, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    told_at: datetime | None = None
    missing: tuple[Missing, ...] = ()
    alerts: tuple[Alert, ...] = ()
    chain: Chain | None = None
    may_write: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the sidebar shows of one ticket at `now`; a ticket that is not saved yet has the id 0.

    `hidden` earlier complaints are on tickets that the agent may not see in Zendesk.
    """

    case: Case
    summary: Summary
    repeat: Repeat | None
    offers: tuple[Offer, ...]
    outside: tuple[Fact, ...]
    now: datetime
    work: Work = Work()
    shows_redress: bool = True
    hidden: int = 0

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
    def is_asked(self) -> bool:
        """Whether the machine is unsure and an agent should say if this is a complaint."""
        opinion = self.case.opinion
        return opinion is not None and opinion.is_asked

    @property
    def running(self) -> tuple[FollowUp, ...]:
        """The follow-ups still to come, the next one first."""
        return tuple(sorted(self.case.running, key=lambda follow_up: follow_up.due_at))


@dataclass(frozen=True, slots=True)
class Letter:
    """A filled template under its title."""

    rendered: Rendered
    title: str


def first_facts(parts: Parts, ticket_id: int, access: Access | None = None) -> Facts:
    """Read and rank what concerns a ticket, for somebody with this access. Raises `UnknownTicket`."""
    now = parts.clock()
    with parts.database.read() as conn:
        found = read_case(conn, ticket_id, now=now)
        if found is None:
            raise UnknownTicket
        case, hidden = visible(conn, found, access)
        outside = [] if case.is_detached else facts.of_requester(conn, case.requester.id)
        taught = parts.choices.read(conn)
        work = _work(parts, conn, case)
        roles = staff.redress_roles(conn)
    assessment = assessment_of(case)
    summary = history.summarise(case.history, category=assessment.category if assessment else None, now=now)
    return Facts(
        case=case,
        summary=summary,
        repeat=case.repeat,
        offers=_offers(parts, case, assessment, summary, taught, now),
        outside=tuple(outside),
        now=now,
        work=work,
        shows_redress=access is None or access.sees_redress(roles),
        hidden=hidden,
    )


def visible(conn: Connection, case: Case, access: Access | None) -> tuple[Case, int]:
    """Leave out the complaints on tickets that the agent may not see; say how many those are."""
    past = case.history.complaints
    if access is None or access.restriction is None or not past:
        return case, 0
    allowed = {
        complaint.ticket_id
        for complaint in past
        if (ticket := tickets.get(conn, complaint.ticket_id)) is not None and access.sees(ticket)
    }
    shown = tuple(complaint for complaint in past if complaint.ticket_id in allowed)
    owed = tuple(p for p in case.history.promises if p.ticket_id in {*allowed, case.ticket.id})
    seen = replace(case.history, complaints=shown, promises=owed)
    return replace(case, history=seen), len(past) - len(shown)


def _work(parts: Parts, conn: Connection, case: Case) -> Work:
    complaint, warned = case.complaint, tuple(alerts.open_of_ticket(conn, case.ticket.id))
    if complaint is None:
        return Work(alerts=warned)
    entries = tuple(outcomes.entries(conn, complaint.id))
    owed = tuple(promises.of_ticket(conn, case.ticket.id))
    people = {entry.actor_id for entry in entries} | {each.promise.owner_id for each in owed}
    people |= {follow_up.owner_id for follow_up in case.running}
    named = {id for id in people if id is not None}
    known = requesters.get_many(conn, named) if named else {}
    told_at = closing.told_at(case.ticket, case.comments, decided_at=complaint.decided_at)
    return Work(
        entries=entries,
        remedies=outcomes.remedies_of(conn, [complaint.id]).get(complaint.id, ()),
        promises=owed,
        clocks=clock_board(parts, conn, complaint, case.ticket),
        causes=outcomes.causes(conn),
        names={id: person.name or f"#{id}" for id, person in known.items()},
        told_at=told_at,
        missing=missing_to_close(
            complaint.decision, told_at=told_at, not_told_because=complaint.not_told_because
        ),
        alerts=warned,
        chain=chains.running(conn, case.ticket.id),
        may_write=is_on(conn, PUBLIC_MESSAGES) and case.last_public_reply_at is not None,
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
        values = values_for(conn, case, agent_id=agent_id, now=now, zone=zone)
    return letter(parts, template_id, locale, values)


def letter(parts: Parts, template_id: str, locale: str, values: Values) -> Letter:
    """Fill a template. Raises the library's errors."""
    rendered = parts.library.render(template_id, locale, values)
    card = next(c for c in parts.library.cards() if (c.id, c.locale) == (template_id, rendered.locale))
    return Letter(rendered, card.title)


def search(parts: Parts, ticket_id: int, query: str) -> tuple[Found, ...]:
    """Return the templates that an agent's words mean. Raises `UnknownTicket`."""
    with parts.database.read() as conn:
        case = read_case(conn, ticket_id, now=parts.clock())
    if case is None:
        raise UnknownTicket
    assessment = assessment_of(case)
    return found_in(parts, query, case.locale(assessment.language) if assessment else case.requester.locale)


def found_in(parts: Parts, query: str, locale: str | None) -> tuple[Found, ...]:
    """Return the templates that words mean, for a requester of this locale."""
    wanted = locale or "en"
    language = wanted.lower().split("-")[0]
    found = find(parts.library.cards(), query, wanted)
    return tuple((card, card.locale.lower().split("-")[0] != language) for card in found)


def values_for(conn: Connection, case: Case, *, agent_id: int, now: datetime, zone: ZoneInfo) -> Values:
    """Read what a letter of this agent may use."""
    outside = facts.of_requester(conn, case.requester.id)
    agent = requesters.get(conn, agent_id)
    return letter_values(case, outside, agent_name=agent.name if agent else None, now=now, zone=zone)


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
    is_repeat = case.repeat is not None
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
    repeat = case.repeat
    past = next((c for c in case.history.complaints if repeat and c.id == repeat.complaint_id), None)
    return Earlier(_day(past.received_at, zone), past.category, past.outcome) if past else None


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _years(days: int | None) -> int | None:
    return days // 365 if days is not None and days >= 365 else None
