"""What an admin decided beforehand: which tickets are always or never complaints, and what tags mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from integration.domain.ticket import Channel, Ticket

if TYPE_CHECKING:
    from integration.domain.history import Outcome


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds for a ticket that meets every criterion given; within one criterion any value will do."""

    id: str
    tags: frozenset[str] = frozenset()
    form_ids: frozenset[int] = frozenset()
    brand_ids: frozenset[int] = frozenset()
    channels: frozenset[Channel] = frozenset()
    fields: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def holds(self, ticket: Ticket) -> bool:
        """Whether the ticket meets it; a condition without criteria holds for none."""
        criteria = []
        if self.tags:
            criteria.append(bool(self.tags & ticket.tags))
        if self.form_ids:
            criteria.append(ticket.form_id in self.form_ids)
        if self.brand_ids:
            criteria.append(ticket.brand_id in self.brand_ids)
        if self.channels:
            criteria.append(ticket.channel in self.channels)
        criteria += [has_value(ticket, field_id, values) for field_id, values in self.fields.items()]
        return bool(criteria) and all(criteria)


def has_value(ticket: Ticket, field_id: int, values: frozenset[str]) -> bool:
    """Whether a custom field holds one of these values; check boxes are `true` and `false`."""
    value = ticket.custom_fields.get(field_id)
    if value is None:
        return False
    if isinstance(value, tuple):
        return not values.isdisjoint(value)
    # YAML and Zendesk write check boxes as true and false.
    return (str(value).lower() if isinstance(value, bool) else str(value)) in values


@dataclass(frozen=True, slots=True)
class Rules:
    """The account's own rules; `threshold` is the score (0 to 1) from which on words and facts suffice."""

    always: tuple[Condition, ...] = ()
    never: tuple[Condition, ...] = ()
    threshold: float = 0.5
    severity_by_channel: Mapping[Channel, float] = field(default_factory=dict)
    outcome_by_tag: Mapping[str, Outcome] = field(default_factory=dict)
