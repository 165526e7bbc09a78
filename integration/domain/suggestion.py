"""Ranks response templates for a complaint and says why each stands where it does."""

from dataclasses import dataclass

from integration.domain.complaint import Band
from integration.domain.reason import Reason
from integration.domain.ticket import Channel


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """What ranking needs to know of one response template in one locale, all variants of a family apart."""

    id: str
    family: str
    variant: str
    locale: str
    title: str
    keywords: tuple[str, ...] = ()
    categories: frozenset[str] = frozenset()
    bands: frozenset[Band] = frozenset(Band)
    channels: frozenset[Channel] = frozenset(Channel)
    gestures: tuple[str, ...] = ()
    asks: int = 0
    for_complaints: bool = True
    for_repeats: bool | None = None
    situations: frozenset[str] = frozenset()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A template in its place: `is_fallback` when the requester's language has no version of it."""

    template_id: str
    locale: str
    is_fallback: bool
    score: float
    reasons: tuple[Reason, ...]
