"""Chains of messages to a requester in use: started by an agent, sent one at a time, stopped by any reply."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from integration.domain import chain as rules
from integration.domain.alert import AlertKind
from integration.domain.calendar import Calendar
from integration.domain.chain import MOST_MESSAGES, Act, Chain, ChainKind, ChainState, ChainVerdict, NewChain
from integration.domain.deadline import Delay, Unit, plain
from integration.domain.followup import FollowUp, FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment, Status, Ticket
from integration.handling import notes
from integration.handling.alerts import raise_alert, settle_kind
from integration.handling.case import Case, read_case
from integration.handling.sidebar import UnknownTicket
from integration.handling.switches import PUBLIC_MESSAGES, is_on
from integration.handling.working_hours import working_hours
from integration.parts import Parts
from integration.responses.values import NoteValues, Person
from integration.store import audit_log, chains, complaints, follow_ups, outbox, requesters
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
PRIORITY = 7
LONGEST = 300
TEMPLATES = {ChainKind.ASK: "chain-ask", ChainKind.CHECK_IN: "chain-check-in"}
LAST_TEMPLATE = "chain-last"
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
        _plan_next(conn, new, chain_id, calendar, case.last_public_reply_at, now)
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
            _end(conn, chain, ChainState.STOPPED, Reason(Code.BY_AGENT, {"agent_id": agent_id}), now)
        elif chains.go_on(conn, chain.id, now):
            # The day that was planned before the thanks still stands, unless it has passed.
            for follow_up in _next_of(conn, chain):
                follow_ups.postpone(conn, follow_up.id, max(follow_up.due_at, now))
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
        _end(conn, chain, ChainState.STOPPED, Reason(Code.BY_AGENT, {"agent_id": agent_id}), now)
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
    _plan_next(conn, new, chain_id, calendar, now, now)
    return None


def heed(conn: Connection, case: Case, calendar: Calendar, now: datetime) -> None:
    """Let what happened on a ticket stop its chain at once, so that it need not wait to find out."""
    if not any(follow_up.chain_id for follow_up in case.running):
        return
    chain = chains.running(conn, case.ticket.id)
    if chain is None or chain.state is not ChainState.RUNNING:
        return
    verdict = rules.heard(chain, case.ticket, case.comments)
    if verdict is not None:
        follow(conn, chain, verdict, calendar, now)


def next_message(
    conn: Connection,
    follow_up: FollowUp,
    ticket: Ticket,
    comments: Sequence[Comment],
    calendar: Calendar,
    now: datetime,
) -> tuple[Chain, ChainVerdict] | None:
    """Say what the chain of a due follow-up should do; None where it has ended or waits for an agent."""
    chain = chains.get(conn, follow_up.chain_id or 0)
    if chain is None or chain.state in {ChainState.STOPPED, ChainState.DONE}:
        return None
    if chain.state is ChainState.ASKING:
        # Nobody has said yet whether to go on; silence is the safe answer, and the question stays.
        return chain, ChainVerdict(Act.WAIT, Reason(Code.ONLY_THANKS), now + rules.AT_MOST_ONE_IN)
    if not is_on(conn, PUBLIC_MESSAGES):
        return chain, ChainVerdict(Act.STOP, Reason(Code.NOT_ALLOWED))
    sent = chains.last_written_to(conn, ticket.requester_id, but_for=follow_up.id)
    verdict = rules.decide(chain, ticket, comments, calendar=calendar, last_sent_to_requester=sent, now=now)
    return chain, verdict


def follow(conn: Connection, chain: Chain, verdict: ChainVerdict, calendar: Calendar, now: datetime) -> None:
    """Act on a verdict that sends nothing."""
    if verdict.act is Act.ASK:
        if chains.ask(conn, chain.id):
            raise_alert(
                conn,
                AlertKind.ONLY_THANKS,
                ticket_id=chain.ticket_id,
                complaint_id=chain.complaint_id,
                reasons=(verdict.reason,),
                calendar=calendar,
                now=now,
                about=f"chain {chain.id}, {verdict.reason.details.get('comment_id')}",
            )
    elif verdict.act is Act.WAIT and verdict.due_at is not None:
        for follow_up in _next_of(conn, chain):
            follow_ups.postpone(conn, follow_up.id, verdict.due_at)
    elif verdict.act in {Act.STOP, Act.END}:
        state = ChainState.DONE if verdict.act is Act.END else ChainState.STOPPED
        _end(conn, chain, state, verdict.reason, now)


def message(parts: Parts, chain: Chain, verdict: ChainVerdict, requester_name: str | None) -> str:
    """Render the next message, in the requester's language; raises the library's errors."""
    name = chain.template or (LAST_TEMPLATE if verdict.act is Act.SOLVE else TEMPLATES[chain.kind])
    values = NoteValues(
        ticket_id=chain.ticket_id,
        reference="",
        what=chain.what,
        first_name=Person.named(requester_name).first_name,
    )
    return parts.library.render_note(name, chain.locale, values)


def send(
    conn: Connection,
    chain: Chain,
    verdict: ChainVerdict,
    text: str,
    follow_up: FollowUp,
    key: str,
    now: datetime,
) -> None:
    """Put the next message into the outbox."""
    outbox.add(
        conn,
        key=key,
        kind="tell",
        ticket_id=chain.ticket_id,
        marker=notes.new_marker(),
        note=text,
        is_public=True,
        status=Status.SOLVED.value if verdict.act is Act.SOLVE else None,
        fields={},
        priority=PRIORITY,
        now=now,
        follow_up_id=follow_up.id,
    )


def was_sent(conn: Connection, chain_id: int, calendar: Calendar, now: datetime) -> None:
    """Count a message that Zendesk has, and plan the next one or end the chain."""
    chains.count_sent(conn, chain_id, now)
    chain = chains.get(conn, chain_id)
    if chain is None:
        return
    if chain.sent >= chain.most:
        _end(conn, chain, ChainState.DONE, Reason(Code.CHAIN_ENDED, {"sent": chain.sent}), now)
    elif chain.state is ChainState.RUNNING:
        _plan_next(conn, chain, chain.id, calendar, now, now)


def was_not_sent(conn: Connection, chain_id: int, reason: Reason, now: datetime) -> None:
    """End a chain whose message could not go."""
    if chain := chains.get(conn, chain_id):
        _end(conn, chain, ChainState.STOPPED, reason, now)


def requester_name(conn: Connection, ticket: Ticket) -> str | None:
    """Return the name to greet by."""
    person = requesters.get(conn, requesters.current_id(conn, ticket.requester_id))
    return person.name if person else None


def _plan_next(
    conn: Connection, chain: NewChain, chain_id: int, calendar: Calendar, since: datetime, now: datetime
) -> None:
    due_at = plain(chain.delay.amount, chain.delay.unit).ends(since, calendar)
    follow_ups.plan(
        conn,
        ticket_id=chain.ticket_id,
        # An agent asked for it, whatever the machine or a colleague says of the complaint.
        complaint_id=None,
        name=f"chain-{chain.kind}",
        note=chain.template or TEMPLATES[chain.kind],
        due_at=max(due_at, now),
        now=now,
        satisfied_by=frozenset(),
        what=chain.what,
        owner_id=chain.started_by,
        chain_id=chain_id,
    )


def _next_of(conn: Connection, chain: Chain) -> list[FollowUp]:
    return [f for f in follow_ups.running(conn, chain.ticket_id) if f.chain_id == chain.id]


def _end_orphan(conn: Connection, ticket_id: int, now: datetime) -> None:
    """End a chain whose next message an agent cancelled."""
    chain = chains.running(conn, ticket_id)
    if chain is not None and chain.state is ChainState.RUNNING and not _next_of(conn, chain):
        chains.end(conn, chain.id, ChainState.STOPPED, Reason(Code.BY_AGENT), now)


def _end(conn: Connection, chain: Chain, state: ChainState, reason: Reason, now: datetime) -> None:
    chains.end(conn, chain.id, state, reason, now)
    for follow_up in _next_of(conn, chain):
        status = FollowUpStatus.SATISFIED if reason.code == Code.REQUESTER_WROTE else FollowUpStatus.SILENT
        follow_ups.end(conn, follow_up.id, status=status, reason=reason, now=now)


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
