"""What the engine runs: a workflow for each use case, and the times of what comes round by itself.

A workflow is given ids, reads the rows again and treats "already done" as success, so that running it twice
is harmless.
"""

from datetime import UTC, datetime, timedelta

from dbos import DBOS, ScheduleInput

from integration.handling.digest import send_digests
from integration.handling.erase import forget_due
from integration.handling.fall_due import fall_due
from integration.handling.post import post
from integration.handling.reconcile import reconcile
from integration.handling.retention import keep_no_longer
from integration.handling.schedules import sync_schedules
from integration.handling.watching import watch
from integration.handling.work_ticket import work_ticket
from integration.handling.work_user import work_user
from integration.parts import Parts

KEEP_FINISHED = timedelta(days=2)

# DBOS wants module-level functions; the process has one set of parts.
_parts: Parts | None = None


def give(parts: Parts | None) -> None:
    """Say with which parts this process's workflows work; None once it has ended."""
    global _parts
    _parts = parts


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


@DBOS.workflow(name="forget_due")
def _forget_due(_scheduled_at: datetime, _context: object) -> None:
    forget_due(_given())


@DBOS.workflow(name="keep_no_longer")
def _keep_no_longer(_scheduled_at: datetime, _context: object) -> None:
    keep_no_longer(_given())


@DBOS.workflow(name="watch")
def _watch(_scheduled_at: datetime, _context: object) -> None:
    watch(_given())


@DBOS.workflow(name="send_digests")
def _send_digests(_scheduled_at: datetime, _context: object) -> None:
    send_digests(_given())


@DBOS.workflow(name="sync_schedules")
def _sync_schedules(_scheduled_at: datetime, _context: object) -> None:
    sync_schedules(_given())


SCHEDULES: tuple[ScheduleInput, ...] = (
    {"schedule_name": "reconcile", "workflow_fn": _reconcile, "schedule": "0 */5 * * * *"},
    {
        "schedule_name": "forget finished jobs",
        "workflow_fn": _forget_finished_jobs,
        "schedule": "0 17 * * * *",
    },
    {"schedule_name": "sync schedules", "workflow_fn": _sync_schedules, "schedule": "0 7 * * * *"},
    {"schedule_name": "send digests", "workflow_fn": _send_digests, "schedule": "30 */10 * * * *"},
    {"schedule_name": "watch", "workflow_fn": _watch, "schedule": "40 * * * * *"},
    {"schedule_name": "forget what is due", "workflow_fn": _forget_due, "schedule": "20 * * * * *"},
    {"schedule_name": "keep no longer", "workflow_fn": _keep_no_longer, "schedule": "0 41 3 * * *"},
)
