"""What a follow-up policy asks for: on which complaints, which duties, and who is reminded how."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from zoneinfo import ZoneInfo

from integration.domain.calendar import OFFICE, Calendar, Week
from integration.domain.deadline import Limit
from integration.domain.followup import Satisfier
from integration.domain.rules import has_value
from integration.domain.ticket import Channel, Status, Ticket


class Start(StrEnum):
    """A moment in the life of a complaint from which a clock runs, or at which it has run."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"  # the first public reply
    HANDED_ON = "handed_on"  # a more senior handler took over
    PROPOSED = "proposed"  # the requester was offered a way to put it right
    CONSENTED = "consented"  # the requester agreed to what was offered
    APPEALED = "appealed"  # the requester asked for the next stage
    LAST_PUBLIC_REPLY = "last_public_reply"
    LAST_NEWS = "last_news"  # the last public reply or, before there is one, the receipt
    RESOLVED = "resolved"
    ANSWERED = "answered"  # the requester was told of the decision


# What no event of Zendesk tells, so that somebody has to note it.
NOTED_BY_AGENTS = frozenset({Start.HANDED_ON, Start.PROPOSED, Start.CONSENTED, Start.APPEALED})


class Reach(StrEnum):
    """Whom a step that falls due reaches, and how.

    `note` writes an internal note; `assignee` writes it and hands the ticket to the step's agent or group;
    `side_list` writes nothing to Zendesk and only shows in the sidebar and on the admin page; `digest` waits
    for the next digest of the owning team; `requester` sends the text as a public reply, and is only read
    from a policy that says `may_write_to_requester: true`.
    """

    NOTE = "note"
    ASSIGNEE = "assignee"
    SIDE_LIST = "side_list"
    DIGEST = "digest"
    REQUESTER = "requester"


BANDS = frozenset({"low", "raised", "high"})


@dataclass(frozen=True, slots=True)
class Step:
    """One duty: over when `limit` after `start` is, gone as soon as one of `satisfied_by` happened.

    `after` names another step whose due moment it counts from instead. An escalation is such a step, with the
    `level` it has reached. While the ticket is in a status of `paused_by` it stands still; what was left then
    is left afterwards. `note` is a template.
    """

    id: str
    start: Start
    limit: Limit
    satisfied_by: frozenset[Satisfier]
    note: str
    bands: frozenset[str] = BANDS
    after: str | None = None
    level: int = 0
    reach: Reach = Reach.NOTE
    assignee_id: int | None = None
    group_id: int | None = None
    cancelled_by: frozenset[Satisfier] = frozenset()
    paused_by: frozenset[Status] = frozenset()


@dataclass(frozen=True, slots=True)
class Traits:
    """What a policy or preset may ask of a complaint; `jurisdictions` are those the admin's rules give it."""

    ticket: Ticket
    band: str
    category: str
    language: str
    jurisdictions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """On which complaints: every criterion given must hold, any value of each will do; none is all.

    None of `without_tags` may be on the ticket.
    """

    bands: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    brand_ids: frozenset[int] = frozenset()
    form_ids: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    without_tags: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    jurisdictions: frozenset[str] = frozenset()
    fields: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def holds(self, traits: Traits) -> bool:
        ticket = traits.ticket
        pairs = (
            (self.bands, {traits.band}),
            (self.categories, {traits.category}),
            (self.channels, {ticket.channel}),
            (self.brand_ids, {ticket.brand_id}),
            (self.form_ids, {ticket.form_id}),
            (self.tags, ticket.tags),
            (self.languages, {traits.language}),
            (self.jurisdictions, traits.jurisdictions),
        )
        return (
            all(not wanted or not wanted.isdisjoint(found) for wanted, found in pairs)
            and self.without_tags.isdisjoint(ticket.tags)
            and all(has_value(ticket, field_id, values) for field_id, values in self.fields.items())
        )

    @property
    def criteria(self) -> int:
        """Return how many criteria there are: the policy that asks for more is the more specific one."""
        sets = (self.bands, self.categories, self.channels, self.brand_ids, self.form_ids, self.tags)
        more = (self.without_tags, self.languages, self.jurisdictions)
        return sum(map(bool, (*sets, *more))) + len(self.fields)


EVERY_COMPLAINT = Scope()


@dataclass(frozen=True, slots=True)
class Policy:
    """A dated set of steps; a running complaint keeps the version it started with.

    Unless a later version says `takes_over_running`. `schedule` names a schedule of the Zendesk account, or
    is `first`; where it is known, its hours, zone and holidays stand in for the policy's own.
    """

    id: str
    version: int
    title: str
    effective_from: date
    time_zone: str
    steps: tuple[Step, ...]
    holidays: frozenset[date] = frozenset()
    week: Week = OFFICE
    schedule: str | None = None
    holiday_sets: frozenset[str] = frozenset()
    scope: Scope = EVERY_COMPLAINT
    takes_over_running: bool = False

    @property
    def calendar(self) -> Calendar:
        """Return the policy's own calendar, without what Zendesk's schedule and holiday sets add."""
        return Calendar(ZoneInfo(self.time_zone), self.holidays, self.week)

    def step(self, name: str) -> Step | None:
        """Return the step that a follow-up of this name came from."""
        return next((step for step in self.steps if step.id == name), None)
