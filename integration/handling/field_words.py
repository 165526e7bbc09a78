"""Goes by what an agent set the field *Complaint* to in Zendesk, as by the same word in the sidebar."""

import logging

from integration.domain.complaint import State
from integration.handling import outcomes
from integration.handling.agent_acts import Judgement, correct
from integration.parts import Parts
from integration.store import complaints

log = logging.getLogger(__name__)


def heed_field(parts: Parts, ticket_id: int, state: State, agent_id: int) -> None:
    """Take an agent's word from the ticket field.

    *Resolved* is taken only once the requester was told: until then the complaint stays open, and the
    sidebar says what is missing.
    """
    if state is State.RESOLVED:
        try:
            outcomes.resolve(parts, ticket_id, agent_id=agent_id)
        except outcomes.NotYet as error:
            log.info(
                "A complaint set to resolved in Zendesk stays open.",
                extra={"ticket_id": ticket_id, "missing": str(error)},
            )
        except outcomes.NoComplaint:
            log.info("A ticket that is no complaint was set to resolved.", extra={"ticket_id": ticket_id})
        return
    if state is State.SUSPECTED:
        # The machine's own word, set by hand, says nothing new.
        return
    with parts.database.read() as conn:
        present = complaints.by_ticket(conn, ticket_id)
    if present is None or present.state is not state:
        correct(parts, ticket_id, Judgement(state), agent_id=agent_id)
