"""How a ticket comes into the states that the sidebar shows, on whatever installation."""

from dataclasses import replace
from datetime import timedelta

from integration.domain.alert import AlertKind
from integration.domain.complaint import Band, Verdict
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment
from integration.handling import alerts as alert_acts
from integration.handling import linking
from integration.handling.promises import promise
from integration.handling.switches import PUBLIC_MESSAGES, set_switch
from integration.parts import Parts
from integration.store import alerts, kept, opinions, requesters, tickets
from integration.store.opinions import Opinion
from tests.web import scenario


def unsure(parts: Parts, ticket_id: int) -> None:
    """Let the machine be unsure whether this is a complaint."""
    opinion = Opinion(
        ticket_id=ticket_id,
        verdict=Verdict.UNSURE,
        probability=0.5,
        score=0.5,
        threshold=0.5,
        band=Band.LOW,
        language="en",
        model=None,
        by_rule=None,
        read_at=parts.clock(),
    )
    with parts.database.write() as conn:
        opinions.save(conn, opinion)


def alarmed(parts: Parts, ticket_id: int) -> None:
    """Raise three warnings: one untouched, one acted on, one of which the requester was told."""
    kinds = (AlertKind.REPEAT_CONTACT, AlertKind.MISSED_PROMISE, AlertKind.LEAVING_WORDS)
    now, found = parts.clock(), []
    with parts.database.write() as conn:
        for kind in kinds:
            id = alerts.add(
                conn,
                key=f"{kind}:{ticket_id}",
                kind=kind,
                ticket_id=ticket_id,
                complaint_id=None,
                reasons=[Reason(Code.UNANSWERED, {"count": 2})],
                now=now,
                late_at=now,
            )
            found.append(id)
    for id in filter(None, found[1:]):
        alert_acts.act(parts, id, "Called back and left a message", agent_id=1)
    for id in filter(None, found[2:]):
        alert_acts.tell(parts, id, agent_id=1)


def detached(parts: Parts, ticket_id: int) -> None:
    """Say that the ticket was written for somebody else."""
    linking.wrong_person(parts, ticket_id, agent_id=1)


def speaks(parts: Parts, agent_id: int, locale: str) -> None:
    """Let an agent use Zendesk in this language from now on."""
    with parts.database.write() as conn:
        agent = requesters.get(conn, agent_id)
        assert agent is not None
        order = f"{parts.clock():%Y-%m-%dT%H:%M:%S.%f}"
        requesters.save(conn, replace(agent, locale=locale), order=order)


def importing(parts: Parts, *, is_running: bool) -> None:
    """Let an import of history be running, or over."""
    with parts.database.write() as conn:
        kept.put(conn, "import", {"is_running": is_running}, now=parts.clock())


def busy(parts: Parts, ticket_id: int) -> None:
    """Let everything be there that a panel can hold: clocks, a promise, messages to the requester."""
    scenario.put_on_the_clock(parts, ticket_id)
    set_switch(parts, PUBLIC_MESSAGES, True, admin_id=1)
    now = parts.clock()
    with parts.database.write() as conn:
        reply = Comment(9_000_000 + ticket_id, ticket_id, 1, True, True, "We look into it.", now)
        tickets.add_comment(conn, reply)
    promise(parts, ticket_id, "Tell when the replacement leaves", now + timedelta(days=2), 1, 1)
