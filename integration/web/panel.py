"""Puts the sidebar's facts into the agent's words: what came back, then what is due, then what is owed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError

from integration.domain.complaint import State
from integration.domain.followup import FollowUp
from integration.domain.history import Outcome, PastComplaint
from integration.domain.reason import Code, Reason
from integration.domain.suggestion import Suggestion
from integration.handling.sidebar import Facts, Offer
from integration.web.words import Words

SOON = timedelta(hours=4)
REASONS_SHOWN = 2
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
class PastRow:
    ticket_id: int
    day: str
    exact: str
    category: str
    ending: str
    subject: str
    is_repeated: bool
    notes: tuple[str, ...]


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


class Panel:
    """The sidebar of one ticket for one agent: her words, her time zone."""

    def __init__(self, facts: Facts, words: Words, zone: ZoneInfo) -> None:
        self.facts = facts
        self.words = words
        self.zone = zone

    @property
    def lines(self) -> list[Line]:
        """The answers, most wanted first."""
        return [self.history_line(), self.due_line(), *self.promise_lines()]

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

    def due_line(self) -> Line:
        """Say what is due next, and whether it is late."""
        running = self.facts.running
        if not running:
            return Line("clock", "calm", self.words("due.none"))
        first = self.due_row(running[0])
        more = self.words.count("due.more", len(running) - 1) if len(running) > 1 else ""
        late_by = self.facts.now - running[0].due_at
        if first.is_late:
            span = self.words.span(late_by)
            text = self.words("due.late", what=first.what, when=first.when, span=span)
            return Line("clock", "alert", text, first.exact, more)
        tone = "notice" if -late_by <= SOON else "calm"
        return Line(
            "clock", tone, self.words("due.next", what=first.what, when=first.when), first.exact, more
        )

    def promise_lines(self) -> list[Line]:
        """Say what was promised and is still owed, or was not kept."""
        summary, lines = self.facts.summary, []
        for key, tone, promise in (
            ("promise.broken", "alert", summary.broken_promise),
            ("promise.open", "notice", summary.open_promise),
        ):
            if promise is not None:
                when = self._near(promise.due_at)
                text = self.words(key, when=when, what=promise.what)
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
    def evidence(self) -> list[tuple[str, str]]:
        """The requester's telling words, each once, with what they tell."""
        complaint = self.facts.complaint
        found = complaint.assessment.evidence if complaint else ()
        kinds = {evidence.words: self.words(f"cue.{evidence.kind}") for evidence in found}
        return list(kinds.items())

    @property
    def why(self) -> list[str]:
        complaint = self.facts.complaint
        return [self.reason(reason) for reason in complaint.assessment.reasons] if complaint else []

    @property
    def past(self) -> list[PastRow]:
        repeat = self.facts.repeat
        return [
            self._past_row(past, is_repeated=repeat is not None and past.id == repeat.complaint_id)
            for past in self.facts.case.history.complaints
            if past.is_counted
        ]

    @property
    def due(self) -> list[DueRow]:
        return [self.due_row(follow_up) for follow_up in self.facts.running]

    @property
    def offers(self) -> list[OfferRow]:
        return [self._offer_row(offer) for offer in self.facts.offers]

    @property
    def offers_heading(self) -> str:
        """Name the language of the suggestions: the requester's, which need not be the agent's."""
        own = [o.suggestion.locale for o in self.facts.offers if not o.suggestion.is_fallback]
        if not own:
            return self.words("suggestions.heading")
        return self.words("suggestions.heading_in", language=_language_name(own[0], self.words.locale))

    @property
    def outside(self) -> list[tuple[str, str, str]]:
        """Facts from other systems: name, value, and who said so when."""
        return [
            (
                fact.name,
                fact.value,
                self.words("facts.source", source=fact.source, day=self._day(fact.observed_at)),
            )
            for fact in self.facts.outside
        ]

    @property
    def since(self) -> str:
        days = self.facts.summary.tenure_days
        return self.words("history.since", span=self.words.span(timedelta(days=days))) if days else ""

    def due_row(self, follow_up: FollowUp) -> DueRow:
        """Put one follow-up into words."""
        key = f"step.{follow_up.name}"
        named = self.words(key) if self.words.has(key) else follow_up.name
        return DueRow(
            id=follow_up.id,
            what=follow_up.what or named,
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
                details[name] = self.words(key).lower()
        key = f"reason.{reason.code}"
        if not self.words.has(key):
            return str(reason.code).replace("_", " ")
        if self.words.is_plural(key):
            return self.words.count(key, int(details.pop("count", 0)), **details)
        return self.words(key, **details)

    def outcome(self, past: PastComplaint) -> str:
        return self.words(f"outcome.{past.outcome or Outcome.UNKNOWN}")

    def ending(self, past: PastComplaint) -> str:
        """Say how a complaint ended, or that it has not."""
        if _is_open(past):
            return self.words("history.open")
        return self.words("history.ended", outcome=self.outcome(past))

    def _near(self, moment: datetime) -> str:
        """The hour matters while it is near."""
        is_near = abs(moment - self.facts.now) < timedelta(days=2)
        return self.words.moment(moment, self.facts.now, self.zone) if is_near else self._day(moment)

    def _past_row(self, past: PastComplaint, *, is_repeated: bool) -> PastRow:
        rating = f"history.satisfaction_{past.satisfaction}"
        return PastRow(
            ticket_id=past.ticket_id,
            day=self._day(past.received_at),
            exact=self.words.exact(past.received_at, self.zone),
            category=self.words(f"category.{past.category}"),
            ending=self.ending(past),
            subject=past.subject,
            is_repeated=is_repeated,
            notes=(self.words(rating),) if self.words.has(rating) else (),
        )

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
        )

    def _only_in(self, suggestion: Suggestion) -> str:
        if not suggestion.is_fallback:
            return ""
        return self.words(
            "suggestions.fallback", language=_language_name(suggestion.locale, self.words.locale)
        )

    def _day(self, moment: datetime) -> str:
        return self.words.day(moment, self.facts.now, self.zone)


def languages(locales: Sequence[str], words: Words) -> str:
    """Return the languages of some locales as one list in the agent's words."""
    return ", ".join(sorted({_language_name(locale, words.locale) for locale in locales}))


def _language_name(locale: str, reader: Locale) -> str:
    try:
        return Locale.parse(locale, sep="-").get_display_name(reader) or locale
    except (ValueError, UnknownLocaleError):
        return locale


def _is_open(past: PastComplaint) -> bool:
    return past.resolved_at is None and past.outcome is None
