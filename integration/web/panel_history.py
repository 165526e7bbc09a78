"""The folded part about the past: this matter and others, what was given, what is known already."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from integration.domain.complaint import State, as_written
from integration.domain.history import Outcome, PastComplaint
from integration.domain.remedy import Remedy, total
from integration.web.panel import Panel
from integration.web.plain import one_line


@dataclass(frozen=True, slots=True)
class PastRow:
    ticket_id: int
    day: str
    exact: str
    category: str
    ending: str
    done: str
    subject: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """Something that the requester was given before: a dated fact, without a label or a score."""

    ticket_id: int
    day: str
    exact: str
    what: str
    shared: str


class PastPart:
    """What came before, in the agent's words."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._words = panel.words
        self._facts = panel.facts

    @cached_property
    def this_matter(self) -> list[PastRow]:
        """The complaints that this one continues, newest first."""
        ids = self._linked
        return [self._row(past) for past in self._counted if past.id in ids]

    @cached_property
    def others(self) -> list[PastRow]:
        ids = self._linked
        return [self._row(past) for past in self._counted if past.id not in ids]

    @cached_property
    def good(self) -> list[str]:
        """What went well, and since when the requester is here; it is told first."""
        words, summary = self._words, self._facts.summary
        said = []
        if summary.tenure_days:
            said.append(words("history.since", span=words.span(timedelta(days=summary.tenure_days))))
        if summary.good_ratings:
            said.append(words.count("history.good_ratings", summary.good_ratings))
        kept = sum(promise.state == "kept" for promise in self._facts.case.history.promises)
        if kept:
            said.append(words.count("history.promises_kept", kept))
        return said

    @property
    def hidden(self) -> str:
        return self._words.count("history.hidden", self._facts.hidden) if self._facts.hidden else ""

    @cached_property
    def given(self) -> list[Given]:
        """What was given before, newest first; only for those who may see it."""
        if not self._facts.shows_redress:
            return []
        pairs = [(past, remedy) for past in self._counted for remedy in past.remedies]
        pairs.sort(key=lambda pair: pair[1].at, reverse=True)
        return [self._given(past, remedy) for past, remedy in pairs]

    @property
    def totals(self) -> str:
        """The sums of what was given, each currency by itself."""
        if not self._facts.shows_redress:
            return ""
        sums = total(remedy for past in self._counted for remedy in past.remedies)
        return ", ".join(self._words.money(money) for money in sums)

    @property
    def known(self) -> list[tuple[str, str, str]]:
        """What nobody needs to ask: name, value, and who said so when."""
        words, case, complaint = self._words, self._facts.case, self._facts.complaint
        said = f"{case.ticket.subject}\n{case.ticket.description}"
        rows = [
            (words("known.reference"), one_line(as_written(reference, said)), words("known.ticket"))
            for reference in sorted(complaint.references if complaint else ())
        ]
        if case.requester.locale:
            rows.append((words("known.language"), words.language_name(case.requester.locale), "Zendesk"))
        for fact in self._facts.outside:
            source = words(
                "facts.source", source=one_line(fact.source), day=self._panel.day(fact.observed_at)
            )
            rows.append((one_line(fact.name), one_line(fact.value), source))
        return rows

    @cached_property
    def _counted(self) -> list[PastComplaint]:
        return [past for past in self._facts.case.history.complaints if past.is_counted]

    @cached_property
    def _linked(self) -> set[int]:
        """Return the complaints that hang together with the one that comes back."""
        repeat = self._facts.repeat
        linked = {repeat.complaint_id} if repeat else set()
        for _ in self._counted:
            more = {past.repeat_of for past in self._counted if past.id in linked and past.repeat_of}
            more |= {past.id for past in self._counted if past.repeat_of in linked}
            if more <= linked:
                break
            linked |= more
        return linked

    def _row(self, past: PastComplaint) -> PastRow:
        rating = f"history.satisfaction_{past.satisfaction}"
        notes = [self._words(rating)] if self._words.has(rating) else []
        if past.is_satisfied is not None:
            notes.append(self._words("satisfied.yes" if past.is_satisfied else "satisfied.no"))
        return PastRow(
            ticket_id=past.ticket_id,
            day=self._panel.day(past.received_at),
            exact=self._words.exact(past.received_at, self._panel.zone),
            category=self._words(f"category.{past.category}"),
            ending=self._ending(past),
            done=", ".join(self._remedy(remedy) for remedy in past.remedies),
            subject=one_line(past.subject),
            notes=tuple(notes),
        )

    def _ending(self, past: PastComplaint) -> str:
        if past.state in {State.SUSPECTED, State.CONFIRMED}:
            return self._words("history.open")
        if past.decision is not None:
            return self._words.within(f"decision.{past.decision}")
        return self._words(f"outcome.{past.outcome or Outcome.UNKNOWN}")

    def _remedy(self, remedy: Remedy) -> str:
        name = self._words.within(f"remedy.{remedy.kind}")
        if remedy.money is None or not self._facts.shows_redress:
            return name
        return f"{name} {self._words.money(remedy.money)}"

    def _given(self, past: PastComplaint, remedy: Remedy) -> Given:
        complaint = self._facts.complaint
        shared: Iterable[str] = past.references & complaint.references if complaint else ()
        return Given(
            ticket_id=past.ticket_id,
            day=self._panel.day(remedy.at),
            exact=self._words.exact(remedy.at, self._panel.zone),
            what=self._remedy(remedy),
            shared=", ".join(sorted(shared)),
        )
