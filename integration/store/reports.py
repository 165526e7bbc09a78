"""Reads the complaints received in a period, with everything that the reports count about them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import State
from integration.domain.history import PromiseState
from integration.domain.report import UNKNOWN, Case, PromiseMade, RemedyGiven
from integration.store.acknowledgements import acknowledge_by
from integration.store.tables import (
    comments,
    complaint_actions,
    complaints,
    promises,
    remedies,
    tickets,
)

MOST_CASES = 20_000
AT_ONCE = 500  # ids in one question; SQLite's limit on parameters is far above

_SAME = (
    "ticket_id",
    "received_at",
    "category",
    "band",
    "channel",
    "language",
    "outcome",
    "resolved_at",
    "decided_at",
    "told_at",
    "is_satisfied",
)


class TooManyCases(Exception):
    """The period holds more complaints than a report takes; a shorter one will do."""


def cases(conn: Connection, start: datetime, end: datetime, *, product_field: int | None) -> list[Case]:
    """Return the complaints received from `start` to before `end`, oldest first.

    Those that a person said were none are left out. `product_field` is the ticket field that names the
    product. Raises `TooManyCases`.
    """
    found = conn.execute(_complaints(start, end)).mappings().all()
    if len(found) > MOST_CASES:
        raise TooManyCases
    ids = [row["id"] for row in found]
    limits: dict[int, datetime] = {}
    for some in _portions(ids):
        limits |= acknowledge_by(conn, some)
    reopened = _reopenings(conn, ids)
    promised = _promises(conn, ids)
    given = _remedies(conn, ids)
    return [
        _case(
            row,
            product_field,
            acknowledge_by=limits.get(row["id"]),
            times_reopened=reopened.get(row["id"], 0),
            promises=tuple(promised[row["id"]]),
            remedies=tuple(given[row["id"]]),
        )
        for row in found
    ]


def _complaints(start: datetime, end: datetime) -> sa.Select[Any]:
    replied = (
        sa.select(sa.func.min(comments.c.created_at, type_=comments.c.created_at.type))
        .where(
            comments.c.ticket_id == complaints.c.ticket_id,
            comments.c.created_at >= complaints.c.received_at,
            comments.c.by_agent,
            comments.c.is_public,
        )
        .scalar_subquery()
    )
    return (
        sa.select(
            *(complaints.c[name] for name in _SAME),
            complaints.c.id,
            complaints.c.state,
            complaints.c.cause,
            complaints.c.deadline_at,
            complaints.c.not_told_because,
            complaints.c.repeat_of,
            tickets.c.subject,
            tickets.c.satisfaction,
            tickets.c.custom_fields,
            replied.label("acknowledged_at"),
        )
        .outerjoin_from(complaints, tickets, tickets.c.id == complaints.c.ticket_id)
        .where(
            complaints.c.received_at >= start,
            complaints.c.received_at < end,
            complaints.c.state != State.NOT_A_COMPLAINT.value,
        )
        .order_by(complaints.c.received_at, complaints.c.id)
        .limit(MOST_CASES + 1)
    )


def _reopenings(conn: Connection, ids: Sequence[int]) -> dict[int, int]:
    table = complaint_actions.c
    counted: dict[int, int] = {}
    for some in _portions(ids):
        question = (
            sa.select(table.complaint_id, sa.func.count())
            .where(table.complaint_id.in_(some), table.kind == "reopened")
            .group_by(table.complaint_id)
        )
        counted.update((complaint_id, n) for complaint_id, n in conn.execute(question))
    return counted


def _promises(conn: Connection, ids: Sequence[int]) -> Mapping[int, list[PromiseMade]]:
    table = promises.c
    made: dict[int, list[PromiseMade]] = defaultdict(list)
    for some in _portions(ids):
        question = sa.select(table.complaint_id, table.what, table.due_at, table.state, table.moves)
        question = question.where(table.complaint_id.in_(some)).order_by(table.due_at, table.id)
        for complaint_id, what, due_at, state, moves in conn.execute(question):
            made[complaint_id].append(PromiseMade(what, due_at, PromiseState(state), moves))
    return made


def _remedies(conn: Connection, ids: Sequence[int]) -> Mapping[int, list[RemedyGiven]]:
    table = remedies.c
    undoing = complaint_actions.alias("undoing")
    is_undone = sa.exists().where(undoing.c.undoes == table.action_id)
    given: dict[int, list[RemedyGiven]] = defaultdict(list)
    for some in _portions(ids):
        question = sa.select(table.complaint_id, table.kind, table.amount, table.currency)
        question = question.where(table.complaint_id.in_(some), ~is_undone).order_by(table.action_id)
        for complaint_id, kind, amount, currency in conn.execute(question):
            given[complaint_id].append(RemedyGiven(kind, amount, currency))
    return given


def _portions(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE)]


def _case(row: Mapping[Any, Any], product_field: int | None, **besides: Any) -> Case:
    return Case(
        **{name: row[name] for name in _SAME},
        **besides,
        subject=row["subject"] or "",
        state=State(row["state"]),
        cause=(row["cause"] or UNKNOWN).strip(),
        product=_product(row["custom_fields"], product_field),
        is_repeat=row["repeat_of"] is not None,
        acknowledged_at=row["acknowledged_at"],
        resolve_by=row["deadline_at"],
        is_excused=row["not_told_because"] is not None,
        rating=row["satisfaction"],
    )


def _product(custom_fields: Mapping[str, Any] | None, field: int | None) -> str:
    value = (custom_fields or {}).get(str(field))
    return value.strip() if isinstance(value, str) else UNKNOWN
