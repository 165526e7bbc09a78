"""Forgets people and tickets: finds what is stored of them, removes it, counts what was removed."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.store import audit_log, requesters
from integration.store.dialect import insert_into
from integration.store.engine import Database
from integration.store.erasure_rules import WORDS_OF_A_TICKET, Of, Rule, rules
from integration.store.tables import alerts, complaints, follow_ups, inbox, outbox, promises, tickets
from integration.store.tables import audit_log as audit_rows
from integration.store.tables import requesters as requester_rows

# SQLite takes some 32 thousand values in one statement; a list of this length is found quickly on both.
CHUNK = 500
Removed = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """The ids by which everything of a person, or of one ticket, is found."""

    requesters: tuple[int, ...] = ()
    tickets: tuple[int, ...] = ()
    complaints: tuple[int, ...] = ()
    alerts: tuple[int, ...] = ()
    subjects: tuple[str, ...] = field(default=(), repr=False)  # as the audit log names them

    def ids(self, of: Of) -> Sequence[int]:
        """Return the ids of one kind."""
        by_kind = {
            Of.REQUESTER: self.requesters,
            Of.TICKET: self.tickets,
            Of.COMPLAINT: self.complaints,
            Of.ALERT: self.alerts,
        }
        return by_kind[of]


def scope_of_requester(conn: Connection, requester_id: int) -> Scope:
    """Return everything of a requester and of everyone merged with them."""
    people = requesters.same_person(conn, requester_id)
    theirs = _column(conn, tickets.c.id, tickets.c.requester_id, people)
    theirs |= _column(conn, complaints.c.ticket_id, complaints.c.requester_id, people)
    return _scope(conn, people, {id for id in theirs if id > 0})


def scope_of_ticket(conn: Connection, ticket_id: int) -> Scope:
    """Return everything of one ticket; its requester stays known."""
    return _scope(conn, (), {ticket_id})


def count(conn: Connection, scope: Scope, now: datetime) -> Removed:
    """Return how many rows of each table hold something of them; nothing is changed."""
    return _told(Counter(name for name, _ in everything(conn, scope, now)))


def erase(conn: Connection, scope: Scope, now: datetime) -> Removed:
    """Remove everything of them and return how many rows of each table were deleted or emptied."""
    _overwrite(conn)
    scope = _once_still(conn, scope)
    removed: Counter[str] = Counter()
    for rule in rules(now):
        removed[rule.table.name] += _apply(conn, rule, scope)
    removed[audit_rows.name] += audit_log.erase(conn, scope.subjects)
    _leave_a_stone(conn, scope, now)
    return _told(removed)


def erase_words(conn: Connection, ticket_id: int) -> Removed:
    """Remove what was made of a ticket's words, after some of them were blacked out in Zendesk."""
    _overwrite(conn)
    scope = Scope(tickets=(ticket_id,))
    removed = Counter({rule.table.name: _apply(conn, rule, scope) for rule in WORDS_OF_A_TICKET})
    worked = sa.and_(inbox.c.ticket_id == ticket_id, inbox.c.state == "done", inbox.c.body != b"")
    removed[inbox.name] = conn.execute(sa.update(inbox).where(worked).values(body=b"")).rowcount
    over = sa.and_(outbox.c.ticket_id == ticket_id, outbox.c.state.in_(("done", "held", "dropped")))
    removed[outbox.name] = conn.execute(
        sa.update(outbox).where(over, outbox.c.note.is_not(None)).values(note=None)
    ).rowcount
    return _told(removed)


def settle(database: Database) -> None:
    """Carry an erasure from SQLite's log into its file: until then the log holds the pages as they were."""
    if database.engine.dialect.name == "sqlite":
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()


def everything(conn: Connection, scope: Scope, now: datetime) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield table and row of all that is stored of them, for handing it over."""
    seen: set[tuple[str, Any]] = set()
    for rule in rules(now):
        for where in _places(rule, scope):
            for row in conn.execute(sa.select(rule.table).where(where)):
                names = [column.name for column in rule.table.primary_key]
                key = (rule.table.name, tuple(row._mapping[name] for name in names))
                if key not in seen:
                    seen.add(key)
                    yield rule.table.name, dict(row._mapping)
    for some in _chunks(scope.subjects):
        for entry in conn.execute(sa.select(audit_rows).where(audit_rows.c.subject.in_(some))):
            yield audit_rows.name, dict(entry._mapping)


def _overwrite(conn: Connection) -> None:
    """Have removed words overwritten: they would stay readable in the free pages of an SQLite file."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA secure_delete=ON").close()


def _once_still(conn: Connection, scope: Scope) -> Scope:
    """Wait for whoever works on these tickets, and look again at what they left."""
    for some in _chunks(scope.tickets):
        locked = sa.select(tickets.c.id).where(tickets.c.id.in_(some)).order_by(tickets.c.id)
        conn.execute(locked.with_for_update()).all()
    return _scope(conn, scope.requesters, scope.tickets)


def _scope(conn: Connection, people: Sequence[int], ticket_ids: Collection[int]) -> Scope:
    complaint_ids = _column(conn, complaints.c.id, complaints.c.ticket_id, ticket_ids)
    complaint_ids |= _column(conn, complaints.c.id, complaints.c.requester_id, people)
    alert_ids = _column(conn, alerts.c.id, alerts.c.ticket_id, ticket_ids)
    ids_by_name = {
        "requester": people,
        "ticket": ticket_ids,
        "complaint": complaint_ids,
        "alert": alert_ids,
        "follow-up": _column(conn, follow_ups.c.id, follow_ups.c.ticket_id, ticket_ids),
        "promise": _column(conn, promises.c.id, promises.c.ticket_id, ticket_ids),
        "outbox": _column(conn, outbox.c.id, outbox.c.ticket_id, ticket_ids),
    }
    return Scope(
        requesters=tuple(people),
        tickets=tuple(sorted(ticket_ids)),
        complaints=tuple(sorted(complaint_ids)),
        alerts=tuple(sorted(alert_ids)),
        subjects=tuple(f"{name}:{id}" for name, ids in ids_by_name.items() for id in sorted(ids)),
    )


def _apply(conn: Connection, rule: Rule, scope: Scope) -> int:
    done = 0
    for where in _places(rule, scope):
        if rule.values is None:
            done += conn.execute(sa.delete(rule.table).where(where)).rowcount
            continue
        # First, while the rows can still be found by the ids that `values` may replace.
        _keep_codes_alone(conn, rule, where)
        if rule.values:
            done += conn.execute(sa.update(rule.table).where(where).values(**rule.values)).rowcount
    return done


def _places(rule: Rule, scope: Scope) -> Iterator[sa.ColumnElement[bool]]:
    for name, of in rule.keys.items():
        for some in _chunks(scope.ids(of)):
            yield rule.table.c[name].in_(some)


def _keep_codes_alone(conn: Connection, rule: Rule, where: sa.ColumnElement[bool]) -> None:
    for name in rule.reasons:
        column, id = rule.table.c[name], rule.table.c.id
        for row in conn.execute(sa.select(id, column).where(where, column.is_not(None))).all():
            if isinstance(row[1], dict):
                bare: dict[str, Any] = {"code": row[1].get("code"), "details": {}}
                conn.execute(sa.update(rule.table).where(id == row[0]).values({name: bare}))


def _leave_a_stone(conn: Connection, scope: Scope, now: datetime) -> None:
    """Mark people who had no row of their own: an export that comes later must not bring them back."""
    for id in scope.requesters:
        stone = insert_into(conn, requester_rows).values(
            id=id, created_at=now, is_active=False, is_erased=True
        )
        conn.execute(stone.on_conflict_do_nothing(index_elements=["id"]))


def _column(conn: Connection, wanted: sa.Column[Any], key: sa.Column[Any], ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for some in _chunks(sorted(ids)):
        found.update(conn.scalars(sa.select(wanted).where(key.in_(some))))
    return found


def _chunks(ids: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(ids), CHUNK):
        yield ids[first : first + CHUNK]


def _told(counted: Counter[str]) -> Removed:
    return {name: counted[name] for name in sorted(counted) if counted[name]}
