"""Has Makegood's ticket fields say what an agent said; a note for every click would bury the conversation."""

from datetime import datetime

from sqlalchemy import Connection

from integration.domain.complaint import Band, State
from integration.handling import notes
from integration.handling.zendesk_fields import FieldValues, to_custom_fields
from integration.store import outbox
from integration.store.complaints import Complaint

PRIORITY = 3


def of_state(conn: Connection, complaint: Complaint, state: State, now: datetime) -> None:
    """Set the field that says where the complaint stands."""
    _set(conn, complaint, FieldValues(state=state), now)


def of_band(conn: Connection, complaint: Complaint, band: Band, now: datetime) -> None:
    """Set the field that says how severe it is."""
    _set(conn, complaint, FieldValues(band=band), now)


def _set(conn: Connection, complaint: Complaint, values: FieldValues, now: datetime) -> None:
    fields = to_custom_fields(conn, values)
    if not fields:
        return
    marker = notes.new_marker()
    outbox.add(
        conn,
        key=f"correct:{marker}",
        kind="enrich",
        ticket_id=complaint.ticket_id,
        marker=marker,
        note=None,
        fields=fields,
        priority=PRIORITY,
        now=now,
    )
