"""Keeps the ticket fields *Next follow-up* and *Complaint deadline* current, in as few writes as can be."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from integration.domain.preset import DeadlineState
from integration.domain.ticket import FieldValue
from integration.handling import notes
from integration.handling.clocks import day_of, deadlines_of
from integration.handling.working_hours import working_hours
from integration.handling.zendesk_fields import FIELD_IDS
from integration.parts import Parts
from integration.store import complaints, follow_ups, kept, outbox

PRIORITY = 6


def keep_current(parts: Parts, conn: Connection, ticket_id: int, now: datetime) -> None:
    """Write the dates that changed, together with what already waits to be written to the ticket's fields."""
    fields = changed(parts, conn, ticket_id, now)
    if not fields or outbox.merge_fields(conn, ticket_id, fields, now):
        return
    marker = notes.new_marker()
    outbox.add(
        conn,
        key=f"dates:{marker}",
        kind="fields",
        ticket_id=ticket_id,
        marker=marker,
        note=None,
        fields=fields,
        priority=PRIORITY,
        now=now,
    )


def changed(
    parts: Parts, conn: Connection, ticket_id: int, now: datetime, *, but_for: int | None = None
) -> Mapping[int, FieldValue]:
    """Return the date fields whose day is another than Zendesk was told last.

    `but_for` is a follow-up that is about to end. A ticket without a complaint of ours has no such fields.
    """
    ids = kept.get(conn, FIELD_IDS)
    complaint = complaints.by_ticket(conn, ticket_id)
    if complaint is None or complaint.is_imported or not isinstance(ids, dict):
        return {}
    zone = working_hours(parts, conn, now).zone
    running = [f.due_at for f in follow_ups.running(conn, ticket_id) if f.id != but_for]
    wanted: dict[str, FieldValue] = {
        "next_follow_up": min(running).astimezone(zone).date().isoformat() if running else None
    }
    for shown in deadlines_of(parts, conn, complaint.id):
        if shown.deadline.state is DeadlineState.RUNNING:
            wanted["deadline"] = day_of(parts, shown.deadline).isoformat()
            break
    told = outbox.last_fields(conn, ticket_id)
    return {
        int(ids[name]): value
        for name, value in wanted.items()
        if name in ids and told.get(int(ids[name])) != value
    }
