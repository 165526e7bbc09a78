"""What the store knows of a requester, in a handful of indexed questions however large it is."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.complaint import Band, Category, State
from integration.domain.history import History, Outcome, PastComplaint, Promise
from integration.domain.remedy import Decision, Remedy
from integration.domain.ticket import Requester, Status
from integration.store import kept, outcomes, promises, requesters
from integration.store.tables import complaints, detached_tickets, tickets
from integration.store.tables import promises as promise_rows

MOST_COMPLAINTS = 200
IMPORT = "import"  # the kept entry that says `{"is_running": true}` while history is being imported


def history_of(conn: Connection, requester_id: int, *, now: datetime, months: int = 24) -> History:
    """Return what is known of a requester and everyone merged with them, back to `months` ago.

    Ticket counts and the first ticket look back without limit.
    """
    ids = requesters.same_person(conn, requester_id)
    counts = _ticket_counts(conn, ids)
    return History(
        requester=requesters.get(conn, ids[0]) or Requester(ids[0]),
        complaints=_complaints(conn, ids, months_before(now, months)),
        promises=_promises(conn, ids, months_before(now, months)),
        tickets_total=counts.total,
        first_ticket_at=counts.first_at,
        good_ratings=counts.good or 0,
        is_importing=bool((kept.get(conn, IMPORT) or {}).get("is_running")),
    )


def months_before(moment: datetime, months: int) -> datetime:
    """Go back by calendar months; the 31st becomes the last day of a shorter one."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _ticket_counts(conn: Connection, ids: Sequence[int]) -> sa.Row[Any]:
    good = sa.func.sum(sa.case((tickets.c.satisfaction == "good", 1), else_=0))
    return conn.execute(
        sa.select(
            sa.func.count().label("total"),
            sa.func.min(tickets.c.created_at, type_=tickets.c.created_at.type).label("first_at"),
            good.label("good"),
        ).where(tickets.c.requester_id.in_(ids), tickets.c.status != Status.DELETED.value)
    ).one()


def _complaints(conn: Connection, ids: Sequence[int], since: datetime) -> tuple[PastComplaint, ...]:
    rows = conn.execute(
        sa.select(
            *(complaints.c[name] for name in _SAME),
            complaints.c.references,
            complaints.c.category,
            complaints.c.band,
            complaints.c.state,
            complaints.c.outcome,
            complaints.c.decision,
            tickets.c.subject,
            tickets.c.satisfaction,
        )
        .outerjoin_from(complaints, tickets, tickets.c.id == complaints.c.ticket_id)
        .where(
            complaints.c.requester_id.in_(ids),
            complaints.c.received_at >= since,
            ~sa.exists().where(detached_tickets.c.ticket_id == complaints.c.ticket_id),
        )
        .order_by(complaints.c.received_at.desc(), complaints.c.id.desc())
        .limit(MOST_COMPLAINTS)
    )
    found = [row._mapping for row in rows]
    given = outcomes.remedies_of(conn, [row["id"] for row in found])
    return tuple(_past(row, given.get(row["id"], ())) for row in found)


def _promises(conn: Connection, ids: Sequence[int], since: datetime) -> tuple[Promise, ...]:
    rows = conn.execute(
        sa.select(*(promise_rows.c[name] for name in promises.FIELDS))
        .join_from(complaints, promise_rows, promise_rows.c.complaint_id == complaints.c.id)
        .where(complaints.c.requester_id.in_(ids), complaints.c.received_at >= since)
        .order_by(promise_rows.c.due_at.desc(), promise_rows.c.id.desc())
        .limit(promises.MOST_PROMISES)
    )
    return tuple(promises.promise_from(row) for row in rows)


_SAME = (
    "id",
    "ticket_id",
    "requester_id",
    "received_at",
    "resolved_at",
    "told_at",
    "repeat_of",
    "cause",
    "is_satisfied",
)


def _past(row: Mapping[Any, Any], remedies: tuple[Remedy, ...]) -> PastComplaint:
    return PastComplaint(
        **{name: row[name] for name in _SAME},
        subject=row["subject"] or "",
        satisfaction=row["satisfaction"],
        references=frozenset(row["references"]),
        category=Category(row["category"]),
        band=Band(row["band"]),
        state=State(row["state"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        decision=Decision(row["decision"]) if row["decision"] else None,
        remedies=remedies,
    )
