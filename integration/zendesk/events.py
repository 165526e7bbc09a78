"""What an event can say: snapshots of a ticket or user, and what changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from integration.domain.ticket import Channel, Comment, FieldValue, Status, Ticket


@dataclass(frozen=True, slots=True)
class TicketDetail:
    """A ticket as an event shows it, which is without custom fields and comments."""

    id: int
    requester_id: int
    subject: str
    description: str
    status: Status
    created_at: datetime
    updated_at: datetime
    channel: Channel
    priority: str | None
    brand_id: int | None
    form_id: int | None
    group_id: int | None
    assignee_id: int | None
    organization_id: int | None
    tags: frozenset[str]

    def to_ticket(self, custom_fields: Mapping[int, FieldValue] | None = None) -> Ticket:
        """Return the domain's ticket; custom fields come from the store, no event carries them all."""
        return Ticket(
            id=self.id,
            requester_id=self.requester_id,
            subject=self.subject,
            description=self.description,
            status=self.status,
            created_at=self.created_at,
            updated_at=self.updated_at,
            channel=self.channel,
            priority=self.priority,
            brand_id=self.brand_id,
            form_id=self.form_id,
            group_id=self.group_id,
            assignee_id=self.assignee_id,
            organization_id=self.organization_id,
            tags=self.tags,
            custom_fields=custom_fields or {},
        )


@dataclass(frozen=True, slots=True)
class UserDetail:
    """A user as an event shows it, which is without name and locale."""

    id: int
    role: str | None
    organization_id: int | None
    created_at: datetime | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True)
class CommentAdded:
    comment_id: int
    author_id: int
    author_is_staff: bool
    author_name: str | None
    is_public: bool
    body: str

    def to_comment(self, ticket_id: int, created_at: datetime) -> Comment:
        """Return the domain's comment; the event's own time is when it was written."""
        return Comment(
            id=self.comment_id,
            ticket_id=ticket_id,
            author_id=self.author_id,
            by_agent=self.author_is_staff,
            is_public=self.is_public,
            body=self.body,
            created_at=created_at,
        )


@dataclass(frozen=True, slots=True)
class CommentHidden:
    """A comment was made private, or words of it were blacked out (`is_redacted`)."""

    comment_id: int
    is_redacted: bool


@dataclass(frozen=True, slots=True)
class StatusChanged:
    current: Status
    previous: Status


@dataclass(frozen=True, slots=True)
class RequesterChanged:
    current: int
    previous: int | None


@dataclass(frozen=True, slots=True)
class TagsChanged:
    added: frozenset[str]
    removed: frozenset[str]


@dataclass(frozen=True, slots=True)
class CustomFieldChanged:
    field_id: int
    current: FieldValue
    previous: FieldValue


@dataclass(frozen=True, slots=True)
class AttributeChanged:
    """A plain attribute such as `priority`, `subject` or a user's `name`."""

    attribute: str
    current: FieldValue
    previous: FieldValue


@dataclass(frozen=True, slots=True)
class Merged:
    """The ticket was merged into another and closed."""

    target_ticket_id: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """The ticket or user was deleted; a ticket marked as spam is deleted too."""

    is_permanent: bool


@dataclass(frozen=True, slots=True)
class Restored:
    """The ticket came back from deletion."""


@dataclass(frozen=True, slots=True)
class SatisfactionReceived:
    score: str


@dataclass(frozen=True, slots=True)
class UserMerged:
    """The event's user was merged with another; None where the event does not say which one stays."""

    target_user_id: int | None


Change = (
    CommentAdded
    | CommentHidden
    | StatusChanged
    | RequesterChanged
    | TagsChanged
    | CustomFieldChanged
    | AttributeChanged
    | Merged
    | Deleted
    | Restored
    | SatisfactionReceived
    | UserMerged
)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events of one action share `id`; `position` is where this one stands."""

    id: str
    position: int


@dataclass(frozen=True, slots=True)
class Event:
    """One delivery of the event webhook.

    `type` is without Zendesk's prefix, such as `ticket.created`. `order` sorts as text by time, to the
    nanosecond, and then by place in the sequence. `change` is None where the type says it all.
    """

    id: str
    type: str
    occurred_at: datetime
    order: str
    account_id: int
    is_known: bool
    ticket_id: int | None = None
    user_id: int | None = None
    actor_id: int | None = None
    detail: TicketDetail | UserDetail | None = None
    change: Change | None = None
    sequence: Sequence | None = None


@dataclass(frozen=True, slots=True)
class FollowUpRequest:
    """An admin's trigger or automation starts or cancels a named follow-up.

    `key` makes a request unique where its author gave one. A start has either `due_in_hours` or `due_at`.
    """

    ticket_id: int
    action: str
    name: str
    due_in_hours: float | None = None
    due_at: datetime | None = None
    note: str | None = None
    key: str | None = None
