"""The shape of rules and word lists: every key, what it may hold, and what is said when it does not."""

from datetime import time
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from integration.domain.complaint import Category, CueKind
from integration.domain.history import Outcome
from integration.domain.phrases import expression
from integration.domain.ticket import Channel
from integration.statements import Statement


class Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _text(value: object) -> object:
    # YAML reads a bare no, yes, on and off as truth values; in a word list they are words.
    if isinstance(value, bool):
        raise ValueError(Statement("quote_word"))
    return value


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(Statement("no_time_zone", name=name)) from error
    return name


def _clock_time(value: object) -> object:
    # YAML reads a bare 09:30 as 570, in base sixty.
    if isinstance(value, int):
        raise ValueError(Statement("quote_time"))
    return value


def _phrase(text: str) -> str:
    expression(text)
    return text


TimeZone = Annotated[str, AfterValidator(_zone)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
Word = Annotated[str, BeforeValidator(_text), Field(min_length=1, max_length=60)]
PhraseText = Annotated[
    str, BeforeValidator(_text), Field(min_length=1, max_length=100), AfterValidator(_phrase)
]
ClockTime = Annotated[time, BeforeValidator(_clock_time)]


class ConditionSchema(Schema):
    id: Name
    tags: frozenset[Word] = frozenset()
    form_ids: frozenset[int] = frozenset()
    brand_ids: frozenset[int] = frozenset()
    channels: frozenset[Channel] = frozenset()
    fields: dict[int, frozenset[str]] = {}

    @model_validator(mode="after")
    def _has_a_criterion(self) -> "ConditionSchema":
        if not (self.tags or self.form_ids or self.brand_ids or self.channels or self.fields):
            raise ValueError(Statement("condition_needs"))
        return self


class RulesSchema(Schema):
    threshold: float = Field(default=0.5, gt=0, lt=1)
    always: tuple[ConditionSchema, ...] = ()
    never: tuple[ConditionSchema, ...] = ()
    severity_by_channel: dict[Channel, Annotated[float, Field(ge=0, le=4)]] = {}
    outcome_by_tag: dict[Word, Outcome] = {}


class CueGroupSchema(Schema):
    kind: CueKind
    weight: float = Field(gt=0, le=4)
    phrases: tuple[PhraseText, ...] = Field(min_length=1, max_length=1000)


class PraiseGroupSchema(Schema):
    weight: float = Field(gt=0, le=4)
    phrases: tuple[PhraseText, ...] = Field(min_length=1, max_length=1000)


class CuesSchema(Schema):
    language: Annotated[str, Field(pattern="^[a-z]{2}$")]
    negations: frozenset[Word] = frozenset()
    cues: tuple[CueGroupSchema, ...] = Field(min_length=1)
    praise: tuple[PraiseGroupSchema, ...] = ()
    categories: dict[Category, tuple[PhraseText, ...]] = {}
