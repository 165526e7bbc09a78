"""The plain typed values that response templates and internal notes are filled with."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Self

from integration.domain.complaint import Band, Category
from integration.domain.history import Outcome
from integration.domain.remedy import Money

_NAME_MARKS = frozenset("'’-.")
_LONGEST_NAME = 60
_PATRONYMIC = re.compile(r"(?:вич|вна|чна|ьич)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a letter names them; `first_name` is what a greeting uses, None for no usable name."""

    name: str | None = None
    first_name: str | None = None

    @classmethod
    def named(cls, name: str | None) -> Self:
        """Read the name that Zendesk has; an address, a number or a handle is no name.

        Zendesk fills the name of an unknown writer with whatever it has: part of the address, a phone number,
        "Caller: +1 555 0100".
        """
        words = unicodedata.normalize("NFC", name or "").replace(",", " , ").split()
        spoken = [word for word in words if word != ","]
        if not spoken or len(name or "") > _LONGEST_NAME:
            return cls()
        if not all(map(_is_name_word, spoken)):
            return cls()
        return cls(name=" ".join(spoken), first_name=_first_name(words, spoken))


def _is_name_word(word: str) -> bool:
    """Letters of any script with marks between: Mary-Jane, O'Neil, J.R., but not jane.doe."""
    if not word[0].isalpha() or any(len(part) > 1 for part in word.split(".")[1:]):
        return False
    return all(sign in _NAME_MARKS or unicodedata.category(sign)[0] in "LM" for sign in word)


def _first_name(words: list[str], spoken: list[str]) -> str:
    if len(spoken) == 3 and _PATRONYMIC.search(spoken[2]):
        return f"{spoken[1]} {spoken[2]}"
    if "," in words[1:-1]:
        return words[words.index(",") + 1]
    return spoken[0]


@dataclass(frozen=True, slots=True)
class Matter:
    """What the complaint is about; `quote` is a short piece of the requester's own words."""

    category: Category | None = None
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The complaint that this one continues."""

    on: date
    category: Category | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class OpenPromise:
    """What was promised to the requester before and is still owed."""

    what: str
    by: date


Fact = str | int | float | date | Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What a response template may use; None renders as a marked slot for the agent to fill.

    `today` and every other date are in the requester's time zone. `next_date` is the day by which the agent
    comes back; left out, it is counted from `today` by the promise of the template. `facts` are the signed
    outside facts by name. The other texts are short pieces that only a person knows, without a full stop:
    `cause` (what went wrong), `prevention` (what was changed so that it does not happen again), `decision`,
    `grounds`, and `outside_body` (whom the requester may turn to).
    """

    today: date
    requester: Person = field(default_factory=Person)
    agent: Person = field(default_factory=Person)
    brand: str | None = None
    matter: Matter = field(default_factory=Matter)
    order: str | None = None
    product: str | None = None
    tenure_years: int | None = None
    earlier: Earlier | None = None
    open_promise: OpenPromise | None = None
    amount: Money | None = None
    expected_on: date | None = None
    next_date: date | None = None
    cause: str | None = None
    prevention: str | None = None
    decision: str | None = None
    grounds: str | None = None
    outside_body: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastComplaintLine:
    """One earlier complaint as a note lists it."""

    ticket_id: int
    on: date
    category: Category
    outcome: Outcome | None = None
    is_open: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseLine:
    """Something promised, by when, and whether that moment has passed."""

    what: str
    due_at: datetime
    ticket_id: int
    is_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatLine:
    """The earlier complaint that this ticket seems to continue; `reason` is the code of the rule."""

    ticket_id: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLine:
    """The next follow-up: a policy step's name, `promise`, or an admin's own name."""

    name: str
    due_at: datetime
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class CauseCount:
    """How many complaints came in by one cause: a code of the house, or the account's own words."""

    cause: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLines:
    """How a team's complaints stand; what came in, ended or was broken counts from `since` to `until`."""

    team: str
    since: datetime
    until: datetime
    received: int = 0
    resolved: int = 0
    open: int = 0
    late: int = 0
    promises_broken: int = 0
    follow_ups_due: int = 0
    reviews_open: int = 0
    causes: tuple[CauseCount, ...] = ()
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteValues:
    """What an internal note may use. `reference` is the visible short form of the marker.

    `complaints` are the earlier ones, newest first, of which `complaints_before` is the full number.
    Moments are aware and are shown in `time_zone`. `first_name` is the requester's, for the messages of a
    chain, which are public; `level` is how far an alert has gone up.
    """

    ticket_id: int
    reference: str
    time_zone: str = "UTC"
    category: Category | None = None
    band: Band | None = None
    evidence: tuple[str, ...] = ()
    by_rule: str | None = None
    complaints: tuple[PastComplaintLine, ...] = ()
    complaints_before: int = 0
    same_kind: int = 0
    looked_back_months: int = 24
    tickets_total: int = 0
    is_importing: bool = False
    repeat: RepeatLine | None = None
    open_promise: PromiseLine | None = None
    suggestion: str | None = None
    next: NextLine | None = None
    name: str | None = None
    what: str | None = None
    due_at: datetime | None = None
    owner: str | None = None
    last_public_reply_at: datetime | None = None
    resolved_on: date | None = None
    outcome: Outcome | None = None
    first_name: str | None = None
    level: int = 0
    digest: DigestLines | None = None
