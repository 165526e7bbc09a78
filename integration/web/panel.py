"""Puts the sidebar's facts into the agent's words: what came back, then what is due, then what is owed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from integration.domain.complaint import State
from integration.domain.followup import FollowUp
from integration.domain.history import Outcome, PastComplaint, Promise
from integration.domain.preset import Deadline, DeadlineState
from integration.domain.reason import Code, Reason
from integration.domain.suggestion import Suggestion, TemplateCard
from integration.handling.sidebar import Facts, Offer
from integration.web.marked import Piece, marked_texts
from integration.web.plain import one_line
from integration.web.words import Words

SOON = timedelta(hours=4)
NEAR_DEADLINE = timedelta(days=3)
REASONS_SHOWN = 2
_NO_LETTERS = re.compile("[^a-z0-9]+")
# Details of a reason that are codes themselves, and the words that say them.
_CODED = {"category": "category", "band": "band", "channel": "channel", "situation": "situation"}


@dataclass(frozen=True, slots=True)
class Line:
    """One answer at the top; `tone` is calm, notice or alert, `icon` names its sign."""

    icon: str
    tone: str
    text: str
    title: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DueRow:
    id: int
    what: str
    when: str
    exact: str
    iso: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class OfferRow:
    template_id: str
    locale: str
    title: str
    why: str
    only_in: str
    gestures: str
    tickets: tuple[int, ...]


class Panel:
    """The sidebar of one ticket for one agent: her words, her time zone."""

    def __init__(self, facts: Facts, words: Words, zone: ZoneInfo) -> None:
        self.facts = facts
        self.words = words
        self.zone = zone

    @property
    def lines(self) -> list[Line]:
        """The answers, most wanted first."""
        return [self.history_line(), *self.due_lines(), *self.deadline_lines(), *self.promise_lines()]

    def history_line(self) -> Line:
        """Say whether this came up before and how that ended."""
        words, summary = self.words, self.facts.summary
        note = words("history.importing") if summary.is_importing else ""
        repeat, past = self.facts.repeat, self.facts.repeated
        if repeat is not None:
            because = self.reason(repeat.reason)
            ticket = f"#{repeat.ticket_id}"
            if past is None:
                return Line("again", "notice", words("history.repeat", ticket=ticket), because, note)
            key = "history.repeat_open" if _is_open(past) else "history.repeat_ended"
            text = words(key, ticket=ticket, outcome=self.outcome(past))
            return Line("again", "notice", text, because, note or because)
        if summary.last is not None:
            day = words.day(summary.last.received_at, self.facts.now, self.zone)
            text = words.count("history.before", summary.count, day=day)
            return Line("past", "calm", f"{text}; {self.ending(summary.last)}", "", note)
        others = max(summary.tickets_total - 1, 0)
        if others == 0:
            return Line("past", "calm", words("history.new"), "", note)
        text = words.count("history.none", others, months=summary.looked_back_months)
        return Line("past", "calm", text, "", note)

    def due_lines(self) -> list[Line]:
        """Say what is due next, and whether it is late; what is promised has a line of its own."""
        promised = self.facts.summary.open_promise
        running = [each for each in self.facts.running if not _is_of(each, promised)]
        if not running:
            is_all_promised = len(self.facts.running) > 0
            return [] if is_all_promised else [Line("clock", "calm", self.words("due.none"))]
        first = self.due_row(running[0])
        more = self.words.count("due.more", len(running) - 1) if len(running) > 1 else ""
        late_by = self.facts.now - running[0].due_at
        if first.is_late:
            span = self.words.span(late_by)
            text = self.words("due.late", what=first.what, when=first.when, span=span)
            return [Line("clock", "alert", text, first.exact, more)]
        tone = "notice" if -late_by <= SOON else "calm"
        text = self.words("due.next", what=first.what, when=first.when)
        return [Line("clock", tone, text, first.exact, more)]

    def deadline_lines(self) -> list[Line]:
        """Say which deadline is late, or the strictest that runs out soon."""
        running = [
            each for each in self.facts.work.clocks.deadlines if each.deadline.state is DeadlineState.RUNNING
        ]
        first = min(running, key=lambda each: each.deadline.due_at, default=None)
        if first is None or first.deadline.due_at - self.facts.now > NEAR_DEADLINE:
            return []
        title, due_at = self.limit(first.deadline), first.deadline.due_at
        exact = self.words.exact(due_at, first.zone or self.zone)
        when = self.words.day(due_at, self.facts.now, first.zone or self.zone)
        if first.is_late:
            span = self.words.span(self.facts.now - due_at)
            return [Line("clock", "alert", self.words("due.late", what=title, when=when, span=span), exact)]
        return [Line("clock", "notice", self.words("due.next", what=title, when=when), exact)]

    def limit(self, deadline: Deadline) -> str:
        """Name a limit in the agent's language, where it bears one of the usual titles."""
        key = f"limit.{_NO_LETTERS.sub('_', deadline.title.lower())}"
        return self.words(key) if self.words.has(key) else one_line(deadline.title)

    def promise_lines(self) -> list[Line]:
        """Say what was promised and is still owed, or was not kept."""
        summary, lines = self.facts.summary, []
        for key, tone, promise in (
            ("promise.broken", "alert", summary.broken_promise),
            ("promise.open", "notice", summary.open_promise),
        ):
            if promise is not None:
                when = self.near(promise.due_at)
                text = self.words(key, when=when, what=one_line(promise.what))
                lines.append(Line("promise", tone, text, self.words.exact(promise.due_at, self.zone)))
        return lines

    @property
    def chips(self) -> list[tuple[str, str]]:
        """State, severity and kind of the complaint, each with the name of its look."""
        complaint = self.facts.complaint
        if complaint is None:
            return []
        chips = [(f"state-{complaint.state}", self.words(f"state.{complaint.state}"))]
        if complaint.state is not State.NOT_A_COMPLAINT:
            chips.append(
                (f"band-{complaint.assessment.band}", self.words(f"band.{complaint.assessment.band}"))
            )
            chips.append(("kind", self.words(f"category.{complaint.assessment.category}")))
        return chips

    @property
    def marked(self) -> list[list[Piece]]:
        """The requester's own texts with the telling words marked."""
        complaint = self.facts.complaint
        if complaint is None:
            return []
        return marked_texts(self.facts.case.texts, complaint.assessment.evidence, self.words)

    @property
    def evidence_count(self) -> int:
        complaint = self.facts.complaint
        return len({each.words for each in complaint.assessment.evidence}) if complaint else 0

    @property
    def why(self) -> list[str]:
        complaint = self.facts.complaint
        return [self.reason(reason) for reason in complaint.assessment.reasons] if complaint else []

    @property
    def offers(self) -> list[OfferRow]:
        return [self._offer_row(offer) for offer in self.facts.offers]

    @property
    def offers_heading(self) -> str:
        """Name the language of the suggestions: the requester's, which need not be the agent's."""
        own = [o.suggestion.locale for o in self.facts.offers if not o.suggestion.is_fallback]
        if not own:
            return self.words("suggestions.heading")
        return self.words("suggestions.heading_in", language=self.words.language_name(own[0]))

    def due_row(self, follow_up: FollowUp) -> DueRow:
        """Put one follow-up into words."""
        key = f"step.{follow_up.name}"
        named = self.words(key) if self.words.has(key) else follow_up.name
        return DueRow(
            id=follow_up.id,
            what=one_line(follow_up.what or named),
            when=self.words.moment(follow_up.due_at, self.facts.now, self.zone),
            exact=self.words.exact(follow_up.due_at, self.zone),
            iso=follow_up.due_at.isoformat(),
            is_late=follow_up.due_at < self.facts.now,
        )

    def reason(self, reason: Reason) -> str:
        """Put a rule's reason into words."""
        details = {k: v for k, v in reason.details.items() if v is not None}
        for name, family in _CODED.items():
            key = f"{family}.{details.get(name)}"
            if name in details and self.words.has(key):
                details[name] = self.words.within(key)
        if isinstance(probability := details.get("probability"), int | float):
            # Nobody is that sure: all or none of a hundred would promise more than was measured.
            details["percent"] = min(max(round(100 * probability), 1), 99)
        key = f"reason.{reason.code}"
        if not self.words.has(key):
            return str(reason.code).replace("_", " ")
        if self.words.is_plural(key):
            return self.words.count(key, int(details.pop("count", 0)), **details)
        return self.words(key, **details)

    def plain(self, text: str | None) -> str:
        """Return what somebody wrote, safe to look at."""
        return one_line(text or "")

    def outcome(self, past: PastComplaint) -> str:
        """Say how a complaint ended: by what was done, else by what was decided."""
        if past.remedies and past.outcome in {None, Outcome.UNKNOWN}:
            kinds = dict.fromkeys(self.words.within(f"remedy.{remedy.kind}") for remedy in past.remedies)
            return ", ".join(kinds)
        if past.decision is not None and past.outcome in {None, Outcome.UNKNOWN}:
            return self.words.within(f"decision.{past.decision}")
        return self.words(f"outcome.{past.outcome or Outcome.UNKNOWN}")

    def ending(self, past: PastComplaint) -> str:
        """Say how a complaint ended, or that it has not."""
        if _is_open(past):
            return self.words("history.open")
        return self.words("history.ended", outcome=self.outcome(past))

    def near(self, moment: datetime) -> str:
        """The hour matters while it is near."""
        is_near = abs(moment - self.facts.now) < timedelta(days=2)
        return self.words.moment(moment, self.facts.now, self.zone) if is_near else self.day(moment)

    def _offer_row(self, offer: Offer) -> OfferRow:
        suggestion = offer.suggestion
        # The language ends the line anyway; that the text was used before must not be cut off.
        said = [reason for reason in suggestion.reasons if reason.code != Code.FALLBACK_LANGUAGE]
        cautions = [reason for reason in said if reason.code == Code.USED_BEFORE]
        reasons = cautions + [reason for reason in said if reason not in cautions][:REASONS_SHOWN]
        return OfferRow(
            template_id=suggestion.template_id,
            locale=suggestion.locale,
            title=offer.card.title,
            why="; ".join(self.reason(reason) for reason in reasons),
            only_in=self._only_in(suggestion),
            gestures=gestures(offer.card, self.words),
            tickets=_tickets(reasons),
        )

    def _only_in(self, suggestion: Suggestion) -> str:
        if not suggestion.is_fallback:
            return ""
        return self.words("suggestions.fallback", language=self.words.language_name(suggestion.locale))

    def day(self, moment: datetime) -> str:
        return self.words.day(moment, self.facts.now, self.zone)


def found_row(card: TemplateCard, words: Words, *, is_fallback: bool) -> OfferRow:
    """Put a template that was searched for into a row like those that are suggested."""
    only_in = words("suggestions.fallback", language=words.language_name(card.locale)) if is_fallback else ""
    return OfferRow(card.id, card.locale, card.title, "", only_in, gestures(card, words), ())


def gestures(card: TemplateCard, words: Words) -> str:
    """Name what a template does besides informing: apologise, explain, thank."""
    known = (f"gesture.{gesture}" for gesture in card.gestures)
    return ", ".join(words(key) for key in known if words.has(key))


def _tickets(reasons: Sequence[Reason]) -> tuple[int, ...]:
    """Return the tickets for which agents chose the template, to link to."""
    named = next(
        (str(reason.details.get("tickets", "")) for reason in reasons if "tickets" in reason.details), ""
    )
    return tuple(int(each) for each in named.replace("#", "").split(", ") if each.isdigit())


def languages(locales: Sequence[str], words: Words) -> str:
    """Return the languages of some locales as one list in the agent's words."""
    return ", ".join(sorted({words.language_name(locale) for locale in locales}))


def _is_of(follow_up: FollowUp, promise: Promise | None) -> bool:
    """Whether a follow-up is there to keep this promise."""
    if promise is None or follow_up.promise_id is None:
        return False
    return (follow_up.what, follow_up.due_at) == (promise.what, promise.due_at)


def _is_open(past: PastComplaint) -> bool:
    return past.state in {State.SUSPECTED, State.CONFIRMED}
