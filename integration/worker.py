"""The durable engine: one dispatcher claims due rows, DBOS runs one use case for each, and survives kill -9.

This is the only module that knows DBOS. Our tables hold the facts; a workflow is given ids, reads the rows
again and treats "already done" as success, so that running it twice is harmless.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Connection

from integration.handling.fall_due import fall_due
from integration.handling.post import post
from integration.handling.reconcile import reconcile
from integration.handling.work_ticket import work_ticket
from integration.handling.work_user import work_user
from integration.parts import Parts
from integration.store import executors, follow_ups, inbox, outbox
from integration.zendesk.pace import TICKET_UPDATES

log = logging.getLogger(__name__)

# Changes only when pending jobs cannot be run by the new code: then old ones wait for an old worker.
APPLICATION_VERSION = "1"
APPLICATION_NAME = "makegood"

TICKETS = "tickets"
FOLLOW_UPS = "follow-ups"
OUTBOX = "outbox"

DISPATCH_SECONDS = 0.25
QUEUE_POLL_SECONDS = 0.2
LEASE = timedelta(minutes=2)
# More than these would only wait in the engine until their claims run out, and be done twice for nothing.
MOST_IN_FLIGHT = 50
MOST_WRITES_IN_FLIGHT = 16
HEARTBEAT_SECONDS = 10.0
STALE_AFTER = timedelta(seconds=60)
LOOK_AT_SLOT_SECONDS = 0.5
KEEP_FINISHED = timedelta(days=2)

# DBOS wants module-level functions; the process has one set of parts, given by `Worker`.
_parts: Parts | None = None


class SlotTaken(Exception):
    """Another live worker uses this slot: jobs would run twice."""


def _given() -> Parts:
    if _parts is None:
        raise RuntimeError("the worker has not been started")
    return _parts


@DBOS.workflow(name="work_ticket")
def _work_ticket(ticket_id: int) -> None:
    work_ticket(_given(), ticket_id)


@DBOS.workflow(name="work_user")
def _work_user(user_id: int) -> None:
    work_user(_given(), user_id)


@DBOS.workflow(name="fall_due")
def _fall_due(follow_up_id: int, revision: int, attempt: int) -> None:
    fall_due(_given(), follow_up_id, revision, attempt)


@DBOS.workflow(name="post")
def _post(outbox_id: int, attempt: int) -> None:
    post(_given(), outbox_id, attempt)


@DBOS.workflow(name="reconcile")
def _reconcile(_scheduled_at: datetime, _context: object) -> None:
    reconcile(_given())


@DBOS.workflow(name="forget_finished_jobs")
def _forget_finished_jobs(_scheduled_at: datetime, _context: object) -> None:
    before = (datetime.now(UTC) - KEEP_FINISHED).isoformat()
    done = DBOS.list_workflows(
        status=["SUCCESS", "ERROR", "CANCELLED"],
        completed_before=before,
        limit=5000,
        load_input=False,
        load_output=False,
    )
    DBOS.delete_workflows([workflow.workflow_id for workflow in done])


class Worker:
    """One worker process: engine, dispatcher, heartbeat. `slot` is stable across restarts."""

    def __init__(
        self,
        parts: Parts,
        slot: str,
        token: str | None = None,
        *,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        stale_after: timedelta = STALE_AFTER,
    ) -> None:
        """Prepare; a supervisor that restarts its own dead worker gives both the same `token`.

        A worker without a heartbeat for `stale_after` counts as dead: all workers must be told the same.
        """
        self._parts = parts
        self._slot = slot
        self._token = token or secrets.token_hex(8)
        self._heartbeat_seconds = heartbeat_seconds
        self._stale_after = stale_after
        self._stop = threading.Event()
        self._has_slot = self._lost_slot = False
        self._threads: list[threading.Thread] = []
        self._client = DBOSClient(
            system_database_engine=parts.database.engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION_NAME,
            lazy=True,
        )

    def start(self) -> None:
        """Take the slot, launch the engine and begin to claim.

        After a crash the slot may seem held for up to `stale_after`: it is waited for, unless its holder
        shows that it lives, which raises `SlotTaken`.
        """
        global _parts
        self._take_slot()
        _parts = self._parts
        engine = self._parts.database.engine
        DBOS(
            config=DBOSConfig(
                name=APPLICATION_NAME,
                system_database_url=self._parts.settings.database_url,
                system_database_engine=engine,
                application_version=APPLICATION_VERSION,
                executor_id=self._slot,
                serializer=DBOSPortableJSONSerializer(),
                log_level="WARNING",
                use_listen_notify=False,
                scheduler_polling_interval_sec=5.0,
            )
        )
        DBOS.launch()
        for name in (TICKETS, FOLLOW_UPS):
            DBOS.register_queue(
                name, partition_concurrency=1, worker_concurrency=8, polling_interval_sec=QUEUE_POLL_SECONDS
            )
        DBOS.register_queue(OUTBOX, worker_concurrency=4, polling_interval_sec=QUEUE_POLL_SECONDS)
        DBOS.apply_schedules(
            [
                {"schedule_name": "reconcile", "workflow_fn": _reconcile, "schedule": "0 */5 * * * *"},
                {
                    "schedule_name": "forget finished jobs",
                    "workflow_fn": _forget_finished_jobs,
                    "schedule": "0 17 * * * *",
                },
            ]
        )
        self._run_often("dispatcher", self.dispatch, DISPATCH_SECONDS)
        self._run_often("heartbeat", self._beat, self._heartbeat_seconds)

    def wait(self) -> bool:
        """Block until `stop`; return False when another worker took this one's slot."""
        while not self._stop.wait(0.5):
            pass
        return not self._lost_slot

    def stop(self) -> None:
        """Let running jobs end, then give the slot back; safe to call twice and from a signal handler."""
        self._stop.set()

    def close(self) -> None:
        """Free everything; unfinished jobs go on when a worker starts again."""
        global _parts
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5)
        DBOS.destroy(workflow_completion_timeout_sec=5)
        if self._has_slot:
            self._give_slot_back()
        self._client.destroy()
        _parts = None

    def dispatch(self) -> int:
        """Claim what is due and enqueue it, both in one transaction; return how many jobs were made."""
        now = self._parts.clock()
        made = 0
        # Only as many writes as may go now are made jobs; the rest wait as rows, urgent ones first.
        writes = min(self._parts.pace.free(TICKET_UPDATES, now), MOST_WRITES_IN_FLIGHT)
        with self._parts.database.write() as conn:
            room = max(MOST_IN_FLIGHT - inbox.in_flight(conn, now), 0)
            for claim in inbox.claim_due(conn, now, limit=room, lease=LEASE):
                if claim.ticket_id is not None:
                    subject, workflow, subject_id = "ticket", "work_ticket", claim.ticket_id
                else:
                    subject, workflow, subject_id = "user", "work_user", claim.user_id or 0
                key = f"{subject}:{subject_id}"
                self._enqueue(
                    conn, TICKETS, workflow, f"{key}:{claim.newest_id}:{claim.attempts}", key, subject_id
                )
                made += 1
            room = max(MOST_IN_FLIGHT - follow_ups.in_flight(conn, now, lease=LEASE), 0)
            for due in follow_ups.claim_due(conn, now, limit=room, lease=LEASE):
                self._enqueue(
                    conn,
                    FOLLOW_UPS,
                    "fall_due",
                    f"follow-up:{due.id}:{due.revision}:{due.attempts}",
                    f"ticket:{due.ticket_id}",
                    due.id,
                    due.revision,
                    due.attempts,
                )
                made += 1
            room = max(writes - outbox.in_flight(conn, now), 0)
            for outbox_id, attempt in outbox.claim_due(conn, now, limit=room, lease=LEASE):
                self._enqueue(conn, OUTBOX, "post", f"outbox:{outbox_id}:{attempt}", None, outbox_id, attempt)
                made += 1
        return made

    def _take_slot(self) -> None:
        """Take the slot; wait where its holder may be dead, which only time can tell."""
        first_seen: datetime | None = None
        while not self._register():
            with self._parts.database.read() as conn:
                seen = executors.last_beat(conn, self._slot)
            first_seen = first_seen or seen
            if seen != first_seen or self._stop.wait(LOOK_AT_SLOT_SECONDS):
                raise SlotTaken(
                    f"A live worker holds the slot {self._slot!r}. Stop it, or give this one another --slot."
                )
        self._has_slot = True

    def _register(self) -> bool:
        with self._parts.database.write() as conn:
            return executors.register(
                conn, self._slot, self._token, now=datetime.now(UTC), stale_after=self._stale_after
            )

    def _give_slot_back(self) -> None:
        """Leave the slot, and to the other workers what did not end in time."""
        with self._parts.database.write() as conn:
            is_mine = executors.beat(conn, self._slot, self._token, datetime.now(UTC))
        if is_mine:
            self._take_over(self._slot)
            with self._parts.database.write() as conn:
                executors.release(conn, self._slot, self._token)

    def _run_often(self, name: str, step: Callable[[], int | None], every: float) -> None:
        def loop() -> None:
            while not self._stop.is_set():
                try:
                    busy = step()
                except Exception:  # one bad moment of the database must not end the loop
                    log.exception("A periodic step of the worker failed.", extra={"step": name})
                    busy = None
                    self._stop.wait(1.0)
                if not busy:
                    self._stop.wait(every)

        thread = threading.Thread(target=loop, name=f"makegood-{name}", daemon=True)
        thread.start()
        self._threads.append(thread)

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

    def _beat(self) -> None:
        """Show that this worker lives, and take over the jobs of workers that do not."""
        now = datetime.now(UTC)
        with self._parts.database.write() as conn:
            if not executors.beat(conn, self._slot, self._token, now):
                # Somebody thought us dead and took our jobs over: running on would do them twice.
                self._lost_slot = True
                self._stop.set()
                return
            stale = executors.take_stale(conn, now, stale_after=self._stale_after)
        for slot in stale:
            self._take_over(slot)

    def _take_over(self, slot: str) -> None:
        abandoned = self._client.list_workflows(status="PENDING", executor_id=slot, load_input=False)
        for workflow in abandoned:
            self._client.resume_workflow(workflow.workflow_id, queue_name=workflow.queue_name)
        if abandoned:
            log.warning("Took over jobs that had no worker.", extra={"slot": slot, "jobs": len(abandoned)})
