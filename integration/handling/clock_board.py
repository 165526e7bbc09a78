"""The clocks of one complaint as an agent works them: what stands still or may, which dates to note."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from integration.domain.policy import NOTED_BY_AGENTS, Start
from integration.domain.preset import Preset
from integration.domain.ticket import Ticket
from integration.handling.clocks import ShownDeadline, deadlines_of, presets_for, traits_of
from integration.parts import Parts
from integration.store import clocks
from integration.store.clocks import StopRow
from integration.store.complaints import Complaint


@dataclass(frozen=True, slots=True)
class Standing:
    """A preset whose clock may stand still; `stop` is there while it does."""

    preset: Preset
    stop: StopRow | None


@dataclass(frozen=True, slots=True)
class ClockBoard:
    """Deadlines, those that run first and the strictest first; `moments` are those to note, or noted."""

    deadlines: tuple[ShownDeadline, ...] = ()
    standing: tuple[Standing, ...] = ()
    moments: Mapping[Start, datetime | None] = field(default_factory=dict)


def clock_board(parts: Parts, conn: Connection, complaint: Complaint, ticket: Ticket) -> ClockBoard:
    """Read the clocks of a complaint."""
    traits = traits_of(parts, ticket, complaint.assessment)
    presets = presets_for(parts, traits, complaint.received_at)
    deadlines = deadlines_of(parts, conn, complaint.id)
    if not presets:
        return ClockBoard(deadlines)
    lasting = {each.preset_id: each for each in clocks.stops(conn, complaint.id) if each.ended_at is None}
    noted = clocks.noted(conn, complaint.id)
    asked = {start for each in presets for limit in each.limits for start in (limit.start, limit.met_by)}
    return ClockBoard(
        deadlines=deadlines,
        standing=tuple(Standing(each, lasting.get(each.id)) for each in presets if each.stops),
        moments={
            start: noted.get(start)
            for start in Start
            if start in NOTED_BY_AGENTS and (start in asked or start in noted)
        },
    )
