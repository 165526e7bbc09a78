"""The dispatcher: claims what is due in our tables and makes a job of each row, in one transaction."""

from datetime import datetime, timedelta

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Connection

from integration.handling.reminding import URGENT
from integration.parts import Parts
from integration.store import follow_ups, inbox, outbox
from integration.store.follow_ups import FollowUpClaim
from integration.store.inbox import InboxClaim
from integration.zendesk.pace import TICKET_UPDATES

TICKETS = "tickets"
FOLLOW_UPS = "follow-ups"
OUTBOX = "outbox"

LEASE = timedelta(minutes=2)
# More than these would only wait in the engine until their claims run out, and be done twice for nothing.
MOST_IN_FLIGHT = 50
MOST_WRITES_IN_FLIGHT = 16
# So many minutes of writes may wait in the outbox; after ten a reminder would be decided anew.
MINUTES_AHEAD, URGENT_MINUTES_AHEAD = 3.0, 6.0


def claim_follow_ups(conn: Connection, a_minute: float, now: datetime) -> list[FollowUpClaim]:
    """Claim no more than `a_minute` writes bring out soon: deciding reads the ticket, a late one is void.

    What must wait longer waits as a follow-up, which costs nothing. What is urgent has room of its own.
    """
    working = follow_ups.in_flight(conn, now, lease=LEASE)
    ahead = working + outbox.count_reminders(conn)
    for minutes, names in ((MINUTES_AHEAD, None), (URGENT_MINUTES_AHEAD, URGENT)):
        room = min(MOST_IN_FLIGHT - working, int(minutes * a_minute) - ahead)
        if room > 0:
            return follow_ups.claim_due(conn, now, limit=room, lease=LEASE, names=names)
    return []


class Dispatcher:
    """Turns due rows into jobs; any number of workers may do so at once."""

    def __init__(self, parts: Parts, client: DBOSClient) -> None:
        self._parts = parts
        self._client = client

    def dispatch(self) -> int:
        """Claim what is due and enqueue it, both in one transaction; return how many jobs were made."""
        now = self._parts.clock()
        # Only as many writes as may go now are made jobs; the rest wait as rows, urgent ones first.
        writes = min(self._parts.pace.free(TICKET_UPDATES, now), MOST_WRITES_IN_FLIGHT)
        a_minute = self._parts.pace.a_minute(TICKET_UPDATES)
        made = 0
        with self._parts.database.write() as conn:
            room = max(MOST_IN_FLIGHT - inbox.in_flight(conn, now), 0)
            for claim in inbox.claim_due(conn, now, limit=room, lease=LEASE):
                self._enqueue_events(conn, claim)
                made += 1
            for due in claim_follow_ups(conn, a_minute, now):
                key = f"follow-up:{due.id}:{due.revision}:{due.attempts}"
                partition = f"ticket:{due.ticket_id}"
                arguments = (due.id, due.revision, due.attempts)
                self._enqueue(conn, FOLLOW_UPS, "fall_due", key, partition, *arguments)
                made += 1
            room = max(writes - outbox.in_flight(conn, now), 0)
            for outbox_id, attempt in outbox.claim_due(conn, now, limit=room, lease=LEASE):
                self._enqueue(conn, OUTBOX, "post", f"outbox:{outbox_id}:{attempt}", None, outbox_id, attempt)
                made += 1
        return made

    def _enqueue_events(self, conn: Connection, claim: InboxClaim) -> None:
        if claim.ticket_id is not None:
            key, workflow, subject_id = f"ticket:{claim.ticket_id}", "work_ticket", claim.ticket_id
        else:
            key, workflow, subject_id = f"user:{claim.user_id or 0}", "work_user", claim.user_id or 0
        job = f"{key}:{claim.newest_id}:{claim.attempts}"
        self._enqueue(conn, TICKETS, workflow, job, key, subject_id)

    def _enqueue(
        self,
        conn: Connection,
        queue: str,
        workflow: str,
        workflow_id: str,
        partition: str | None,
        *arguments: int,
    ) -> None:
        options: EnqueueOptions = {
            "workflow_name": workflow,
            "queue_name": queue,
            "workflow_id": workflow_id,
        }
        if partition is not None:
            options["queue_partition_key"] = partition
        self._client.enqueue_in_transaction(conn, options, *arguments)
