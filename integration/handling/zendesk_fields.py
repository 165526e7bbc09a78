"""Makegood's own ticket fields in Zendesk: their ids, and the values that a complaint gives them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from integration.domain.complaint import Band, State
from integration.domain.ticket import FieldValue
from integration.parts import Parts
from integration.store import kept
from integration.zendesk.provision import NONE_KNOWN, FieldIds

FIELD_IDS = "zendesk_fields"
# Kept once `connect` has created a ticket field: the app's package then leaves the fields to it.
FIELDS_MADE_BY_CONNECT = "zendesk_fields_made_by_connect"


@dataclass(frozen=True, slots=True)
class FieldValues:
    """What the five ticket fields should say; None leaves a field as it is."""

    state: State | None = None
    band: Band | None = None
    complaints_before: int | None = None
    deadline: date | None = None
    next_follow_up: date | None = None


def known_fields(parts: Parts) -> FieldIds:
    """Return the ids that `connect` kept, under which our fields are known whatever they are called now."""
    with parts.database.read() as conn:
        ids = kept.get(conn, FIELD_IDS)
    return ids if isinstance(ids, dict) else NONE_KNOWN


def to_custom_fields(conn: Connection, values: FieldValues) -> Mapping[int, FieldValue]:
    """Return the values by field id; fields that `connect` has not created yet are left out.

    A drop-down's value is the tag of its option, so that nobody's own tags are touched.
    """
    ids = kept.get(conn, FIELD_IDS)
    if not isinstance(ids, dict):
        return {}
    wanted: dict[str, FieldValue] = {
        "complaint": f"makegood_{values.state}" if values.state else None,
        "severity": f"makegood_{values.band}" if values.band else None,
        "complaints_before": values.complaints_before,
        "deadline": values.deadline.isoformat() if values.deadline else None,
        "next_follow_up": values.next_follow_up.isoformat() if values.next_follow_up else None,
    }
    return {int(ids[name]): value for name, value in wanted.items() if value is not None and name in ids}
