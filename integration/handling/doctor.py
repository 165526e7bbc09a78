"""Asks everything that Makegood depends on how it is, and says the next step where it is not well."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from integration.handling import audit
from integration.handling.access import APP_PUBLIC_KEY
from integration.handling.examine_account import examine_account, examine_address, examine_webhooks
from integration.handling.findings import Finding, Health, doubtful, failing, fine
from integration.handling.import_history import so_far
from integration.handling.import_progress import progress
from integration.handling.receive import SERVICE_USER, WEBHOOK_SECRETS
from integration.handling.standing import LAST_RUN, TroubleCode, troubles
from integration.handling.zendesk_fields import FIELD_IDS
from integration.parts import Parts
from integration.settings import Mode
from integration.statements import Statement
from integration.store import erasures, executors, health, kept, secrets
from integration.store.engine import DatabaseUnavailable
from integration.store.migrate import schema_state
from integration.store.secrets import SecretsUnreadable
from integration.store.trouble import step_after

__all__ = ["Finding", "Health", "examine"]

FRESH_WORKER = timedelta(seconds=45)
LATE_ERASURE = timedelta(hours=1)
LITTLE_DISK, NO_DISK = 2 * 2**30, 200 * 2**20  # bytes

Check = Callable[[Parts], Iterator[Finding]]


def examine(parts: Parts) -> list[Finding]:
    """Run every check; a check that breaks is a finding, not an end of the examination."""
    findings = _run(_database, parts)
    has_tables = all(finding.health is Health.OK for finding in findings)
    for check in CHECKS:
        if has_tables or check not in ASK_THE_DATABASE:
            findings += _run(check, parts)
    return findings


def _run(check: Check, parts: Parts) -> list[Finding]:
    name = check.__name__.strip("_").replace("examine_", "")
    try:
        return list(check(parts))
    except DatabaseUnavailable as error:
        reason = error.args[0]
        return [failing(name, Statement("doctor_database_silent", error=reason), step_after(reason))]
    except SecretsUnreadable as error:
        return [failing(name, Statement("secrets_unreadable"), str(error))]


def _database(parts: Parts) -> Iterator[Finding]:
    state = schema_state(parts.database.engine)
    if state.current == state.head:
        yield fine("database", Statement("schema_is", schema=state.current))
    elif state.is_newer:
        yield failing(
            "database",
            Statement("schema_is_newer", schema=state.current),
            Statement("schema_is_newer.step"),
        )
    else:
        measured = Statement(
            "schema_is_old", schema=state.current or Statement("schema_none"), wanted=state.head
        )
        yield failing("database", measured, Statement("schema_is_old.step"))


def _disk(parts: Parts) -> Iterator[Finding]:
    if parts.database.engine.dialect.name != "sqlite":
        return
    free = shutil.disk_usage(parts.settings.data_dir).free
    measured = Statement("disk", gib=free / 2**30, folder=str(parts.settings.data_dir))
    step = Statement("disk.step")
    if free < NO_DISK:
        yield failing("disk", measured, step)
    else:
        yield doubtful("disk", measured, step) if free < LITTLE_DISK else fine("disk", measured)


def _connection(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        stored = secrets.get_secrets(conn, WEBHOOK_SECRETS, secret_key=parts.settings.secret_key)
        service_user = kept.get(conn, SERVICE_USER)
        fields = kept.get(conn, FIELD_IDS)
    if stored or parts.settings.webhook_secret:
        yield fine("webhook secret", Statement("secrets_stored", count=len(stored)))
    else:
        yield failing(
            "webhook secret",
            Statement("no_secret"),
            Statement("no_secret.step"),
        )
    if service_user and fields:
        yield fine("connection", Statement("fields_known", count=len(fields)))
    else:
        yield doubtful("connection", Statement("fields_unknown"), Statement("connect.step"))


def _app(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        key = parts.settings.app_public_key or (kept.get(conn, APP_PUBLIC_KEY) or {}).get("key")
    if key:
        yield fine("app", Statement("app_installed"))
    else:
        # Complaints are found and noted without it, so this is no fault.
        yield fine("app", Statement("app_missing"))


def _import(parts: Parts) -> Iterator[Finding]:
    done = so_far(parts)
    if done.began_at is None:
        yield fine("history", Statement("import_none"))
    elif done.is_done:
        yield fine("history", Statement("import_done", tickets=done.tickets, complaints=done.complaints))
    elif (now := progress(done, parts.clock())).is_standing:
        step = Statement("import_stands.step")
        yield doubtful("history", Statement("import_stands", told=now.told), step)
    else:
        yield fine("history", Statement("import_running", told=now.told))


def _worker(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        beat = executors.freshest_beat(conn)
    age = datetime.now(UTC) - beat if beat else None
    if age is not None and age < FRESH_WORKER:
        yield fine("worker", Statement("worker_alive", seconds=age.seconds))
    else:
        yield failing(
            "worker",
            Statement("no_worker"),
            Statement("no_worker.step"),
        )


def _standing(parts: Parts) -> Iterator[Finding]:
    names = {
        TroubleCode.WRITES_PAUSED: "writes",
        TroubleCode.NOT_RECONCILED: "reconciliation",
        TroubleCode.EVENTS_LOST: "reconciliation",
    }
    # The others are measured afresh by checks of their own.
    found = [(names[one.code], one) for one in troubles(parts) if one.code in names]
    for name, one in found:
        measured = Statement("since", what=one.measured, at=one.since) if one.since else one.measured
        yield doubtful(name, measured, one.next_step)
    if "reconciliation" not in {name for name, _ in found}:
        with parts.database.read() as conn:
            last = kept.get(conn, LAST_RUN)
        yield fine("reconciliation", _last_run(last))


def _last_run(last: dict[str, object] | None) -> str:
    if last is None:
        return Statement("reconciliation_never")
    at = datetime.fromisoformat(str(last["at"]))
    return Statement("reconciliation_ran", at=at, missed=last["missed"], seen=last.get("seen", "?"))


def _backlog(parts: Parts) -> Iterator[Finding]:
    with parts.database.read() as conn:
        backlog = health.backlog(conn, parts.clock())
    yield fine("backlog", Statement("backlog", events=backlog.inbox_waiting, writes=backlog.outbox_waiting))
    if parked := backlog.inbox_parked + backlog.follow_ups_parked + backlog.outbox_parked:
        yield doubtful("parked", Statement("parked", count=parked), Statement("parked.step"))


def _audit(parts: Parts) -> Iterator[Finding]:
    chain = audit.check_chain(parts)
    if chain.broken is not None:
        seq, why = chain.broken.seq, chain.broken.why
        broken = why if seq is None else Statement("audit_broken_at", seq=seq, why=why)
        yield failing("audit log", broken, audit.step_after(chain.broken))
    elif chain.whole_at is None:
        yield fine("audit log", Statement("audit_holds", count=chain.head.seq))
    else:
        yield fine("audit log", Statement("audit_holds_whole", count=chain.head.seq, at=chain.whole_at))


def _privacy(parts: Parts) -> Iterator[Finding]:
    now = parts.clock()
    with parts.database.read() as conn:
        count, first_due = erasures.waiting(conn)
        held = len(erasures.all_holds(conn))
    if first_due is not None and now - first_due > LATE_ERASURE:
        measured = Statement("erasures_late", count=count, at=first_due)
        yield doubtful("erasures", measured, Statement("erasures_late.step"))
    else:
        yield fine("erasures", Statement("erasures", count=count, held=held))


def _files(parts: Parts) -> Iterator[Finding]:
    problems = [str(problem) for problem in (*parts.library.problems, *parts.shelf.problems)]
    if not problems:
        yield fine("templates and policies", Statement("templates_fine", count=len(parts.library.cards())))
    for problem in problems:
        step = Statement("file_broken.step")
        yield doubtful("templates and policies", problem, step)


def _mode(parts: Parts) -> Iterator[Finding]:
    if parts.settings.mode is Mode.ACT:
        yield fine("mode", Statement("mode_act"))
    else:
        yield fine("mode", Statement("mode_observe"))


CHECKS: tuple[Check, ...] = (
    _disk,
    _connection,
    examine_account,
    examine_webhooks,
    examine_address,
    _app,
    _import,
    _worker,
    _standing,
    _backlog,
    _audit,
    _privacy,
    _files,
    _mode,
)
ASK_THE_DATABASE = frozenset(
    {
        _connection,
        examine_webhooks,
        _app,
        _import,
        _worker,
        _standing,
        _backlog,
        _audit,
        _privacy,
    }
)
