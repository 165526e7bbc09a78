"""The course of a chain by itself: its next message, what stops it, and what follows one that went out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from integration.domain import chain as rules
from integration.domain.alert import AlertKind
from integration.domain.calendar import Calendar
from integration.domain.chain import Act, Chain, ChainKind, ChainState, ChainVerdict, NewChain
from integration.domain.deadline import plain
from integration.domain.followup import FollowUp, FollowUpStatus
from integration.domain.reason import Code, Reason
from integration.domain.ticket import Comment, Status, Ticket
from integration.handling import notes
from integration.handling.alerts import raise_alert
from integration.handling.case import Case
from integration.handling.switches import PUBLIC_MESSAGES, is_on
from integration.parts import Parts
from integration.responses.values import NoteValues, Person
from integration.store import chains, follow_ups, outbox, requesters

PRIORITY = 7
TEMPLATES = {ChainKind.ASK: "chain-ask", ChainKind.CHECK_IN: "chain-check-in"}
LAST_TEMPLATE = "chain-last"
ENDED = frozenset({ChainState.STOPPED, ChainState.DONE})


def heed(conn: Connection, case: Case, calendar: Calendar, now: datetime) -> None:
    """Let what happened on a ticket stop its chain at once, so that it need not wait to find out."""
    if not any(follow_up.chain_id for follow_up in case.running):
        return
    chain = chains.running(conn, case.ticket.id)
    verdict = rules.heard(chain, case.ticket, case.comments) if chain else None
    if chain is not None and verdict is not None:
        follow(conn, chain, verdict, calendar, now)


def next_message(
    conn: Connection,
    follow_up: FollowUp,
    ticket: Ticket,
    comments: Sequence[Comment],
    calendar: Calendar,
    now: datetime,
) -> tuple[Chain, ChainVerdict] | None:
    """Say what the chain of a due follow-up should do; None where it has ended."""
    chain = chains.get(conn, follow_up.chain_id or 0)
    if chain is None or chain.state in ENDED:
        return None
    if chain.state is ChainState.ASKING:
        heard = rules.heard(chain, ticket, comments)
        if heard is not None and heard.act is Act.STOP:
            return chain, heard
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
        for follow_up in messages_to_come(conn, chain):
            follow_ups.postpone(conn, follow_up.id, verdict.due_at)
    elif verdict.act in {Act.STOP, Act.END}:
        state = ChainState.DONE if verdict.act is Act.END else ChainState.STOPPED
        end(conn, chain, state, verdict.reason, now)


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
    """Put the next message into the outbox, once for each `key`."""
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
        end(conn, chain, ChainState.DONE, Reason(Code.CHAIN_ENDED, {"sent": chain.sent}), now)
    elif chain.state is ChainState.RUNNING:
        plan_next(conn, chain, chain.id, calendar, now, now)


def was_not_sent(conn: Connection, chain_id: int, reason: Reason, now: datetime) -> None:
    """End a chain whose message could not go."""
    if chain := chains.get(conn, chain_id):
        end(conn, chain, ChainState.STOPPED, reason, now)


def requester_name(conn: Connection, ticket: Ticket) -> str | None:
    """Return the name to greet by."""
    person = requesters.get(conn, requesters.current_id(conn, ticket.requester_id))
    return person.name if person else None


def plan_next(
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


def messages_to_come(conn: Connection, chain: Chain) -> list[FollowUp]:
    return [f for f in follow_ups.running(conn, chain.ticket_id) if f.chain_id == chain.id]


def end(conn: Connection, chain: Chain, state: ChainState, reason: Reason, now: datetime) -> None:
    chains.end(conn, chain.id, state, reason, now)
    for follow_up in messages_to_come(conn, chain):
        status = FollowUpStatus.SATISFIED if reason.code == Code.REQUESTER_WROTE else FollowUpStatus.SILENT
        follow_ups.end(conn, follow_up.id, status=status, reason=reason, now=now)
