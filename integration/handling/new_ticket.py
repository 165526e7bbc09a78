"""The sidebar beside a ticket that is not saved yet: facts of its requester, letters to begin with."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from integration.domain import history
from integration.domain.staff import Access
from integration.domain.ticket import Status, Ticket
from integration.handling.case import Case
from integration.handling.sidebar import Facts, Found, Letter, found_in, letter, values_for, visible
from integration.parts import Parts
from integration.store import facts, requesters, staff, suggestion_uses
from integration.store import history as ledger


def facts_of_requester(parts: Parts, requester_id: int, access: Access) -> Facts:
    """Read what is known of the person for whom an agent is writing a new ticket."""
    now = parts.clock()
    with parts.database.read() as conn:
        case, hidden = visible(conn, _case(conn, requester_id, now), access)
        outside = facts.of_requester(conn, case.requester.id)
        roles = staff.redress_roles(conn)
    return Facts(
        case=case,
        summary=history.summarise(case.history, category=None, now=now),
        repeat=None,
        offers=(),
        outside=tuple(outside),
        now=now,
        shows_redress=access.sees_redress(roles),
        hidden=hidden,
    )


def search_for_requester(parts: Parts, requester_id: int, query: str) -> tuple[Found, ...]:
    """Return the templates that an agent's words mean, in the requester's language where there is one."""
    with parts.database.read() as conn:
        person = requesters.get(conn, requesters.current_id(conn, requester_id))
    return found_in(parts, query, person.locale if person else None)


def letter_for_requester(
    parts: Parts,
    requester_id: int,
    template_id: str,
    locale: str,
    access: Access,
    *,
    zone: ZoneInfo,
) -> Letter:
    """Fill one template for a requester. Raises the library's errors."""
    now = parts.clock()
    with parts.database.read() as conn:
        case, _ = visible(conn, _case(conn, requester_id, now), access)
        values = values_for(conn, case, agent_id=access.user_id, now=now, zone=zone)
    return letter(parts, template_id, locale, values)


def _case(conn: Connection, requester_id: int, now: datetime) -> Case:
    person = requesters.current_id(conn, requester_id)
    known = ledger.history_of(conn, person, now=now)
    return Case(
        ticket=Ticket(0, person, "", "", Status.NEW, now, now),
        requester=known.requester,
        comments=(),
        history=known,
        complaint=None,
        follow_ups=(),
        used_templates=suggestion_uses.used_for(conn, person),
    )
