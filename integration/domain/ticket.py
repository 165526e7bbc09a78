"""Zendesk's nouns as the rules see them: requesters, tickets and comments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

FieldValue = str | int | float | bool | tuple[str, ...] | None


class Status(StrEnum):
    """Ticket status, spelled as in Zendesk's REST API; solved can reopen, closed cannot."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    HOLD = "hold"
    SOLVED = "solved"
    CLOSED = "closed"
    DELETED = "deleted"


class Channel(StrEnum):
    """How the requester wrote, folded from Zendesk's many `via.channel` values."""

    EMAIL = "email"
    WEB = "web"
    CHAT = "chat"
    SOCIAL = "social"
    PHONE = "phone"
    API = "api"
    OTHER = "other"

    @property
    def is_public(self) -> bool:
        """Whether strangers may read along."""
        return self is Channel.SOCIAL


@dataclass(frozen=True, slots=True)
class Requester:
    """A person who writes to support; `id` is Zendesk's user id."""

    id: int
    name: str | None = None
    locale: str | None = None
    role: str = "end-user"
    organization_id: int | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    is_active: bool = True
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """One public reply or internal note; `id` is Zendesk's comment id."""

    id: int
    ticket_id: int
    author_id: int
    by_agent: bool
    is_public: bool
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as last seen; `description` is its first comment, moments are aware and in UTC."""

    id: int
    requester_id: int
    subject: str
    description: str
    status: Status
    created_at: datetime
    updated_at: datetime
    channel: Channel = Channel.OTHER
    priority: str | None = None
    brand_id: int | None = None
    form_id: int | None = None
    group_id: int | None = None
    assignee_id: int | None = None
    organization_id: int | None = None
    tags: frozenset[str] = frozenset()
    custom_fields: Mapping[int, FieldValue] = field(default_factory=dict)
    satisfaction: str | None = None
    merged_into: int | None = None
    followup_of: int | None = None
