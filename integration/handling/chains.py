"""Chains of messages to a requester as agents and policies use them: started, gone on with, stopped."""

from datetime import datetime

from sqlalchemy import Connection

from integration.domain.alert import AlertKind
from integration.domain.calendar import Calendar
from integration.domain.chain import MOST_MESSAGES, ChainKind, ChainState, NewChain
from integration.domain.deadline import Delay, Unit
from integration.domain.followup import FollowUp
from integration.domain.reason import Code, Reason
from integration.handling.alerts import settle_kind
from integration.handling.case import Case, read_case
from integration.handling.chain_course import end, messages_to_come, plan_next
from integration.handling.sidebar import UnknownTicket
from integration.handling.switches import PUBLIC_MESSAGES, is_on
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.store import audit_log, chains, complaints, follow_ups
from integration.store.chains import of_ticket as chains_of
from integration.store.chains import running as running_chain

__all__ = [
    "BadChain",
    "ChainsOff",
    "UnknownChain",
    "answer",
    "chains_of",
    "running_chain",
    "start",
    "stop",
]

EVERY = Delay(2, Unit.BUSINESS_DAYS)
AT_ONCE = Delay(0, Unit.MINUTES)
LONGEST = 300
# Other notes are for agents, and say what no requester should read.
FOR_REQUESTERS = "chain-"


class ChainsOff(Exception):
    """Messages to requesters are switched off; an admin may switch them on."""


class BadChain(Exception):
    """A chain runs on the ticket already, or it is not said what is needed, or no agent has replied yet."""


class UnknownChain(Exception):
    """No chain of the ticket waits for that."""


def start(
    parts: Parts,
    ticket_id: int,
    kind: ChainKind,
    what: str | None,
    *,
    agent_id: int,
    solves: bool = False,
    delay: Delay = EVERY,
    most: int = MOST_MESSAGES,
) -> int:
    """Begin to write to the requester, `delay` after the last public word, until there is an answer.

    `what` is what is still needed, in the requester's language, without a full stop. `solves` lets the last
    message set the ticket to solved. Returns the chain's id. Raises `UnknownTicket`, `ChainsOff`, `BadChain`.
    """
    now = parts.clock()
    what = " ".join(what.split()) if what else None
    with parts.database.write() as conn:
        case = read_case(conn, ticket_id, now=now)
        if case is None:
            raise UnknownTicket
        if not is_on(conn, PUBLIC_MESSAGES):
            raise ChainsOff
        is_said = kind is not ChainKind.ASK or (what is not None and len(what) <= LONGEST)
        if not is_said or not 1 <= most <= MOST_MESSAGES or case.last_public_reply_at is None:
            raise BadChain
        language = case.complaint.assessment.language if case.complaint else "en"
        new = NewChain(
            ticket_id=ticket_id,
            complaint_id=case.complaint.id if case.complaint else None,
            kind=kind,
            what=what,
            locale=case.locale(language),
            delay=delay,
            most=most,
            solves=solves and kind is ChainKind.ASK,
            started_by=agent_id,
            started_at=now,
        )
        _end_orphan(conn, ticket_id, now)
        chain_id = chains.add(conn, new)
        if chain_id is None:
            raise BadChain
        calendar = working_hours(parts, conn, now)
        plan_next(conn, new, chain_id, calendar, case.last_public_reply_at, now)
        _log(conn, new, "started", agent_id, now)
    return chain_id


def answer(parts: Parts, ticket_id: int, *, goes_on: bool, agent_id: int) -> None:
    """Say whether a chain goes on although the requester wrote thanks. Raises `UnknownChain`."""
    now = parts.clock()
    with parts.database.write() as conn:
        chain = chains.running(conn, ticket_id)
        if chain is None or chain.state is not ChainState.ASKING:
            raise UnknownChain
        if not goes_on:
            end(conn, chain, ChainState.STOPPED, Reason(Code.BY_AGENT, {"agent_id": agent_id}), now)
        elif chains.go_on(conn, chain.id, now):
            # The day that was planned before the thanks still stands, unless it has passed.
            coming = messages_to_come(conn, chain)
            for follow_up in coming:
                follow_ups.postpone(conn, follow_up.id, max(follow_up.due_at, now))
            if not coming:
                plan_next(conn, chain, chain.id, working_hours(parts, conn, now), now, now)
        said = "goes on" if goes_on else "stopped"
        settle_kind(conn, ticket_id, AlertKind.ONLY_THANKS, f"messages: {said}", agent_id=agent_id, now=now)
        _log(conn, chain, said, agent_id, now)


def stop(parts: Parts, ticket_id: int, *, agent_id: int) -> None:
    """End the chain of a ticket. Raises `UnknownChain`."""
    now = parts.clock()
    with parts.database.write() as conn:
        chain = chains.running(conn, ticket_id)
        if chain is None:
            raise UnknownChain
        end(conn, chain, ChainState.STOPPED, Reason(Code.BY_AGENT, {"agent_id": agent_id}), now)
        _log(conn, chain, "stopped", agent_id, now)


def start_for_policy(
    conn: Connection, case: Case, follow_up: FollowUp, template: str, calendar: Calendar, now: datetime
) -> Reason | None:
    """Send one message because a policy says so; return why nothing is sent, or None."""
    if not is_on(conn, PUBLIC_MESSAGES):
        return Reason(Code.NOT_ALLOWED)
    if case.last_public_reply_at is None:
        return Reason(Code.NOBODY_SPOKE)
    if not template.startswith(FOR_REQUESTERS):
        why = f"a note for requesters has a name that begins with {FOR_REQUESTERS}"
        return Reason(Code.UNUSABLE_NOTE, {"why": why})
    language = case.complaint.assessment.language if case.complaint else "en"
    new = NewChain(
        ticket_id=case.ticket.id,
        complaint_id=follow_up.complaint_id,
        kind=ChainKind.CHECK_IN,
        what=None,
        template=template,
        locale=case.locale(language),
        delay=AT_ONCE,
        most=1,
        solves=False,
        started_by=None,
        started_at=now,
    )
    _end_orphan(conn, case.ticket.id, now)
    chain_id = chains.add(conn, new)
    if chain_id is None:
        return Reason(Code.NEWER_REMINDER)
    plan_next(conn, new, chain_id, calendar, now, now)
    return None


def _end_orphan(conn: Connection, ticket_id: int, now: datetime) -> None:
    """End a chain whose next message an agent cancelled."""
    chain = chains.running(conn, ticket_id)
    if chain is not None and chain.state is ChainState.RUNNING and not messages_to_come(conn, chain):
        chains.end(conn, chain.id, ChainState.STOPPED, Reason(Code.BY_AGENT), now)


def _log(conn: Connection, chain: NewChain, what: str, agent_id: int, now: datetime) -> None:
    details = {"kind": chain.kind, "most": chain.most, "solves": chain.solves}
    if chain.complaint_id is not None:
        complaints.add_action(
            conn, chain.complaint_id, at=now, actor_id=agent_id, kind=f"chain {what}", details=details
        )
    audit_log.write(
        conn,
        at=now,
        actor=f"agent:{agent_id}",
        action=f"messages to the requester: {what}",
        subject=f"ticket:{chain.ticket_id}",
        after=details,
    )
