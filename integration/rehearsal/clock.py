"""The rehearsal's clock: real time plus an offset kept in the database; a month passes in a minute."""

from datetime import UTC, datetime, timedelta

from integration.rehearsal.database import Database


class Clock:
    """Tells the account's time; moving it moves every rule that depends on time."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._offset = timedelta(seconds=float(db.setting("clock_offset_seconds") or 0))

    @property
    def offset(self) -> timedelta:
        """How far the account's time is ahead of real time."""
        return self._offset

    def now(self) -> datetime:
        """Return the account's time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock by a span; a negative span moves it back."""
        self._keep(self._offset + by)

    def set(self, to: datetime) -> None:
        """Move the clock to an aware moment; it keeps running from there."""
        self._keep(to - datetime.now(UTC))

    def _keep(self, offset: timedelta) -> None:
        self._db.set_setting("clock_offset_seconds", offset.total_seconds())
        self._offset = offset


def iso(moment: datetime) -> str:
    """Write a moment as Zendesk's REST API does: UTC, whole seconds, a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """Read an ISO 8601 moment; without a zone it is taken as UTC. Raises ValueError."""
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
