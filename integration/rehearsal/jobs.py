"""Background jobs: queued, working, completed; one at a time, in a thread of their own."""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from integration.rehearsal.base import Doc, dump, load, seconds
from integration.rehearsal.clock import Clock
from integration.rehearsal.database import Database
from integration.rehearsal.errors import BadRequest, NotFound, Refused

MOST_VALUES = 100
_KEPT_SECONDS = 86_400

Step = Callable[[], Doc]


class TooManyJobs(Refused):
    """Thirty jobs are queued or running."""

    status = 429
    error = "TooManyJobs"


class Jobs:
    """Runs jobs and keeps their statuses for a day."""

    def __init__(self, db: Database, clock: Clock, *, step_seconds: float, most: int | None) -> None:
        self._db = db
        self._clock = clock
        self._step_seconds = step_seconds
        self._most = most
        self._waiting: deque[tuple[str, str, Sequence[Step]]] = deque()
        self._unfinished = 0
        self._news = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    @property
    def unfinished(self) -> int:
        """How many jobs are queued or working."""
        return self._unfinished

    def enqueue(self, kind: str, steps: Sequence[Step]) -> Doc:
        """Queue a job of up to 100 steps and return its status. Raises TooManyJobs, BadRequest."""
        if not 1 <= len(steps) <= MOST_VALUES:
            raise BadRequest(f"A job takes from 1 to {MOST_VALUES} values, not {len(steps)}", "TooManyValues")
        with self._news:
            if self._most is not None and self._unfinished >= self._most:
                raise TooManyJobs(f"{self._most} jobs are queued or running. Wait for one to finish")
            job_id = f"V3-{secrets.token_hex(16)}"
            status = {"id": job_id, "job_type": kind, "total": len(steps)}
            doc = self._save(
                {**status, "status": "queued", "progress": None, "message": None, "results": None}
            )
            self._unfinished += 1
            self._waiting.append((job_id, kind, steps))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="rehearsal-jobs", daemon=True)
                self._thread.start()
            self._news.notify()
        return doc

    def show(self, job_id: str) -> Doc:
        """Return a job's status. Raises NotFound when it is unknown or older than a day."""
        with self._db.read() as connection:
            query = "SELECT doc FROM job WHERE id = ? AND created > ?"
            row = connection.execute(query, (job_id, self._oldest())).fetchone()
        if row is None:
            raise NotFound
        doc: Doc = load(row["doc"])
        return doc

    def all(self) -> list[Doc]:
        """Return the statuses of the last day, newest first, at most 100."""
        with self._db.read() as connection:
            query = "SELECT doc FROM job WHERE created > ? ORDER BY created DESC, rowid DESC LIMIT 100"
            return [load(row["doc"]) for row in connection.execute(query, (self._oldest(),))]

    def close(self) -> None:
        """Stop after the step under way; what is queued is forgotten."""
        with self._news:
            self._closed = True
            self._news.notify()
        if self._thread is not None:
            self._thread.join()

    def _oldest(self) -> int:
        return seconds(self._clock.now()) - _KEPT_SECONDS

    def _run(self) -> None:
        while True:
            with self._news:
                self._news.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
                job_id, kind, steps = self._waiting.popleft()
                self._news.wait_for(lambda: self._closed, timeout=self._step_seconds)
            self._work(job_id, kind, steps)
            with self._news:
                self._unfinished -= 1

    def _work(self, job_id: str, kind: str, steps: Sequence[Step]) -> None:
        status: Doc = {"id": job_id, "job_type": kind, "total": len(steps), "status": "working"}
        self._save({**status, "progress": 0, "message": None, "results": None})
        with self._news:
            self._news.wait_for(lambda: self._closed, timeout=self._step_seconds)
        results: list[Doc] = []
        for n, step in enumerate(steps):
            if self._closed:
                return
            results.append({"index": n, **_result(step)})
        at = self._clock.now().strftime("%Y-%m-%d %H:%M:%S +0000")
        message = f"Completed at {at}"
        done = {"status": "completed", "progress": len(steps), "message": message, "results": results}
        self._save({**status, **done})

    def _save(self, doc: Doc) -> Doc:
        with self._db.write() as connection:
            row = (doc["id"], doc["status"], seconds(self._clock.now()), dump(doc))
            connection.execute("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?)", row)
        return doc


def _result(step: Step) -> Any:
    try:
        return step()
    except Refused as refusal:
        return {"error": refusal.error, "details": _sentences(refusal), "success": False}


def _sentences(refusal: Refused) -> str:
    reasons = (reason["description"] for each in (refusal.details or {}).values() for reason in each)
    return "; ".join(reasons) or refusal.description
