"""How far an import of the past is, in words for people: what was done, how fast, how long still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.handling.import_history import Imported
from integration.statements import Statement

# A page may wait a minute for the export's limit, and a batch of long texts takes some seconds.
STANDS_AFTER = timedelta(minutes=5)
HOURS_FROM = 5_400.0  # seconds


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done so far; `is_standing` where nothing came of it for a while, so that nobody is at it."""

    told: Statement
    is_standing: bool


def progress(done: Imported, now: datetime) -> Progress:
    """Say how far an import that has not ended is."""
    last = datetime.fromisoformat(done.at) if done.at else None
    is_standing = last is None or now - last > STANDS_AFTER
    if done.judging_since is None or last is None:
        return Progress(Statement("import_read", users=done.users, tickets=done.tickets), is_standing)
    told = Statement("import_judged", judged=done.judged, tickets=done.tickets, complaints=done.complaints)
    spent = (last - datetime.fromisoformat(done.judging_since)).total_seconds()
    rate = (done.judged - done.judged_before) / spent if spent > 0 else 0.0
    if is_standing or rate <= 0:
        return Progress(told, is_standing)
    left = max(done.tickets - done.judged, 0) / rate
    pace = {"told": told, "rate": round(rate, 1)}
    if left > HOURS_FROM:
        return Progress(Statement("import_hours_left", **pace, hours=round(left / 3600, 1)), is_standing)
    return Progress(Statement("import_minutes_left", **pace, minutes=round(left / 60)), is_standing)


def span(seconds: float) -> str:
    """Return a duration as a person would say it."""
    return f"{seconds / 3600:.1f} h" if seconds > HOURS_FROM else f"{seconds / 60:.0f} min"
