"""How far an import of the past is, in words for people: what was done, how fast, how long still."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.handling.import_history import Imported

# A page may wait a minute for the export's limit, and a batch of long texts takes some seconds.
STANDS_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done so far; `is_standing` where nothing came of it for a while, so that nobody is at it."""

    told: str
    is_standing: bool


def progress(done: Imported, now: datetime) -> Progress:
    """Say how far an import that has not ended is."""
    last = datetime.fromisoformat(done.at) if done.at else None
    is_standing = last is None or now - last > STANDS_AFTER
    if done.judging_since is None or last is None:
        upto = f", up to {done.reached[:10]}" if done.reached else ""
        return Progress(f"{done.users:,} requesters and {done.tickets:,} tickets read{upto}", is_standing)
    told = f"{done.judged:,} of {done.tickets:,} tickets judged, {done.complaints:,} were complaints"
    spent = (last - datetime.fromisoformat(done.judging_since)).total_seconds()
    rate = (done.judged - done.judged_before) / spent if spent > 0 else 0.0
    if is_standing or rate <= 0:
        return Progress(told, is_standing)
    left = span(max(done.tickets - done.judged, 0) / rate)
    return Progress(f"{told}; {rate:,.0f} a second, {left} left", is_standing)


def span(seconds: float) -> str:
    """Return a duration as a person would say it."""
    return f"{seconds / 3600:.1f} h" if seconds > 5400 else f"{seconds / 60:.0f} min"
