"""Takes stock of a soak: what Zendesk holds, what Makegood's own store says, and what the calls were for."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from integration.demo.puppets import Doc
from integration.domain.followup import FollowUp, FollowUpStatus
from integration.parts import Parts
from integration.store import follow_ups, parked
from integration.store.parked import Parked
from integration.store.tables import follow_ups as follow_up_rows
from integration.store.tables import inbox, outbox, tickets

# What each kind of call is made for.
PURPOSES = {
    "PUT tickets/:id": "a note with its fields, or the end of a complaint; repeated when refused",
    "GET tickets/:id/audits": "looked for a marker after a lost answer",
    "GET users/:id": "asked who an unknown requester is",
    "GET tickets/:id": "read a ticket again when its follow-up fell due",
    "GET tickets/:id/comments": "read its conversation again when its follow-up fell due",
    "GET users/show_many": "asked for the roles of comments' authors",
    "GET incremental/tickets/cursor": "reconciliation",
    "GET incremental/users/cursor": "reconciliation",
    "POST oauth/tokens": "a fresh access token",
}


def notes_by_ticket(zendesk_file: Path) -> Counter[int]:
    """Count Makegood's notes on each ticket, in the account's own file."""
    with sqlite3.connect(f"file:{zendesk_file}?mode=ro", uri=True) as file:
        rows = file.execute(
            "SELECT ticket_id, count(*) FROM comment WHERE instr(doc, 'Makegood · mg-') GROUP BY ticket_id"
        ).fetchall()
    file.close()
    return Counter(dict(rows))


def backlog(parts: Parts) -> dict[str, int]:
    """Count what the worker still has to do, kinds without any left out."""
    now = parts.clock()
    due = sa.or_(
        follow_up_rows.c.status == "dispatched",
        sa.and_(follow_up_rows.c.status == "pending", follow_up_rows.c.due_at <= now),
    )
    questions = {
        "inbox": (inbox, inbox.c.state.in_(("new", "claimed"))),
        "outbox": (outbox, outbox.c.state.in_(("new", "claimed", "sending"))),
        "follow-ups": (follow_up_rows, due),
    }
    with parts.database.read() as conn:
        left = {
            name: conn.scalar(sa.select(sa.func.count()).select_from(table).where(where)) or 0
            for name, (table, where) in questions.items()
        }
    return {name: count for name, count in left.items() if count}


def states(parts: Parts) -> dict[str, dict[str, int]]:
    """Count inbox and outbox rows and follow-ups by their state."""
    columns = {
        "inbox": inbox.c.state,
        "outbox": outbox.c.kind + " " + outbox.c.state,
        "follow_ups": follow_up_rows.c.name + " " + follow_up_rows.c.status,
    }
    with parts.database.read() as conn:
        return {
            name: dict(conn.execute(sa.select(column, sa.func.count()).group_by(column)).tuples().all())
            for name, column in columns.items()
        }


def posted(parts: Parts) -> int:
    """Count the writes that Zendesk has, as far as Makegood knows."""
    with parts.database.read() as conn:
        question = sa.select(sa.func.count()).select_from(outbox).where(outbox.c.state == "done")
        return conn.scalar(question) or 0


def unknown(parts: Parts, ticket_ids: Collection[int]) -> set[int]:
    """Return the tickets that Makegood has not heard of at all."""
    with parts.database.read() as conn:
        return set(ticket_ids) - set(conn.scalars(sa.select(tickets.c.id).where(tickets.c.is_worked)))


def duties(parts: Parts, ticket_id: int) -> list[FollowUp]:
    """Return the follow-ups of a ticket that count from its receipt."""
    with parts.database.read() as conn:
        return [f for f in follow_ups.of_ticket(conn, ticket_id) if f.name.startswith("first_reply")]


def last_first_reply(parts: Parts) -> datetime:
    """Return the moment at which the last first reply falls due."""
    with parts.database.read() as conn:
        last: datetime | None = conn.scalar(
            sa.select(follow_up_rows.c.due_at)
            .where(follow_up_rows.c.name.startswith("first_reply"))
            .order_by(follow_up_rows.c.due_at.desc())
            .limit(1)
        )
    if last is None:
        raise LookupError("no follow-up was planned at all")
    return last


def parked_work(parts: Parts) -> list[Parked]:
    """Return what was set aside for a person."""
    with parts.database.read() as conn:
        return parked.everything(conn)


def is_explained(follow_up: FollowUp) -> bool:
    """Whether a follow-up ended as it should: said once, or silent for a reason on record."""
    if follow_up.status is FollowUpStatus.POSTED:
        return True
    quiet = {FollowUpStatus.SATISFIED, FollowUpStatus.SILENT, FollowUpStatus.CANCELLED}
    return follow_up.status in quiet and follow_up.reason is not None


def calls_by_kind(report: Doc) -> dict[str, dict[str, int]]:
    """Count calls by method, kind of path and status; 0 is a connection dropped without an answer."""
    counted: dict[str, Counter[str]] = {}
    for call in report["calls"]:
        path = call["path"].partition("?")[0].removeprefix("/api/v2").strip("/").removesuffix(".json")
        kind = "/".join(":id" if part.isdigit() else part for part in path.split("/"))
        counted.setdefault(f"{call['method']} {kind}", Counter())[str(call["status"])] += 1
    return {kind: dict(counts) for kind, counts in sorted(counted.items())}


def purposes(kinds: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """Count calls by what they were made for."""
    counted: Counter[str] = Counter()
    for kind, by_status in kinds.items():
        counted[PURPOSES.get(kind, kind)] += sum(by_status.values())
    return dict(counted)
