"""When the account works: its own schedule where it has one, with all days off."""

from datetime import datetime

from sqlalchemy import Connection

from integration.domain.calendar import Calendar
from integration.handling.clocks import calendar_of
from integration.parts import Parts


def working_hours(parts: Parts, conn: Connection, now: datetime) -> Calendar:
    """Return the calendar of the policy in force."""
    return calendar_of(parts, conn, parts.shelf.current(now), now)
