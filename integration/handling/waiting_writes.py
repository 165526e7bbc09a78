"""What waits to be written to Zendesk, since when and why; and the way to let it go again."""

from dataclasses import dataclass
from datetime import datetime

from integration.parts import Parts
from integration.statements import Statement
from integration.store import audit_log, outbox, parked, write_pause
from integration.store.outbox import Waiting
from integration.store.write_pause import WritePause
from integration.zendesk.pace import TICKET_UPDATES


@dataclass(frozen=True, slots=True)
class Explained:
    """A waiting write and why it waits, in a sentence for an admin."""

    write: Waiting
    why: str


@dataclass(frozen=True, slots=True)
class Waits:
    """How many writes wait, since when the oldest does, and the most urgent of them with their reasons."""

    total: int
    oldest: datetime | None
    pause: WritePause | None
    writes: tuple[Explained, ...]


def what_waits(parts: Parts, *, limit: int = 100) -> Waits:
    """Return the writes that have not happened yet, urgent first."""
    now = parts.clock()
    is_full = parts.pace.free(TICKET_UPDATES, now) == 0
    with parts.database.read() as conn:
        total, oldest = outbox.count_waiting(conn)
        pause = write_pause.current(conn)
        found = outbox.waiting(conn, limit=limit)
    # Of a ticket only the oldest write goes.
    first: dict[int, int] = {}
    for write in found:
        first[write.ticket_id] = min(write.id, first.get(write.ticket_id, write.id))
    explained = (
        Explained(write, _why(write, pause, first[write.ticket_id], is_full, now)) for write in found
    )
    return Waits(total, oldest, pause, tuple(explained))


def try_again_all(parts: Parts, *, actor: str) -> int:
    """End the pause of writes and try everything that is parked again; return how many were parked.

    `actor` is who asked, as the audit log names them: `agent:ID` or `cli`.
    """
    now = parts.clock()
    with parts.database.write() as conn:
        was_paused = write_pause.end(conn)
        revived = sum(parked.try_again(conn, one.kind, one.id, now) for one in parked.everything(conn))
        if was_paused or revived:
            audit_log.write(
                conn,
                at=now,
                actor=actor,
                action="everything tried again",
                subject="writes",
                after={"parked": revived, "was_paused": was_paused},
            )
    return revived


def _why(write: Waiting, pause: WritePause | None, oldest_id: int, is_full: bool, now: datetime) -> str:
    if pause is not None:
        return pause.reason
    if write.id != oldest_id:
        return Statement("waits_for_older")
    if write.reason and write.not_before > now:
        return write.reason
    return Statement("waits_for_share" if is_full else "is_next")
