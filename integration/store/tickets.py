"""Tickets as last seen: whatever arrives late changes only what nothing newer has told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from integration.domain.ticket import Channel, Comment, FieldValue, Status, Ticket
from integration.store import choices, corrections, encoding, opinions
from integration.store.dialect import has_stored, insert_into, one_of
from integration.store.tables import comments as comment_rows
from integration.store.tables import inbox, tickets

Stored: TypeAlias = Mapping[Any, Any]

MOST_COMMENTS = 1000
# Authors of comments of which only the end was heard so far; Zendesk's system user is -1.
REDACTED_UNSEEN, HIDDEN_UNSEEN = -2, -3
SNAPSHOT = "*"  # in `field_orders`: the newest source that told all custom fields at once
_FIELDS = tuple(Ticket.__dataclass_fields__)
_COMMENT_FIELDS = tuple(Comment.__dataclass_fields__)
# Not every source knows these; once known they do not become unknown.
_STICKY = ("merged_into", "followup_of", "satisfaction")
_OWN = ("id", "custom_fields", "field_orders", "is_worked", "is_erased")
# What a ticket that was forgotten stays without, whatever comes in.
_PERSONAL = (
    "requester_id",
    "subject",
    "description",
    "tags",
    "organization_id",
    "merged_into",
    "followup_of",
)


def get(conn: Connection, id: int) -> Ticket | None:
    """Return the ticket as last seen."""
    row = conn.execute(sa.select(*(tickets.c[name] for name in _FIELDS)).where(tickets.c.id == id)).first()
    return _ticket(row._mapping) if row else None


def order_of(conn: Connection, id: int) -> str | None:
    """Return the order of the newest source applied to the ticket."""
    return conn.scalar(sa.select(tickets.c.seen_order).where(tickets.c.id == id))


def save(conn: Connection, ticket: Ticket, *, order: str, with_custom_fields: bool) -> bool:
    """Store a ticket as a source knew it at `order`; False when something newer is already known.

    Custom fields follow their own orders: an old snapshot may still bring fields that no event told.
    """
    stored = _orders(conn, [ticket.id]).get(ticket.id)
    values = _row(ticket, order)
    if with_custom_fields:
        values |= _merged_fields(stored, ticket.custom_fields, order)
    else:
        values |= {"custom_fields": {}, "field_orders": {}}
    is_newest = stored is None or stored["seen_order"] <= order
    if is_newest:
        conn.execute(_upsert(conn, with_custom_fields), values)
    elif with_custom_fields:
        _set_fields(conn, ticket.id, values)
    return is_newest


def save_many(conn: Connection, rows: Sequence[tuple[Ticket, str]]) -> None:
    """Store (ticket, order) pairs of an export, custom fields included; newest wins."""
    stored = _orders(conn, [ticket.id for ticket, _ in rows])
    plain: list[tuple[Ticket, str]] = []
    told_by_events: list[tuple[Ticket, str]] = []
    for ticket, order in rows:
        known = stored.get(ticket.id)
        is_plain = known is None or set(known["field_orders"]) <= {SNAPSHOT}
        (plain if is_plain else told_by_events).append((ticket, order))
    if plain:
        values = [
            _row(ticket, order) | _merged_fields(None, ticket.custom_fields, order) for ticket, order in plain
        ]
        conn.execute(_upsert(conn, with_custom_fields=True), values)
    for ticket, order in told_by_events:
        save(conn, ticket, order=order, with_custom_fields=True)


def set_words(conn: Connection, ticket_id: int, subject: str, description: str) -> bool:
    """Replace what may hold words that were blacked out since; False when the ticket was forgotten."""
    mine = sa.and_(tickets.c.id == ticket_id, ~tickets.c.is_erased)
    changed = sa.update(tickets).where(mine).values(subject=subject, description=description)
    return conn.execute(changed).rowcount == 1


def is_erased(conn: Connection, id: int) -> bool:
    """Whether the ticket was forgotten."""
    return bool(conn.scalar(sa.select(tickets.c.is_erased).where(tickets.c.id == id)))


def hold_still(conn: Connection, ids: Collection[int]) -> set[int]:
    """Let nobody else change these tickets until the transaction ends; return those not forgotten by now."""
    mine = sa.and_(tickets.c.id.in_(ids), ~tickets.c.is_erased)
    return set(conn.scalars(sa.select(tickets.c.id).where(mine).order_by(tickets.c.id).with_for_update()))


def to_judge(conn: Connection, *, below: int | None, limit: int) -> list[Ticket]:
    """Return tickets that nobody has judged or is about to, the newest first, below a number."""
    subject = sa.literal("ticket:", sa.String).concat(sa.cast(tickets.c.id, sa.String(20)))
    is_coming = sa.exists().where(inbox.c.subject == subject, one_of(inbox.c.state, "new", "claimed"))
    mine = sa.and_(
        ~tickets.c.is_worked, ~tickets.c.is_erased, tickets.c.status != Status.DELETED.value, ~is_coming
    )
    rows = sa.select(*(tickets.c[name] for name in _FIELDS)).where(mine)
    if below is not None:
        rows = rows.where(tickets.c.id < below)
    return [_ticket(row._mapping) for row in conn.execute(rows.order_by(tickets.c.id.desc()).limit(limit))]


def closed_before(conn: Connection, moment: datetime, *, after: int, limit: int) -> list[int]:
    """Return tickets behind id `after` that ended, and last changed before `moment`, in their ids' order."""
    over = tickets.c.status.in_([Status.SOLVED.value, Status.CLOSED.value, Status.DELETED.value])
    old = sa.and_(over, tickets.c.updated_at < moment, ~tickets.c.is_erased, tickets.c.id > after)
    return list(conn.scalars(sa.select(tickets.c.id).where(old).order_by(tickets.c.id).limit(limit)))


def set_custom_field(
    conn: Connection, ticket_id: int, field_id: int, value: FieldValue, *, order: str
) -> bool:
    """Change one custom field; False when the ticket is unknown or the field is known newer."""
    stored = _orders(conn, [ticket_id]).get(ticket_id)
    if stored is None or _field_order(stored, str(field_id)) > order:
        return False
    _set_fields(
        conn,
        ticket_id,
        {
            "custom_fields": stored["custom_fields"] | {str(field_id): encoding.field_to_json(value)},
            "field_orders": stored["field_orders"] | {str(field_id): order},
        },
    )
    return True


def mark_merged(conn: Connection, ticket_id: int, into_id: int) -> bool:
    """Remember the ticket that this one went into; False when it is unknown."""
    return _set(conn, ticket_id, merged_into=into_id)


def mark_deleted(conn: Connection, ticket_id: int, *, order: str) -> bool:
    """Mark as deleted; False when the ticket is unknown or something newer is known."""
    changed = conn.execute(
        sa.update(tickets)
        .where(tickets.c.id == ticket_id, tickets.c.seen_order <= order)
        .values(status=Status.DELETED.value, seen_order=order)
    )
    if changed.rowcount == 1:
        choices.forget_ticket(conn, ticket_id)
        corrections.forget_ticket(conn, ticket_id)
        opinions.forget_ticket(conn, ticket_id)
    return changed.rowcount == 1


def words(conn: Connection, ids: Collection[int]) -> dict[int, str]:
    """Return subject and description of tickets, by their ids; deleted and unknown ones are left out."""
    columns = (tickets.c.id, tickets.c.subject, tickets.c.description)
    mine = sa.and_(tickets.c.id.in_(ids), tickets.c.status != Status.DELETED.value)
    rows = conn.execute(sa.select(*columns).where(mine))
    return {row.id: f"{row.subject}\n{row.description}" for row in rows}


def mark_worked(conn: Connection, ticket_id: int) -> bool:
    """Remember that detection has looked at the ticket; False when it is unknown."""
    return _set(conn, ticket_id, is_worked=True)


def is_worked(conn: Connection, ticket_id: int) -> bool:
    """Whether detection has looked at the ticket."""
    return bool(conn.scalar(sa.select(tickets.c.is_worked).where(tickets.c.id == ticket_id)))


def add_comment(conn: Connection, comment: Comment) -> bool:
    """Keep a comment; False when it is already here, or its ticket was forgotten."""
    if conn.scalar(sa.select(tickets.c.is_erased).where(tickets.c.id == comment.ticket_id)):
        return False
    values = {name: getattr(comment, name) for name in _COMMENT_FIELDS}
    insert, old = insert_into(conn, comment_rows).values(values), comment_rows.c
    told: dict[str, sa.ColumnElement[Any]] = {
        name: insert.excluded[name] for name in ("author_id", "by_agent", "created_at")
    }
    was_redacted = old.author_id == REDACTED_UNSEEN
    told["body"] = sa.case((was_redacted, ""), else_=insert.excluded.body)
    told["is_public"] = sa.case((was_redacted, insert.excluded.is_public), else_=sa.false())
    statement = insert.on_conflict_do_update(
        index_elements=["id"], set_=told, where=old.author_id.in_([REDACTED_UNSEEN, HIDDEN_UNSEEN])
    )
    return has_stored(conn, statement, comment_rows.c.id)


def comments(conn: Connection, ticket_id: int) -> tuple[Comment, ...]:
    """Return a ticket's comments, oldest first."""
    rows = conn.execute(
        sa.select(*(comment_rows.c[name] for name in _COMMENT_FIELDS))
        .where(comment_rows.c.ticket_id == ticket_id, comment_rows.c.author_id > REDACTED_UNSEEN)
        .order_by(comment_rows.c.created_at, comment_rows.c.id)
        .limit(MOST_COMMENTS)
    )
    return tuple(Comment(**row._mapping) for row in rows)


def hide_comment(conn: Connection, comment_id: int, *, is_redacted: bool) -> bool:
    """Follow Zendesk where a comment was made private, or words of it were blacked out.

    The event does not say which words, so a redacted comment loses all of them.
    """
    values: dict[str, object] = {"is_public": False}
    if is_redacted:
        author = comment_rows.c.author_id
        unseen = sa.case((author == HIDDEN_UNSEEN, REDACTED_UNSEEN), else_=author)
        values = {"body": "", "author_id": unseen}
    changed = conn.execute(sa.update(comment_rows).where(comment_rows.c.id == comment_id).values(**values))
    return changed.rowcount == 1


def hide_unseen(
    conn: Connection, ticket_id: int, comment_id: int, *, is_redacted: bool, at: datetime
) -> bool:
    """Remember that a comment was hidden or blacked out before it came in, so that it comes in that way."""
    values = {
        "id": comment_id,
        "ticket_id": ticket_id,
        "author_id": REDACTED_UNSEEN if is_redacted else HIDDEN_UNSEEN,
        "by_agent": False,
        "is_public": False,
        "body": "",
        "created_at": at,
    }
    statement = insert_into(conn, comment_rows).values(values).on_conflict_do_nothing(index_elements=["id"])
    return has_stored(conn, statement, comment_rows.c.id)


def set_satisfaction(conn: Connection, ticket_id: int, score: str) -> bool:
    """Remember the rating that the requester gave; False when the ticket is unknown."""
    return _set(conn, ticket_id, satisfaction=score)


def _set(conn: Connection, ticket_id: int, **values: object) -> bool:
    return conn.execute(sa.update(tickets).where(tickets.c.id == ticket_id).values(**values)).rowcount == 1


def _orders(conn: Connection, ids: Sequence[int]) -> dict[int, Stored]:
    """Lock the rows, always in the same sequence, so that two writers do not wait for each other."""
    rows = conn.execute(
        sa.select(tickets.c.id, tickets.c.seen_order, tickets.c.custom_fields, tickets.c.field_orders)
        .where(tickets.c.id.in_(ids))
        .order_by(tickets.c.id)
        .with_for_update()
    )
    return {row.id: row._mapping for row in rows}


def _field_order(stored: Stored, field: str) -> str:
    orders: Mapping[str, str] = stored["field_orders"]
    return max(orders.get(field, ""), orders.get(SNAPSHOT, ""))


def _merged_fields(stored: Stored | None, fields: Mapping[int, FieldValue], order: str) -> dict[str, Any]:
    told = encoding.fields_to_json(fields)
    if stored is None:
        return {"custom_fields": told, "field_orders": {SNAPSHOT: order}}
    if stored["field_orders"].get(SNAPSHOT, "") > order:
        return {"custom_fields": stored["custom_fields"], "field_orders": stored["field_orders"]}
    newer = {name: at for name, at in stored["field_orders"].items() if name != SNAPSHOT and at > order}
    kept = {name: value for name, value in stored["custom_fields"].items() if name in newer}
    return {"custom_fields": told | kept, "field_orders": newer | {SNAPSHOT: order}}


def _set_fields(conn: Connection, ticket_id: int, values: Stored) -> None:
    told = {name: values[name] for name in ("custom_fields", "field_orders")}
    mine = sa.and_(tickets.c.id == ticket_id, ~tickets.c.is_erased)
    conn.execute(sa.update(tickets).where(mine).values(**told))


def _upsert(conn: Connection, with_custom_fields: bool) -> sa.Insert:
    insert = insert_into(conn, tickets)
    new, old = insert.excluded, tickets.c
    changed: dict[str, sa.ColumnElement[Any]] = {
        column.name: new[column.name] for column in old if column.name not in _OWN
    }
    changed |= {name: sa.func.coalesce(new[name], old[name]) for name in _STICKY}
    if with_custom_fields:
        changed |= {name: new[name] for name in ("custom_fields", "field_orders")}
    forgotten = [name for name in (*_PERSONAL, "custom_fields", "field_orders") if name in changed]
    changed |= {name: sa.case((old.is_erased, old[name]), else_=changed[name]) for name in forgotten}
    return insert.on_conflict_do_update(
        index_elements=["id"], set_=changed, where=old.seen_order <= new.seen_order
    )


def _row(ticket: Ticket, order: str) -> dict[str, Any]:
    values = {name: getattr(ticket, name) for name in _FIELDS if name not in _OWN}
    changed = {
        "id": ticket.id,
        "status": ticket.status.value,
        "channel": ticket.channel.value,
        "tags": sorted(ticket.tags),
        "seen_order": order,
    }
    return values | changed


def _ticket(row: Stored) -> Ticket:
    decoded = {
        "status": Status(row["status"]),
        "channel": Channel(row["channel"]),
        "tags": frozenset(row["tags"]),
        "custom_fields": encoding.fields_from_json(row["custom_fields"]),
    }
    return Ticket(**{**row, **decoded})
