"""A worker's slot: a stable name under which its jobs go on, held by one live worker at a time."""

import threading
from datetime import UTC, datetime, timedelta

from integration.store import executors
from integration.store.engine import Database

LOOK_AGAIN_SECONDS = 0.5


class SlotTaken(Exception):
    """Another live worker uses this slot: jobs would run twice."""


class Slot:
    """One row of the live workers; without a heartbeat for `stale_after` its worker counts as dead."""

    def __init__(self, database: Database, name: str, token: str, *, stale_after: timedelta) -> None:
        self.name = name
        self.is_held = False
        self._database = database
        self._token = token
        self._stale_after = stale_after

    def take(self, stop: threading.Event) -> None:
        """Take the slot; wait where its holder may be dead, which only time can tell. Raises `SlotTaken`."""
        first_seen: datetime | None = None
        while not self._register():
            with self._database.read() as conn:
                seen = executors.last_beat(conn, self.name)
            first_seen = first_seen or seen
            if seen != first_seen or stop.wait(LOOK_AGAIN_SECONDS):
                raise SlotTaken(
                    f"A live worker holds the slot {self.name!r}. Stop it, or give this one another --slot."
                )
        self.is_held = True

    def beat(self) -> list[str] | None:
        """Show that this worker lives and return the slots of those that do not; None where ours is lost."""
        now = datetime.now(UTC)
        with self._database.write() as conn:
            if not executors.beat(conn, self.name, self._token, now):
                return None
            return list(executors.take_stale(conn, now, stale_after=self._stale_after))

    def is_mine(self) -> bool:
        """Whether nobody has taken the slot over."""
        with self._database.write() as conn:
            return executors.beat(conn, self.name, self._token, datetime.now(UTC))

    def release(self) -> None:
        """Leave the slot to whoever comes."""
        with self._database.write() as conn:
            executors.release(conn, self.name, self._token)
        self.is_held = False

    def _register(self) -> bool:
        with self._database.write() as conn:
            return executors.register(
                conn, self.name, self._token, now=datetime.now(UTC), stale_after=self._stale_after
            )
