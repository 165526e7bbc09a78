"""One worker process: the durable engine, its dispatcher and its heartbeat; it survives kill -9.

This package alone knows DBOS. Our tables hold the facts, DBOS runs one use case for each due row.
"""

import logging
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer

from integration.parts import Parts
from integration.worker import jobs
from integration.worker.dispatcher import FOLLOW_UPS, OUTBOX, TICKETS, Dispatcher
from integration.worker.slot import Slot, SlotTaken

__all__ = ["STALE_AFTER", "SlotTaken", "Worker"]

log = logging.getLogger(__name__)

# Changes only when pending jobs cannot be run by the new code: then old ones wait for an old worker.
APPLICATION_VERSION = "1"
APPLICATION_NAME = "makegood"

DISPATCH_SECONDS = 0.25
QUEUE_POLL_SECONDS = 0.2
HEARTBEAT_SECONDS = 10.0
STALE_AFTER = timedelta(seconds=60)


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
        self._slot = Slot(parts.database, slot, token or secrets.token_hex(8), stale_after=stale_after)
        self._heartbeat_seconds = heartbeat_seconds
        self._stop = threading.Event()
        self._lost_slot = False
        self._threads: list[threading.Thread] = []
        self._client = DBOSClient(
            system_database_engine=parts.database.engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION_NAME,
            lazy=True,
        )
        self.dispatcher = Dispatcher(parts, self._client)

    def start(self) -> None:
        """Take the slot, launch the engine and begin to claim.

        After a crash the slot may seem held for up to `stale_after`: it is waited for, unless its holder
        shows that it lives, which raises `SlotTaken`.
        """
        self._slot.take(self._stop)
        jobs.give(self._parts)
        engine = self._parts.database.engine
        DBOS(
            config=DBOSConfig(
                name=APPLICATION_NAME,
                system_database_url=self._parts.settings.database_url,
                system_database_engine=engine,
                application_version=APPLICATION_VERSION,
                executor_id=self._slot.name,
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
        DBOS.register_queue(OUTBOX, worker_concurrency=8, polling_interval_sec=QUEUE_POLL_SECONDS)
        DBOS.apply_schedules(list(jobs.SCHEDULES))
        self._run_often("dispatcher", self.dispatcher.dispatch, DISPATCH_SECONDS)
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
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=5)
        DBOS.destroy(workflow_completion_timeout_sec=5)
        if self._slot.is_held:
            self._give_slot_back()
        self._client.destroy()
        jobs.give(None)

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

    def _beat(self) -> None:
        """Show that this worker lives, and take over the jobs of workers that do not."""
        stale = self._slot.beat()
        if stale is None:
            # Somebody thought us dead and took our jobs over: running on would do them twice.
            self._lost_slot = True
            self._stop.set()
            return
        for slot in stale:
            self._take_over(slot)

    def _give_slot_back(self) -> None:
        """Leave the slot, and to the other workers what did not end in time."""
        if self._slot.is_mine():
            self._take_over(self._slot.name)
            self._slot.release()

    def _take_over(self, slot: str) -> None:
        abandoned = self._client.list_workflows(status="PENDING", executor_id=slot, load_input=False)
        for workflow in abandoned:
            self._client.resume_workflow(workflow.workflow_id, queue_name=workflow.queue_name)
        if abandoned:
            log.warning("Took over jobs that had no worker.", extra={"slot": slot, "jobs": len(abandoned)})
