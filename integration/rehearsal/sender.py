"""Sends webhooks: threads that take invocations from the queue, sign them, send them and keep the answer."""

import heapq
import queue
import threading
import time
from collections import deque
from collections.abc import Callable

from integration.rehearsal import calls
from integration.rehearsal.clock import Clock
from integration.rehearsal.config import Config
from integration.rehearsal.delivery import Breaker, judge
from integration.rehearsal.errors import NotFound
from integration.rehearsal.invocations import WAITING, Invocations, Job
from integration.rehearsal.outbox import Outbox
from integration.rehearsal.signing import new_secret, timestamp
from integration.rehearsal.webhooks import Target, Webhooks

TRIAL_INVOCATIONS_PER_MINUTE = 60

_POLL_SECONDS = 0.03


class Sender:
    """Carries invocations to their webhooks, several at a time, so that order is usual and not promised."""

    def __init__(
        self,
        outbox: Outbox,
        invocations: Invocations,
        webhooks: Webhooks,
        clock: Clock,
        config: Config,
    ) -> None:
        self._options = config.sender
        self._account_id = config.account_id
        self._limit = TRIAL_INVOCATIONS_PER_MINUTE if config.trial else None
        self._outbox = outbox
        self._invocations = invocations
        self._webhooks = webhooks
        self._clock = clock
        self._news = threading.Event()
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._ready: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()  # guards _later, _breakers and _sent
        self._later: list[tuple[float, int, Job]] = []
        self._breakers: dict[str, Breaker] = {}
        self._sent: deque[float] = deque()
        self._newest = 0
        self._threads: list[threading.Thread] = []
        # Called every hour of real time; whoever moves the clock asks for a run himself.
        self.on_hour: list[Callable[[], object]] = []

    def start(self) -> None:
        """Start sending, beginning with what was waiting when the last run ended."""
        self._invocations.forget_old()
        self._run(self._dispatch, "webhook-dispatcher")
        for n in range(self._options.workers):
            self._run(self._work, f"webhook-sender-{n}")

    def stop(self) -> None:
        """Stop after the attempts under way; what waits is kept for the next start."""
        self._stopping.set()
        self._news.set()
        for _ in range(self._options.workers):
            self._ready.put(None)
        for thread in self._threads:
            thread.join(self._options.timeout + 5)
        self._threads.clear()

    def wake(self) -> None:
        """Look for something to send now rather than at the next poll."""
        self._news.set()

    def pause(self) -> None:
        """Hold back what has not been started, as if the network were slow; nothing is lost."""
        self._paused.set()

    def resume(self) -> None:
        """Send what was held back."""
        self._paused.clear()
        self.wake()

    @property
    def paused(self) -> bool:
        """Whether deliveries are held back."""
        return self._paused.is_set()

    def pending(self) -> int:
        """Return how many deliveries are not done yet; 0 means idle."""
        # Events first: what moves to the queue meanwhile is counted twice rather than not at all.
        return self._outbox.count() + self._invocations.count_waiting()

    def _run(self, work: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    # -- the dispatcher

    def _dispatch(self) -> None:
        next_hour = time.monotonic() + 3600
        while not self._stopping.is_set():
            if time.monotonic() >= next_hour:
                next_hour += 3600
                for task in self.on_hour:
                    task()
            more = False
            if not self.paused:
                more = self._outbox.queue()
                self._take_new()
                self._release_due()
            if not more:
                self._news.wait(_POLL_SECONDS)
                self._news.clear()

    def _take_new(self) -> None:
        for job in self._invocations.waiting(after=self._newest):
            self._newest = job.n
            self._put_back(job)

    def _release_due(self) -> None:
        now = time.time()
        with self._lock:
            while self._later and self._later[0][0] <= now:
                self._ready.put(heapq.heappop(self._later)[2])

    def _put_back(self, job: Job) -> None:
        with self._lock:
            heapq.heappush(self._later, (job.due, job.n, job))

    # -- the workers

    def _work(self) -> None:
        caller = calls.Caller(self._options.timeout)
        while (job := self._ready.get()) is not None and not self._stopping.is_set():
            self._handle(job, caller)
        caller.close()

    def _handle(self, job: Job, caller: calls.Caller) -> None:
        try:
            target = self._webhooks.target(job.webhook_id)
        except NotFound:
            return self._invocations.close(job, "terminated")
        if target.doc["status"] != "active" or len(job.body) >= calls.MAX_BODY_BYTES:
            return self._invocations.close(job, "terminated")
        wait = self._throttled()
        if wait:
            return self._postpone(job, wait)
        if not self._breaker_allows(job.webhook_id):
            return self._invocations.close(job, "circuit broken")
        return self._attempt(job, target, caller)

    def _attempt(self, job: Job, target: Target, caller: calls.Caller) -> None:
        signed = self._clock.now()
        secret = {"wrong_signature": new_secret(), "unsigned": None}.get(job.fault or "", target.secret)
        request = calls.build(
            target.doc,
            secret=secret,
            account_id=self._account_id,
            invocation_id=job.id,
            body=job.body,
            at=signed,
        )
        reply = caller.send(request)
        job.attempts += 1
        verdict = judge(reply.answer, attempts=job.attempts, retry_seconds=self._options.retry_seconds)
        self._record_health(job.webhook_id, ok=verdict.status == "success")
        attempt = calls.record(
            request, reply, invocation_id=job.id, status=verdict.status, at=self._clock.now()
        )
        if verdict.wait is None:
            self._invocations.record(job, attempt, status=verdict.status, signed_at=timestamp(signed))
            return
        job.due = time.time() + verdict.wait
        self._invocations.record(job, attempt, status=WAITING, signed_at=timestamp(signed))
        self._put_back(job)

    def _postpone(self, job: Job, wait: float) -> None:
        job.due = time.time() + wait
        self._invocations.throttled(job)
        self._put_back(job)

    def _throttled(self) -> float:
        """Return how long to wait for the account's share of invocations, 0 when one may go out now."""
        if self._limit is None:
            return 0.0
        now = time.monotonic()
        with self._lock:
            while self._sent and self._sent[0] <= now - 60:
                self._sent.popleft()
            if len(self._sent) < self._limit:
                self._sent.append(now)
                return 0.0
            return self._sent[0] + 60 - now

    def _breaker_allows(self, webhook_id: str) -> bool:
        with self._lock:
            breaker = self._breakers.setdefault(webhook_id, Breaker(self._options.breaker_pause))
            return breaker.allows(time.monotonic())

    def _record_health(self, webhook_id: str, *, ok: bool) -> None:
        with self._lock:
            self._breakers[webhook_id].record(time.monotonic(), error=not ok)
