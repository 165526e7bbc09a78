"""The folded parts about work: what was done, what is promised, what is due."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from integration.domain.history import PromiseState
from integration.domain.remedy import Decision, Money, RemedyKind
from integration.handling.clock_acts import KINDS
from integration.handling.undoing import UNDOABLE
from integration.store.outcomes import Entry
from integration.store.promises import KeptPromise
from integration.web.panel import DueRow, Panel
from integration.web.plain import one_line
from integration.web.words import usual_currency

MOST_ENTRIES = 12


@dataclass(frozen=True, slots=True)
class EntryRow:
    id: int
    when: str
    exact: str
    who: str
    what: str
    can_undo: bool
    is_undone: bool


@dataclass(frozen=True, slots=True)
class PromiseRow:
    id: int
    what: str
    when: str
    exact: str
    iso: str
    owner: str
    state: str
    is_late: bool
    is_owed: bool


class WorkPart:
    """The work on one complaint, in the agent's words."""

    def __init__(self, panel: Panel, agent_id: int) -> None:
        self._panel = panel
        self._words = panel.words
        self._work = panel.facts.work
        self._agent_id = agent_id

    @cached_property
    def entries(self) -> list[EntryRow]:
        """The record, newest first."""
        rows = (self._entry(entry) for entry in self._work.entries)
        return [row for row in rows if row.what][:MOST_ENTRIES]

    @property
    def done_count(self) -> int:
        return len(self._work.remedies)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        return [(kind.value, self._words(f"remedy.{kind}")) for kind in RemedyKind]

    @property
    def decisions(self) -> list[tuple[str, str]]:
        return [(decision.value, self._words(f"decision.{decision}")) for decision in Decision]

    @property
    def causes(self) -> list[tuple[str, str]]:
        """The account's causes; those of the house have words, the others are what the admin wrote."""
        complaint = self._panel.facts.complaint
        said = complaint.cause if complaint else None
        listed = [*self._work.causes, *([said] if said and said not in self._work.causes else [])]
        return [(cause, self._cause(cause)) for cause in listed]

    @property
    def currency(self) -> str:
        """The currency to begin with: the last one used here, else that of the agent's country."""
        used = [remedy.money.currency for remedy in self._work.remedies if remedy.money]
        past = self._panel.facts.case.history.complaints
        used = used or [r.money.currency for each in past for r in each.remedies if r.money]
        return used[-1] if used else usual_currency(self._words.locale)

    @property
    def told(self) -> str:
        """Whether the requester was told how it ended."""
        complaint, told_at = self._panel.facts.complaint, self._work.told_at
        if complaint is None or complaint.decision is None:
            return ""
        if told_at is not None:
            return self._words("told.yes", when=self._panel.day(told_at))
        if complaint.not_told_because:
            return self._words("told.not_because", why=one_line(complaint.not_told_because))
        return self._words("told.no")

    @property
    def missing(self) -> list[str]:
        return [self._words(f"close.missing.{each}") for each in self._work.missing]

    @cached_property
    def promises(self) -> list[PromiseRow]:
        return [self._promise(kept) for kept in self._work.promises]

    @property
    def owed_count(self) -> int:
        return sum(row.is_owed for row in self.promises)

    @cached_property
    def due(self) -> list[DueRow]:
        """The follow-ups that belong to no promise; those of promises stand with them."""
        running = self._panel.facts.running
        return [self._panel.due_row(each) for each in running if each.promise_id is None]

    @property
    def zone(self) -> str:
        return self._panel.zone.key

    def _entry(self, entry: Entry) -> EntryRow:
        what = self._said(entry)
        return EntryRow(
            id=entry.id,
            when=self._panel.near(entry.at),
            exact=self._words.exact(entry.at, self._panel.zone),
            who=self._name(entry.actor_id),
            what=what,
            can_undo=entry.kind in UNDOABLE and entry.actor_id is not None and not entry.is_undone,
            is_undone=entry.is_undone,
        )

    def _said(self, entry: Entry) -> str:
        """Put an entry into words; empty for one that nobody needs to read."""
        words, details = self._words, entry.details
        if entry.kind == "remedy":
            return self._remedy(details)
        if entry.kind == "undone":
            name = f"entry.name.{details.get('kind')}"
            return words("entry.undone", what=words(name)) if words.has(name) else ""
        key = f"entry.{entry.kind.replace(' ', '_')}"
        if not words.has(key):
            return ""
        return words(key, value=self._value(entry.kind, details.get("after"), details))

    def _value(self, kind: str, after: Any, details: Mapping[str, Any]) -> str:
        words = self._words
        if kind == "cause":
            return self._cause(after) if after else "–"
        if kind == "is_satisfied":
            return words({True: "satisfied.yes", False: "satisfied.no", None: "satisfied.unknown"}[after])
        if kind == "same_matter":
            return f"#{after}" if after else "–"
        if kind.startswith("promise"):
            return one_line(str(details.get("what", "")))
        if kind in KINDS:
            return self._of_clock(kind, details)
        family = {"decision": "decision", "severity": "band", "corrected": "state"}.get(kind)
        key = f"{family}.{after}"
        return words(key) if family and words.has(key) else one_line(str(after or "–"))

    def _of_clock(self, kind: str, details: Mapping[str, Any]) -> str:
        if kind == "deadline_extended":
            return self._panel.day(datetime.fromisoformat(details["until"]))
        if kind == "moment_noted":
            named = self._words(f"moment.{details['moment']}")
            return f"{named}: {self._panel.near(datetime.fromisoformat(details['after']))}"
        return one_line(str(details.get("reason") or details["preset"]))

    def _remedy(self, details: Mapping[str, Any]) -> str:
        said = self._words(f"remedy.{details.get('kind')}")
        amount, currency = details.get("amount"), details.get("currency")
        if amount and currency and self._panel.facts.shows_redress:
            said += f" {self._words.money(Money(Decimal(amount), currency))}"
        note = one_line(str(details.get("note") or ""))
        return f"{said} · {note}" if note else said

    def _promise(self, kept: KeptPromise) -> PromiseRow:
        promise, now = kept.promise, self._panel.facts.now
        is_owed = promise.state in {PromiseState.OPEN, PromiseState.BROKEN}
        is_late = is_owed and promise.due_at < now
        return PromiseRow(
            id=kept.id,
            what=one_line(promise.what),
            when=self._words.moment(promise.due_at, now, self._panel.zone),
            exact=self._words.exact(promise.due_at, self._panel.zone),
            iso=promise.due_at.isoformat(),
            owner=self._name(promise.owner_id) if promise.owner_id else "",
            state=self._words("promise.state.late" if is_late else f"promise.state.{promise.state}"),
            is_late=is_late,
            is_owed=is_owed,
        )

    def _cause(self, cause: str) -> str:
        key = f"cause.{cause}"
        return self._words(key) if self._words.has(key) else one_line(cause)

    def _name(self, user_id: int | None) -> str:
        if user_id is None:
            return "Makegood"
        if user_id == self._agent_id:
            return self._words("entry.you")
        return one_line(self._work.names.get(user_id, f"#{user_id}"))
