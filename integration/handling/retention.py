"""Keeps nothing longer than it is needed: a round each day over what has ended."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from integration.handling.audit import check_chain
from integration.handling.erase import MAKEGOOD, Cause
from integration.handling.standing import LAST_RUN
from integration.parts import Parts
from integration.store import ageing, erasures, kept, requesters, tickets
from integration.store.history import months_before
from integration.store.migrate import drop_copies

log = logging.getLogger(__name__)

LAST_ROUND = "last_retention"
# A notice of Zendesk's comes again within hours, if it does; our notes stand in Zendesk.
KEEP_WORKED_EVENTS = timedelta(days=30)
KEEP_WRITTEN_NOTES = timedelta(days=30)
# Nobody goes back to the version of a month ago, and erased people are still in its copy.
KEEP_COPIES = timedelta(days=30)
HEARD_WITHIN = timedelta(days=2)
BATCH = 500
MOST_BATCHES = 200

Page = Callable[[Connection, int], list[int]]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round found: what is now to be forgotten, and how many rows and files went at once.

    `cut_off_since` is when Zendesk last told what changed, where that is too long ago to forget anything.
    """

    tickets: int
    requesters: int
    events: int
    notes: int
    copies: int
    cut_off_since: datetime | None = None


def keep_no_longer(parts: Parts) -> Round:
    """Ask for what is older than the policy keeps it to be forgotten, and drop what served its purpose.

    Erasing itself is the work of `forget_due`, which leaves alone whatever is on legal hold. After a long
    time without Zendesk nothing is asked for: what looks old may have been opened again since, and a clock
    that jumped ahead would make everything old.
    """
    now = parts.clock()
    cut_off_since = _cut_off_since(parts, now)
    if cut_off_since is not None:
        log.warning("Nothing is aged away: Zendesk has not told for long what changed.")
    before = months_before(now, parts.settings.keep_months)

    def old_tickets(conn: Connection, after: int) -> list[int]:
        if cut_off_since:
            return []
        return tickets.closed_before(conn, before, after=after, limit=BATCH)

    def idle_people(conn: Connection, after: int) -> list[int]:
        if cut_off_since:
            return []
        return requesters.idle_since(conn, before, after=after, limit=BATCH)

    found = Round(
        tickets=_ask_for(parts, "ticket", old_tickets, now),
        requesters=_ask_for(parts, "requester", idle_people, now),
        events=_in_batches(parts, lambda conn: ageing.drop_events(conn, now - KEEP_WORKED_EVENTS, BATCH)),
        notes=_in_batches(parts, lambda conn: ageing.drop_notes(conn, now - KEEP_WRITTEN_NOTES, BATCH)),
        # Files bear this machine's time, also where a rehearsal's clock was moved.
        copies=drop_copies(parts.database.engine, datetime.now(UTC) - KEEP_COPIES),
        cut_off_since=cut_off_since,
    )
    with parts.database.write() as conn:
        kept.put(conn, LAST_ROUND, {"at": now.isoformat()}, now=now)
    chain = check_chain(parts, whole=True)
    if chain.broken is not None:
        log.error("The audit log's chain is broken.", extra={"reason": chain.broken.why})
    return found


def _cut_off_since(parts: Parts, now: datetime) -> datetime | None:
    with parts.database.read() as conn:
        last = kept.get(conn, LAST_RUN)
    at = datetime.fromisoformat(last["at"]) if last else now
    return at if abs(now - at) > HEARD_WITHIN else None


def _ask_for(parts: Parts, kind: str, page: Page, now: datetime) -> int:
    asked, after = 0, 0
    for _ in range(MOST_BATCHES):
        with parts.database.write() as conn:
            ids = page(conn, after)
            for id in ids:
                erasures.ask(
                    conn, f"{kind}:{id}", cause=Cause.RETENTION, asked_by=MAKEGOOD, now=now, due_at=now
                )
        asked += len(ids)
        if len(ids) < BATCH:
            break
        after = ids[-1]
    return asked


def _in_batches(parts: Parts, drop: Callable[[Connection], int]) -> int:
    dropped = 0
    for _ in range(MOST_BATCHES):
        with parts.database.write() as conn:
            done = drop(conn)
        dropped += done
        if done < BATCH:
            break
    return dropped
