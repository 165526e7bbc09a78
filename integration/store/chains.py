"""Chains of messages to requesters: started, counted, stopped."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.chain import Chain, ChainKind, ChainState, NewChain
from integration.domain.deadline import Delay, Unit
from integration.domain.reason import Reason
from integration.store import encoding
from integration.store.dialect import insert_into, one_of
from integration.store.tables import chains, outbox, requesters, tickets

MOST_CHAINS = 50
_FIELDS = tuple(Chain.__dataclass_fields__)


def add(conn: Connection, chain: NewChain) -> int | None:
    """Store a chain and return its id; None when one is running on the ticket."""
    values = {name: getattr(chain, name) for name in NewChain.__dataclass_fields__}
    values |= {"kind": chain.kind.value, "delay": asdict(chain.delay)}
    statement = (
        insert_into(conn, chains)
        .values(values)
        .on_conflict_do_nothing(index_elements=["ticket_id"], index_where=_is_running())
        .returning(chains.c.id)
    )
    id: int | None = conn.scalar(statement)
    return id


def get(conn: Connection, id: int) -> Chain | None:
    """Return a chain by its id."""
    return next(iter(_select(conn, chains.c.id == id)), None)


def running(conn: Connection, ticket_id: int) -> Chain | None:
    """Return the chain of a ticket that has not ended."""
    return next(iter(_select(conn, chains.c.ticket_id == ticket_id, _is_running())), None)


def of_ticket(conn: Connection, ticket_id: int) -> list[Chain]:
    """Return all chains of a ticket, newest first."""
    return _select(conn, chains.c.ticket_id == ticket_id)


def lock_requester(conn: Connection, requester_id: int) -> None:
    """Keep other chains of a requester waiting until the transaction ends: not both may find the day free."""
    conn.execute(sa.select(requesters.c.id).where(requesters.c.id == requester_id).with_for_update())


def last_written_to(conn: Connection, requester_id: int, *, but_for: int) -> datetime | None:
    """Return when a message to a requester was last made ready to be sent, on any of their tickets.

    That of the follow-up `but_for` does not count: worked twice, it must not wait for itself.
    """
    newest = sa.func.max(outbox.c.created_at, type_=outbox.c.created_at.type)
    found: datetime | None = conn.scalar(
        sa.select(newest)
        .join_from(tickets, outbox, outbox.c.ticket_id == tickets.c.id)
        .where(
            tickets.c.requester_id == requester_id,
            outbox.c.is_public,
            sa.or_(outbox.c.follow_up_id.is_(None), outbox.c.follow_up_id != but_for),
            outbox.c.state.in_(["new", "claimed", "sending", "done"]),
        )
    )
    return found


def count_sent(conn: Connection, id: int, now: datetime) -> bool:
    """Note that a message went out; False for a chain that is gone."""
    sent = sa.update(chains).where(chains.c.id == id).values(sent=chains.c.sent + 1, last_sent_at=now)
    return conn.execute(sent).rowcount == 1


def ask(conn: Connection, id: int) -> bool:
    """Let a running chain wait for an agent's word."""
    return _set(conn, id, one_of(chains.c.state, "running"), state=ChainState.ASKING.value)


def go_on(conn: Connection, id: int, now: datetime) -> bool:
    """Let a chain that waited run again; what was written before `now` no longer stops it."""
    return _set(conn, id, one_of(chains.c.state, "asking"), state=ChainState.RUNNING.value, started_at=now)


def end(conn: Connection, id: int, state: ChainState, reason: Reason, now: datetime) -> bool:
    """End a chain; False when it has ended before."""
    values = {"state": state.value, "reason": encoding.reason_to_json(reason), "ended_at": now}
    return _set(conn, id, _is_running(), **values)


def _is_running() -> sa.ColumnElement[bool]:
    return one_of(chains.c.state, "running", "asking")


def _set(conn: Connection, id: int, where: sa.ColumnElement[bool], **values: object) -> bool:
    return conn.execute(sa.update(chains).where(chains.c.id == id, where).values(**values)).rowcount == 1


def _select(conn: Connection, *where: sa.ColumnElement[bool]) -> list[Chain]:
    rows = conn.execute(
        sa.select(*(chains.c[name] for name in _FIELDS))
        .where(*where)
        .order_by(chains.c.id.desc())
        .limit(MOST_CHAINS)
    )
    return [_chain(row) for row in rows]


def _chain(row: sa.Row[Any]) -> Chain:
    decoded = {
        "kind": ChainKind(row.kind),
        "state": ChainState(row.state),
        "delay": Delay(row.delay["amount"], Unit(row.delay["unit"])),
        "reason": encoding.reason_from_json(row.reason),
    }
    return Chain(**{**row._mapping, **decoded})
