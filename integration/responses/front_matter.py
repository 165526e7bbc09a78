"""The head of a template file: what it is called, when it fits, what it promises."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from integration.domain.complaint import Band, Category
from integration.domain.deadline import Delay, Unit
from integration.domain.ticket import Channel
from integration.responses.document import InvalidDocument, load_yaml, validated
from integration.statements import Statement

GESTURES = (
    "being_heard",
    "empathy",
    "apology",
    "explanation",
    "assurance",
    "no_repeat",
    "dignity",
    "thanks",
)
PRIVATE_CHANNELS = [channel for channel in Channel if not channel.is_public]
_FENCE = "---"
_DELAY = re.compile(r"(\d{1,3}) (hour|day|business day)s?")
_UNITS = {"hour": Unit.HOURS, "day": Unit.DAYS, "business day": Unit.BUSINESS_DAYS}

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]*$", max_length=60)]
Gesture = Annotated[str, Field(pattern="^(" + "|".join(GESTURES) + ")$")]


def _delay(value: object) -> object:
    match = _DELAY.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[1]) == 0:
        raise ValueError(Statement("write_delay"))
    return Delay(int(match[1]), _UNITS[match[2]])


class PromiseWords(BaseModel):
    """What the letter commits the agent to, and how long after today or the day named by `after`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    what: str = Field(min_length=3, max_length=120)
    within: Annotated[Delay, BeforeValidator(_delay)] = Field(alias="in")
    after: Literal["expected_on"] | None = None


class FrontMatter(BaseModel):
    """The keys of a response template's head.

    `keywords` are words that a requester for whom this fits may write (`*` for any ending); `categories` left
    out means any; `asks` names what the letter may ask: a value, not asked for once it is known, or `choice`.
    `situations` must all hold before the template is offered; each of `suits` that holds lifts it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=3, max_length=80)
    keywords: list[str] = Field(min_length=2, max_length=4)
    categories: list[Category] = []
    bands: list[Band] = Field(default=list(Band), min_length=1)
    channels: list[Channel] = Field(default=PRIVATE_CHANNELS, min_length=1)
    gestures: list[Gesture] = []
    asks: list[Name] = []
    for_complaints: bool = True
    for_repeats: bool | None = None
    situations: list[Name] = []
    suits: list[Name] = []
    promise: PromiseWords | None = None

    @property
    def is_public(self) -> bool:
        """Whether strangers may read what this template becomes."""
        return any(channel.is_public for channel in self.channels)


def split(text: str) -> tuple[str, str]:
    """Part a file into its head and its body; the body keeps its line numbers by leading blank lines."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise InvalidDocument(Statement("head_missing"), 1)
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == _FENCE:
            return "\n".join(lines[1:number]), "\n" * (number + 1) + "\n".join(lines[number + 1 :])
    raise InvalidDocument(Statement("head_open"), 1)


def parse(head: str) -> FrontMatter:
    """Check the head; raises `InvalidDocument` with the line in the file."""
    document = load_yaml(head, first_line=2)
    data: Any = document.data
    if not isinstance(data, dict):
        raise InvalidDocument(Statement("head_no_list"), 2)
    return validated(FrontMatter, document, first_line=2)
