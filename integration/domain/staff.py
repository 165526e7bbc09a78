"""What somebody of the staff may see, by the role and the ticket restriction that Zendesk gives them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from integration.domain.ticket import Ticket


class Restriction(StrEnum):
    """Zendesk's `ticket_restriction`; staff without one see every ticket."""

    ORGANIZATION = "organization"
    GROUPS = "groups"
    ASSIGNED = "assigned"


STAFF_KINDS = ADMIN, AGENT, LIGHT_AGENT = "admin", "agent", "light_agent"
# Who sees what requesters were given, until an admin says otherwise.
REDRESS_ROLES = frozenset({ADMIN, AGENT})


@dataclass(frozen=True, slots=True)
class Access:
    """What Zendesk said of somebody at `checked_at`."""

    user_id: int
    role: str
    is_light: bool
    restriction: Restriction | None
    group_ids: frozenset[int]
    organization_id: int | None
    checked_at: datetime

    @property
    def kind(self) -> str:
        """`admin`, `agent` or `light_agent`: light agents may only comment internally."""
        return LIGHT_AGENT if self.role == AGENT and self.is_light else self.role

    def sees(self, ticket: Ticket) -> bool:
        """Whether Zendesk would show them this ticket."""
        if self.restriction is None:
            return True
        if self.user_id in {ticket.assignee_id, ticket.requester_id}:
            return True
        if self.restriction is Restriction.GROUPS:
            return ticket.group_id in self.group_ids
        if self.restriction is Restriction.ORGANIZATION:
            return self.organization_id is not None and ticket.organization_id == self.organization_id
        return False

    def sees_redress(self, roles: Collection[str] = REDRESS_ROLES) -> bool:
        """Whether they see what requesters were given."""
        return self.kind in roles
